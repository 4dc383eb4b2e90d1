// report.h - what a run found.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

struct OperationResult {
    uint32_t value = 0;
    uint8_t response = 0;
    bool met = true;  // irq: it came; poll: the value came
    uint64_t cycle = 0;
};

// Beats on the bus by time; buckets double in width so that any run fits.
class Activity {
public:
    void count(uint64_t cycle, bool read, bool write) {
        size_t bucket = size_t(cycle / m_width);
        while (bucket >= BUCKETS) {
            halve();
            bucket = size_t(cycle / m_width);
        }
        if (bucket >= m_reads.size()) {
            m_reads.resize(bucket + 1);
            m_writes.resize(bucket + 1);
        }
        m_reads[bucket] += read;
        m_writes[bucket] += write;
    }
    uint64_t width() const { return m_width; }
    const std::vector<uint32_t>& reads() const { return m_reads; }
    const std::vector<uint32_t>& writes() const { return m_writes; }

private:
    static constexpr size_t BUCKETS = 2048;
    uint64_t m_width = 16;
    std::vector<uint32_t> m_reads, m_writes;

    static void fold(std::vector<uint32_t>& counts) {
        for (size_t i = 0; i < counts.size(); i += 2)
            counts[i / 2] = counts[i] + (i + 1 < counts.size() ? counts[i + 1] : 0);
        counts.resize((counts.size() + 1) / 2);
    }
    void halve() {
        fold(m_reads);
        fold(m_writes);
        m_width *= 2;
    }
};

struct Report {
    static constexpr size_t EXAMPLES = 20;
    std::vector<OperationResult> operations;
    uint64_t cycles = 0, protocol_failures = 0, stray_bytes = 0;
    double seconds = 0;
    bool hang = false, stopped = false;
    std::vector<std::string> protocol;
    std::vector<uint64_t> strays;
    Activity activity;

    void protocol_failure(uint64_t cycle, const std::string& message) {
        if (protocol_failures++ < EXAMPLES) protocol.push_back("cycle " + std::to_string(cycle) + ": " + message);
    }
    void stray(uint64_t address) {
        if (stray_bytes++ < EXAMPLES) strays.push_back(address);
    }
    // Ends the program with a message when the file cannot be written.
    void save(const std::string& path) const;
};
