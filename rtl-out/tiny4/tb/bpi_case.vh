// bpi_case.vh - what a case of a bench has, inside its module: the clock of the bench, a seed of its own by its NUMBER,
// and at the end a part in the verdict.  The bench sets LEAST, the checks that each case must make.
    wire        clk = tb.clk;
    wire [31:0] cycle = tb.cycle;
    `include "bpi_tally.vh"
    initial #1 seed = tb.seed + NUMBER;

    always @(posedge tb.bench_over) begin
        #1 if (checks < tb.LEAST) fail("too few checks");
        tb.errors = tb.errors + errors;
        tb.checks = tb.checks + checks;
    end
