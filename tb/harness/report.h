// report.h - what a run found.
#pragma once
#include <array>
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

// In how many cycles each lane of the timeline was active, by time; buckets double in width so that any run fits.
class Activity {
public:
    static constexpr size_t LANES = 5;
    using Counts = std::array<uint32_t, LANES>;

    void count(uint64_t cycle, const std::array<bool, LANES>& active) {
        while (cycle / m_width >= BUCKETS) halve();
        const size_t bucket = size_t(cycle / m_width);
        if (bucket >= m_counts.size()) m_counts.resize(bucket + 1);
        for (size_t lane = 0; lane < LANES; lane++) m_counts[bucket][lane] += active[lane];
    }
    uint64_t width() const { return m_width; }
    const std::vector<Counts>& counts() const { return m_counts; }

private:
    static constexpr size_t BUCKETS = 4096;
    uint64_t m_width = 1;
    std::vector<Counts> m_counts;

    void halve() {
        for (size_t i = 0; i < m_counts.size(); i++) {
            const Counts from = m_counts[i];
            if (i % 2 == 0) m_counts[i / 2] = from;
            else for (size_t lane = 0; lane < LANES; lane++) m_counts[i / 2][lane] += from[lane];
        }
        m_counts.resize((m_counts.size() + 1) / 2);
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
    bool timeline = false;  // whether the activity was recorded
    uint64_t run_cycles = 0;  // with the accelerator busy
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
