// axil_host.h - the host: carries out the job's script over AXI4-Lite, one operation after the other.
#pragma once
#include "Vtop.h"
#include "job.h"
#include "random.h"
#include "report.h"

class AxilHost {
public:
    AxilHost(Vtop& top, const Job& job, Report& report);

    void observe(uint64_t cycle);
    void drive(uint64_t cycle);
    bool finished() const { return m_at == m_job.script.size(); }

private:
    Vtop& m_top;
    const Job& m_job;
    Report& m_report;
    Random m_random;
    size_t m_at = 0;
    uint64_t m_since = 0;     // cycle in which the operation began
    bool m_begun = false;
    bool m_address_done = false, m_data_done = false;
    bool m_b_waits = false, m_r_waits = false;
    uint32_t m_r_value = 0, m_r_response = 0, m_b_response = 0;

    void complete(OperationResult result, uint64_t cycle);
    void check_responses(uint64_t cycle);
};
