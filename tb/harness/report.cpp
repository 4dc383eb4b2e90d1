#include "report.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace {

template <typename List, typename Write> void array(std::ostream& out, const List& list, Write write) {
    out << "[";
    bool first = true;
    for (const auto& item : list) {
        if (!first) out << ",";
        first = false;
        write(item);
    }
    out << "]";
}

}  // namespace

void Report::save(const std::string& path) const {
    std::ofstream out(path);
    const auto truth = [](bool value) { return value ? "true" : "false"; };
    out << "{\"cycles\":" << cycles << ",\"seconds\":" << seconds << ",\"hang\":" << truth(hang)
        << ",\"stopped\":" << truth(stopped) << ",\n\"operations\":";
    array(out, operations, [&](const OperationResult& result) {
        out << "{\"value\":" << result.value << ",\"response\":" << unsigned(result.response)
            << ",\"met\":" << truth(result.met) << ",\"cycle\":" << result.cycle << "}";
    });
    // addresses as text: they may not fit a JSON number
    out << ",\n\"protocolFailures\":" << protocol_failures << ",\"protocol\":";
    array(out, protocol, [&](const std::string& text) { out << "\"" << text << "\""; });
    out << ",\n\"strayBytes\":" << stray_bytes << ",\"strays\":";
    array(out, strays, [&](uint64_t address) { out << "\"" << address << "\""; });
    if (timeline) {
        static const char* const NAMES[Activity::LANES] = {"readBeats", "writeBeats", "execOpen", "arrayBusy", "store"};
        out << ",\n\"activity\":{\"runCycles\":" << run_cycles << ",\"bucketCycles\":" << activity.width();
        for (size_t lane = 0; lane < Activity::LANES; lane++) {
            out << ",\"" << NAMES[lane] << "\":";
            array(out, activity.counts(), [&](const Activity::Counts& counts) { out << counts[lane]; });
        }
        out << "}";
    }
    out << "}\n";
    out.close();
    if (out) return;
    std::cerr << path << ": cannot be written\n";
    std::exit(2);
}
