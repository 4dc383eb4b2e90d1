// main.cpp - simulates a job: main JOB RESULT [+verilator+seed+N ...].  See job.h for the job; the result is JSON.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>

#include "Vtop.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
using Waves = VerilatedFstC;
#elif VM_TRACE
#include "verilated_vcd_c.h"
using Waves = VerilatedVcdC;
#endif

#include "axi_memory.h"
#include "axil_host.h"
#include "generated_status.h"

namespace {

constexpr uint64_t RESET_CYCLES = 8;
constexpr uint64_t SETTLE_CYCLES = 32;    // after the script, even when nothing is owed
constexpr uint64_t PATIENCE = 20000;      // after the script, for what is owed

// Two evaluations a cycle: the rising edge, then the inputs of the next cycle at the falling one.
class Simulation {
public:
    Simulation(VerilatedContext& context, const Job& job) : m_context(context), m_top(&context) {
        m_top.aclk = 0;
#if VM_TRACE
        if (job.waves.empty()) return;
        context.traceEverOn(true);
        m_waves.reset(new Waves);
        m_top.trace(m_waves.get(), 99);
        m_waves->open(job.waves.c_str());
#else
        (void)job;
#endif
    }
    ~Simulation() {
#if VM_TRACE
        if (m_waves) m_waves->close();
#endif
        m_top.final();
    }
    Vtop& top() { return m_top; }
    void rise() { edge(1); }
    void fall() { edge(0); }

private:
    VerilatedContext& m_context;
    Vtop m_top;
#if VM_TRACE
    std::unique_ptr<Waves> m_waves;
#endif

    void edge(uint8_t level) {
        m_top.aclk = level;
        m_top.eval();
#if VM_TRACE
        if (m_waves) m_waves->dump(m_context.time());
#endif
        m_context.timeInc(5);
    }
};

// Cycles of the run are those in which the accelerator is busy.
void record(const Vtop& top, const AxiMemory& axi, const Job& job, Report& report) {
    const Status status = status_of(top);
    if (!status.busy) return;
    const uint64_t cycle = report.run_cycles++;
    if (cycle < job.timeline_from || cycle >= job.timeline_to) return;
    report.activity.count(cycle - job.timeline_from,
                          {axi.read_beat(), axi.write_beat(), status.exec_open, status.array_busy, status.store});
}

// A host outside of this program: it sends the lines of a script, and is sent `VALUE RESPONSE MET` once each is done.
// Between them it may `load ADDRESS PATH` and `save ADDRESS BYTES PATH` memory.  Time stands still while it thinks.
class Outside {
public:
    Outside(Job& job, Memory& memory) : m_job(job), m_memory(memory) {}

    // Answers for the operation that is done, and waits for the next one.
    void next(const Report& report) {
        if (m_asked) {
            const OperationResult& result = report.operations.back();
            std::cout << result.value << " " << unsigned(result.response) << " " << result.met << std::endl;
        }
        const size_t before = m_job.script.size();
        m_asked = true;
        for (std::string text; m_job.script.size() == before;) {
            if (!std::getline(std::cin, text)) {
                m_job.interactive = false;
                return;
            }
            m_line++;
            if (!moves_memory(text)) read_item(m_job, text, "standard input", m_line);
        }
    }

private:
    Job& m_job;
    Memory& m_memory;
    bool m_asked = false;
    unsigned m_line = 0;

    bool moves_memory(const std::string& text) {
        std::istringstream words(text);
        std::string key, path;
        uint64_t address = 0, bytes = 0;
        words >> key >> address;
        if (key == "save") words >> bytes;
        else if (key != "load") return false;
        std::getline(words >> std::ws, path);
        if (key == "load") m_memory.load(address, path);
        else m_memory.save(address, bytes, path);
        std::cout << "0 0 1" << std::endl;
        return true;
    }
};

void run(Simulation& simulation, VerilatedContext& context, Job& job, Memory& memory, Report& report) {
    Vtop& top = simulation.top();
    AxiMemory axi(top, job, memory, report);
    AxilHost host(top, job, report);
    Outside outside(job, memory);
    top.aresetn = 0;
    for (uint64_t cycle = 0; cycle < RESET_CYCLES; cycle++) {
        simulation.fall();
        simulation.rise();
    }
    if (top.m_axi_arvalid || top.m_axi_awvalid || top.m_axi_wvalid) report.protocol_failure(0, "valid is high in reset");
    top.aresetn = 1;
    simulation.fall();

    const auto begin = std::chrono::steady_clock::now();
    uint64_t cycle = 0, script_end = 0;
    for (bool done = false; !done && cycle < job.max_cycles && !context.gotFinish(); cycle++) {
        axi.observe(cycle);
        host.observe(cycle);
        if (job.timeline) record(top, axi, job, report);
        if (job.interactive && host.finished()) outside.next(report);
        simulation.rise();
        axi.drive(cycle);
        host.drive(cycle);
        simulation.fall();
        if (!host.finished()) script_end = cycle;
        else if (cycle - script_end > PATIENCE) {
            report.protocol_failure(cycle, "bursts owed long after the script");
            done = true;
        } else done = axi.settled() && cycle - script_end > SETTLE_CYCLES;
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    report.cycles = cycle;
    report.timeline = job.timeline;
    report.stopped = context.gotFinish();
    report.hang = !host.finished() && !report.stopped;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: " << argv[0] << " JOB RESULT [+verilator+...]\n";
        return 2;
    }
    Job job = read_job(argv[1]);
    Report report;
    Memory memory(job.seed);
    for (const Image& image : job.images) memory.load(image.address, image.path);
    {
        VerilatedContext context;
        context.commandArgs(argc, argv);
        context.fatalOnError(false);
        Simulation simulation(context, job);
        run(simulation, context, job, memory, report);
    }
    for (const Dump& dump : job.dumps) memory.save(dump.range.base, dump.range.bytes, dump.path);
    report.save(argv[2]);
    return 0;
}
