#include "job.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

[[noreturn]] void refuse(const std::string& path, unsigned line, const std::string& text) {
    std::cerr << path << ":" << line << ": not understood: " << text << "\n";
    std::exit(2);
}

}  // namespace

void read_item(Job& job, const std::string& text, const std::string& path, unsigned line) {
    std::istringstream words(text);
    std::string key;
    if (!(words >> key)) return;
    const auto word = [&] {
        std::string item;
        if (!(words >> item)) refuse(path, line, text);
        return item;
    };
    const auto number = [&] { return std::strtoull(word().c_str(), nullptr, 0); };
    const auto rest = [&] {
        std::string item;
        if (!std::getline(words >> std::ws, item)) refuse(path, line, text);
        return item;
    };
    const auto range = [&] {
        Range value;
        value.base = number();
        value.bytes = number();
        return value;
    };
    Operation op{};
    if (key == "seed") job.seed = number();
    else if (key == "max_cycles") job.max_cycles = number();
    else if (key == "read_latency") job.read_latency = number();
    else if (key == "write_latency") job.write_latency = number();
    else if (key == "bytes_per_cycle") job.bytes_per_cycle = std::strtod(word().c_str(), nullptr);
    else if (key == "stall") job.stall_percent = unsigned(number());
    else if (key == "waves") job.waves = rest();
    else if (key == "timeline") {
        job.timeline = true;
        job.timeline_from = number();
        job.timeline_to = number();
    } else if (key == "interactive") job.interactive = true;
    else if (key == "allow") job.allowed.push_back(range());
    else if (key == "image") {
        const uint64_t address = number();
        job.images.push_back({address, rest()});
    } else if (key == "dump") {
        const Range at = range();
        job.dumps.push_back({at, rest()});
    } else if (key == "error") {
        InjectedError error;
        error.write = word() == "write";
        error.range = range();
        error.response = word() == "decerr" ? 3 : 2;
        job.errors.push_back(error);
    } else {
        if (key == "write") {
            op.kind = OperationKind::Write;
            op.offset = uint32_t(number());
            op.value = uint32_t(number());
        } else if (key == "read") {
            op.kind = OperationKind::Read;
            op.offset = uint32_t(number());
        } else if (key == "irq" || key == "wait") {
            op.kind = key == "irq" ? OperationKind::Irq : OperationKind::Wait;
            op.limit = number();
        } else if (key == "poll") {
            op.kind = OperationKind::Poll;
            op.offset = uint32_t(number());
            op.mask = uint32_t(number());
            op.value = uint32_t(number());
            op.limit = number();
        } else refuse(path, line, text);
        job.script.push_back(op);
    }
}

Job read_job(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        std::cerr << path << ": cannot be read\n";
        std::exit(2);
    }
    Job job;
    std::string text;
    for (unsigned line = 1; std::getline(file, text); line++) read_item(job, text, path, line);
    return job;
}
