#include "axil_host.h"

AxilHost::AxilHost(Vtop& top, const Job& job, Report& report)
    : m_top(top), m_job(job), m_report(report), m_random(job.seed ^ 0x4057) {
    top.s_axil_awvalid = top.s_axil_wvalid = top.s_axil_bready = top.s_axil_arvalid = top.s_axil_rready = 0;
}

void AxilHost::complete(OperationResult result, uint64_t cycle) {
    result.cycle = cycle;
    m_report.operations.push_back(result);
    m_begun = false;
    m_at++;
}

// The slave must hold a response until it is taken, and give none that was not asked for.
void AxilHost::check_responses(uint64_t cycle) {
    const auto fail = [&](const char* what) { m_report.protocol_failure(cycle, std::string("AXI4-Lite ") + what); };
    if (m_b_waits && (!m_top.s_axil_bvalid || m_top.s_axil_bresp != m_b_response)) fail("B changed while waiting");
    if (m_r_waits && (!m_top.s_axil_rvalid || m_top.s_axil_rdata != m_r_value || m_top.s_axil_rresp != m_r_response))
        fail("R changed while waiting");
    if (m_top.s_axil_bvalid && !(m_begun && m_address_done && m_data_done)) fail("B was not asked for");
    if (m_top.s_axil_rvalid && !(m_begun && m_address_done)) fail("R was not asked for");
    m_b_waits = m_top.s_axil_bvalid && !m_top.s_axil_bready;
    m_r_waits = m_top.s_axil_rvalid && !m_top.s_axil_rready;
    m_b_response = m_top.s_axil_bresp;
    m_r_response = m_top.s_axil_rresp;
    m_r_value = m_top.s_axil_rdata;
}

void AxilHost::observe(uint64_t cycle) {
    check_responses(cycle);
    if (finished() || !m_begun) return;
    const Operation& op = m_job.script[m_at];
    OperationResult result;
    if (m_top.s_axil_awvalid && m_top.s_axil_awready) m_address_done = true;
    if (m_top.s_axil_arvalid && m_top.s_axil_arready) m_address_done = true;
    if (m_top.s_axil_wvalid && m_top.s_axil_wready) m_data_done = true;
    switch (op.kind) {
    case OperationKind::Write:
        if (!m_top.s_axil_bvalid || !m_top.s_axil_bready) return;
        result.response = m_top.s_axil_bresp;
        break;
    case OperationKind::Read:
    case OperationKind::Poll:
        if (!m_top.s_axil_rvalid || !m_top.s_axil_rready) return;
        result.response = m_top.s_axil_rresp;
        result.value = m_top.s_axil_rdata;
        if (op.kind == OperationKind::Poll) {
            result.met = (result.value & op.mask) == op.value;
            if (!result.met && cycle - m_since < op.limit) {
                m_address_done = false;  // once more
                return;
            }
        }
        break;
    case OperationKind::Irq:
        result.met = m_top.irq_o;
        if (!result.met && cycle - m_since < op.limit) return;
        break;
    case OperationKind::Wait:
        if (cycle - m_since < op.limit) return;
        break;
    }
    complete(result, cycle);
}

void AxilHost::drive(uint64_t cycle) {
    const unsigned stall = m_job.stall_percent;
    if (!finished() && !m_begun) {
        m_begun = true;
        m_address_done = m_data_done = false;
        m_since = cycle;
    }
    // a valid that waits stays; a new one may come late
    const auto valid = [&](bool now, bool wanted) { return wanted && (now || !m_random.percent(stall)); };
    const OperationKind kind = finished() ? OperationKind::Wait : m_job.script[m_at].kind;
    const bool write = kind == OperationKind::Write, read = kind == OperationKind::Read || kind == OperationKind::Poll;
    m_top.s_axil_awvalid = valid(m_top.s_axil_awvalid, write && !m_address_done);
    m_top.s_axil_wvalid = valid(m_top.s_axil_wvalid, write && !m_data_done);
    m_top.s_axil_arvalid = valid(m_top.s_axil_arvalid, read && !m_address_done);
    if (!finished()) {
        m_top.s_axil_awaddr = m_top.s_axil_araddr = m_job.script[m_at].offset & 0xfff;
        m_top.s_axil_wdata = m_job.script[m_at].value;
        m_top.s_axil_wstrb = 0xf;
    }
    m_top.s_axil_bready = !m_random.percent(stall);
    m_top.s_axil_rready = !m_random.percent(stall);
}
