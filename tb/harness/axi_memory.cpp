#include "axi_memory.h"

#include <algorithm>
#include <cmath>

namespace {

// Bytes of a port of any width: Verilator keeps the low byte first.
template <typename Port> uint8_t* bytes_of(Port& port) { return reinterpret_cast<uint8_t*>(&port); }

bool bit(const uint8_t* bits, unsigned index) { return bits[index / 8] >> (index % 8) & 1; }

uint64_t beat_address(uint64_t address) { return address / BEAT_BYTES * BEAT_BYTES; }

}  // namespace

bool AxiMemory::Address::operator==(const Address& other) const {
    return address == other.address && id == other.id && length == other.length && size == other.size
        && burst == other.burst && lock == other.lock;
}

bool AxiMemory::WriteBeat::operator==(const WriteBeat& other) const {
    return last == other.last && !std::memcmp(strobe, other.strobe, sizeof strobe) && !std::memcmp(data, other.data, sizeof data);
}

AxiMemory::AxiMemory(Vtop& top, const Job& job, Memory& memory, Report& report)
    : m_top(top), m_job(job), m_memory(memory), m_report(report), m_random(job.seed ^ 0xa81) {
    const bool whole = std::fmod(job.bytes_per_cycle, BEAT_BYTES) == 0;
    m_most_tokens = job.bytes_per_cycle + (whole ? 0 : BEAT_BYTES);
    m_top.m_axi_arready = m_top.m_axi_awready = m_top.m_axi_wready = 0;
    m_top.m_axi_rvalid = m_top.m_axi_bvalid = 0;
}

bool AxiMemory::settled() const {
    return m_reads[0].empty() && m_reads[1].empty() && m_writes.empty() && m_responses.empty() && !m_top.m_axi_rvalid
        && !m_top.m_axi_bvalid && !m_top.m_axi_arvalid && !m_top.m_axi_awvalid && !m_top.m_axi_wvalid;
}

void AxiMemory::check_address(const char* name, const Address& address, uint64_t cycle) {
    const auto fail = [&](const char* what) { m_report.protocol_failure(cycle, std::string(name) + " " + what); };
    if (address.burst != 1) fail("burst is not INCR");
    if ((1u << address.size) != BEAT_BYTES) fail("size is not the bus width");
    if (address.lock) fail("lock is set");
    const uint64_t last = beat_address(address.address) + uint64_t(address.length) * BEAT_BYTES;
    if (address.address / 4096 != last / 4096) fail("burst crosses a 4 KiB boundary");
}

template <typename Payload>
bool AxiMemory::handshake(Waiting<Payload>& waiting, bool valid, bool ready, const Payload& payload, const char* name, uint64_t cycle) {
    if (waiting.is && !valid) m_report.protocol_failure(cycle, std::string(name) + " valid fell before ready");
    else if (waiting.is && !(waiting.payload == payload)) m_report.protocol_failure(cycle, std::string(name) + " changed while waiting");
    waiting.is = valid && !ready;
    if (waiting.is) waiting.payload = payload;
    return valid && ready;
}

void AxiMemory::observe(uint64_t cycle) {
    Vtop& top = m_top;
    if (top.m_axi_arvalid || m_ar.is) {
        const Address ar{top.m_axi_araddr, top.m_axi_arid, top.m_axi_arlen, top.m_axi_arsize, top.m_axi_arburst, top.m_axi_arlock};
        if (handshake(m_ar, top.m_axi_arvalid, top.m_axi_arready, ar, "AR", cycle)) {
            check_address("AR", ar, cycle);
            m_reads[ar.id & 1].push_back({beat_address(ar.address), cycle + m_job.read_latency, ar.length + 1u});
        }
    }
    if (top.m_axi_awvalid || m_aw.is) {
        const Address aw{top.m_axi_awaddr, top.m_axi_awid, top.m_axi_awlen, top.m_axi_awsize, top.m_axi_awburst, top.m_axi_awlock};
        if (handshake(m_aw, top.m_axi_awvalid, top.m_axi_awready, aw, "AW", cycle)) {
            check_address("AW", aw, cycle);
            m_writes.emplace_back();
            m_writes.back().address = aw;
        }
    }
    m_r_taken = top.m_axi_rvalid && top.m_axi_rready;
    m_b_taken = top.m_axi_bvalid && top.m_axi_bready;
    m_w_taken = false;
    if (top.m_axi_wvalid || m_w.is) {
        WriteBeat beat;
        std::memcpy(beat.data, bytes_of(top.m_axi_wdata), sizeof beat.data);
        std::memcpy(beat.strobe, bytes_of(top.m_axi_wstrb), sizeof beat.strobe);
        beat.last = top.m_axi_wlast;
        m_w_taken = handshake(m_w, top.m_axi_wvalid, top.m_axi_wready, beat, "W", cycle);
        if (m_w_taken) take_write_beat(beat, cycle);
    }
}

void AxiMemory::take_write_beat(const WriteBeat& beat, uint64_t cycle) {
    WriteBurst& burst = m_writes.front();
    const uint64_t address = beat_address(burst.address.address) + uint64_t(burst.beats_taken) * BEAT_BYTES;
    for (unsigned lane = 0; lane < BEAT_BYTES; lane++) {
        if (!bit(beat.strobe, lane)) continue;
        if (address + lane < burst.address.address) m_report.protocol_failure(cycle, "W strobe below the burst's address");
        if (!allowed(address + lane)) m_report.stray(address + lane);
    }
    const uint8_t error = injected(true, address);
    if (error) burst.response = std::max(burst.response, error);
    else burst.beats.push_back({address, beat});
    const bool last = burst.beats_taken++ == burst.address.length;
    if (last != bool(beat.last)) m_report.protocol_failure(cycle, last ? "WLAST is missing" : "WLAST comes early");
    if (!last) return;
    burst.ready_at = cycle + m_job.write_latency;
    m_responses.push_back(std::move(burst));
    m_writes.pop_front();
}

bool AxiMemory::allowed(uint64_t address) const {
    return std::any_of(m_job.allowed.begin(), m_job.allowed.end(), [&](const Range& range) { return range.holds(address); });
}

uint8_t AxiMemory::injected(bool write, uint64_t address) const {
    for (const InjectedError& error : m_job.errors)
        if (error.write == write && error.range.overlaps(address, BEAT_BYTES)) return error.response;
    return 0;
}

void AxiMemory::commit(const WriteBurst& burst) {
    for (const PendingBeat& pending : burst.beats)
        for (unsigned lane = 0; lane < BEAT_BYTES;) {
            unsigned end = lane;
            while (end < BEAT_BYTES && bit(pending.beat.strobe, end)) end++;
            if (end > lane) m_memory.write(pending.address + lane, pending.beat.data + lane, end - lane);
            lane = end + 1;
        }
}

// The ID whose oldest burst gives the next beat, or -1.  With stalls, beats of the two IDs are interleaved at random.
int AxiMemory::next_read(uint64_t cycle) {
    const auto ready = [&](unsigned id) { return !m_reads[id].empty() && m_reads[id].front().ready_at <= cycle + 1; };
    if (!ready(0) && !ready(1)) return -1;
    if (!ready(m_read_id) || (m_job.stall_percent && ready(!m_read_id) && m_random.percent(25))) m_read_id = !m_read_id;
    return int(m_read_id);
}

void AxiMemory::drive_read_beat(unsigned id) {
    ReadBurst& burst = m_reads[id].front();
    const uint8_t error = injected(false, burst.address);
    uint8_t data[BEAT_BYTES];
    if (error) for (uint8_t& byte : data) byte = uint8_t(m_random.next());
    else m_memory.read(burst.address, data, sizeof data);
    std::memcpy(bytes_of(m_top.m_axi_rdata), data, sizeof data);
    m_top.m_axi_rid = uint8_t(id);
    m_top.m_axi_rresp = error;
    m_top.m_axi_rlast = burst.beats == 1;
    m_top.m_axi_rvalid = 1;
    burst.address += BEAT_BYTES;
    if (--burst.beats == 0) {
        m_reads[id].pop_front();
        if (!m_reads[!id].empty()) m_read_id = !id;  // take turns, burst by burst
    }
}

void AxiMemory::drive(uint64_t cycle) {
    Vtop& top = m_top;
    const unsigned stall = m_job.stall_percent;
    m_tokens = std::min(m_tokens + m_job.bytes_per_cycle, std::max(m_most_tokens, double(BEAT_BYTES)));

    // what the edge took is gone; valid data that waits stays
    const bool read_waits = top.m_axi_rvalid && !m_r_taken;
    const bool response_waits = top.m_axi_bvalid && !m_b_taken;
    if (!read_waits) top.m_axi_rvalid = 0;
    if (!response_waits) top.m_axi_bvalid = 0;

    const int read_id = read_waits || m_random.percent(stall) ? -1 : next_read(cycle);
    const bool can_write = !m_writes.empty() && !m_random.percent(stall);
    bool read = read_id >= 0, write = can_write && top.m_axi_wvalid;
    if (read && write && m_tokens < 2 * BEAT_BYTES) {
        read = !m_write_turn;
        write = m_write_turn;
        m_write_turn = !m_write_turn;
    }
    if (m_tokens < BEAT_BYTES) read = write = false;
    if (read) drive_read_beat(unsigned(read_id));
    m_tokens -= BEAT_BYTES * (unsigned(read) + unsigned(write));
    top.m_axi_wready = top.m_axi_wvalid ? write : can_write;

    if (!response_waits && !m_responses.empty() && m_responses.front().ready_at <= cycle + 1 && !m_random.percent(stall)) {
        const WriteBurst& burst = m_responses.front();
        commit(burst);
        top.m_axi_bid = burst.address.id;
        top.m_axi_bresp = burst.response;
        top.m_axi_bvalid = 1;
        m_responses.pop_front();
    }
    top.m_axi_arready = m_reads[0].size() + m_reads[1].size() < MOST_OUTSTANDING && !m_random.percent(stall);
    top.m_axi_awready = m_writes.size() + m_responses.size() < MOST_OUTSTANDING && !m_random.percent(stall);
}
