// axi_memory.h - AXI4 memory: latency, shared bandwidth, random stalls, injected errors; checks the master's protocol.
// observe() looks at one clock edge; drive() then sets the inputs for the next.
// Written data becomes visible when its response is offered, so a master that does not wait for it reads old data.
#pragma once
#include <deque>
#include <vector>

#include "Vtop.h"
#include "generated_constants.h"
#include "job.h"
#include "memory.h"
#include "report.h"

class AxiMemory {
public:
    AxiMemory(Vtop& top, const Job& job, Memory& memory, Report& report);

    void observe(uint64_t cycle);
    void drive(uint64_t cycle);

    // Whether a beat of data was taken at the edge that was observed last.
    bool read_beat() const { return m_r_taken; }
    bool write_beat() const { return m_w_taken; }

    // Whether the slave owes the master nothing, nor the master the slave.
    bool settled() const;

private:
    struct Address {
        uint64_t address;
        uint8_t id, length, size, burst, lock;
        bool operator==(const Address& other) const;
    };
    struct WriteBeat {
        uint8_t data[BEAT_BYTES], strobe[(BEAT_BYTES + 7) / 8];
        uint8_t last;
        bool operator==(const WriteBeat& other) const;
    };
    // An address or data beat that waits must not change.
    template <typename Payload> struct Waiting {
        bool is = false;
        Payload payload;
    };
    struct ReadBurst {
        uint64_t address, ready_at;
        unsigned beats;
    };
    struct PendingBeat {
        uint64_t address;
        WriteBeat beat;
    };
    struct WriteBurst {
        Address address;
        unsigned beats_taken = 0;
        uint64_t ready_at = 0;
        uint8_t response = 0;
        std::vector<PendingBeat> beats;
    };

    static constexpr size_t MOST_OUTSTANDING = 64;

    Vtop& m_top;
    const Job& m_job;
    Memory& m_memory;
    Report& m_report;
    Random m_random;
    double m_tokens = 0, m_most_tokens;
    bool m_write_turn = false, m_r_taken = false, m_w_taken = false, m_b_taken = false;
    std::deque<ReadBurst> m_reads[2];  // by ID
    unsigned m_read_id = 0;
    std::deque<WriteBurst> m_writes;     // data not complete
    std::deque<WriteBurst> m_responses;  // response owed
    Waiting<Address> m_ar, m_aw;
    Waiting<WriteBeat> m_w;

    void check_address(const char* name, const Address& address, uint64_t cycle);
    template <typename Payload>
    bool handshake(Waiting<Payload>& waiting, bool valid, bool ready, const Payload& payload, const char* name, uint64_t cycle);
    void take_write_beat(const WriteBeat& beat, uint64_t cycle);
    void commit(const WriteBurst& burst);
    bool allowed(uint64_t address) const;
    uint8_t injected(bool write, uint64_t address) const;
    int next_read(uint64_t cycle);
    void drive_read_beat(unsigned id);
};
