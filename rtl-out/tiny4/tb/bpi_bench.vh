// bpi_bench.vh - what every bench has, inside module tb: clock, cycles, seed, and the verdict, which ends it.
    reg     clk = 0;
    integer cycle = 0, patience = 2000000;    // cycles; after so many it hangs
    always #5 clk = !clk;
    always @(posedge clk) cycle <= cycle + 1;
    `include "bpi_tally.vh"
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    reg bench_over = 0;           // cases now add what they have found
    task verdict(input integer least);
        begin
            bench_over = 1;
            #2 if (errors == 0 && checks > 0 && checks >= least) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end
    endtask

    always @(posedge clk) if (cycle == patience) begin
        fail("the bench hangs");
        verdict(1);
    end
