// job.h - what to simulate: read from a text file with one item a line.
//   seed N | max_cycles N | read_latency N | write_latency N | bytes_per_cycle X | stall PERCENT
//   image ADDRESS PATH | dump ADDRESS BYTES PATH | allow ADDRESS BYTES | error read|write ADDRESS BYTES slverr|decerr
//   waves PATH | timeline FROM TO (cycles of the run) | interactive (the script is followed by what comes on standard input)
//   and the host's script, in order: write OFFSET VALUE | read OFFSET | irq MAX | wait CYCLES | poll OFFSET MASK VALUE MAX
#pragma once
#include <cstdint>
#include <string>
#include <vector>

struct Range {
    uint64_t base = 0, bytes = 0;
    bool holds(uint64_t address) const { return address - base < bytes; }
    bool overlaps(uint64_t address, uint64_t count) const { return holds(address) || base - address < count; }
};

struct Image {
    uint64_t address;
    std::string path;
};

struct Dump {
    Range range;
    std::string path;
};

struct InjectedError {
    bool write;
    Range range;
    uint8_t response;
};

enum class OperationKind { Write, Read, Irq, Wait, Poll };

struct Operation {
    OperationKind kind;
    uint32_t offset = 0, value = 0, mask = 0;
    uint64_t limit = 0;  // cycles
};

struct Job {
    uint64_t seed = 0, max_cycles = 1000000, read_latency = 1, write_latency = 1;
    double bytes_per_cycle = 1e9;
    unsigned stall_percent = 0;
    std::string waves;
    bool interactive = false;
    bool timeline = false;
    uint64_t timeline_from = 0, timeline_to = 0;
    std::vector<Image> images;
    std::vector<Dump> dumps;
    std::vector<Range> allowed;
    std::vector<InjectedError> errors;
    std::vector<Operation> script;
};

// Adds one line to a job.  Both end the program with a message when there is something that cannot be read or understood.
void read_item(Job& job, const std::string& text, const std::string& path, unsigned line);
Job read_job(const std::string& path);
