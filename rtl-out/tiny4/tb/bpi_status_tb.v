// bpi_status_tb.v - errors of some clients at random; the first one's must come out, a cycle later, and stay while halted.
`timescale 1ns/1ps
module tb;
    localparam ADDR_W = 40, CYCLES = 4000;
    `include "bpi_bench.vh"

    genvar g;
    generate
        for (g = 2; g < 6; g = g + 1) begin : gen_case
            reg  [g-1:0]        idle = 0, valid = 0;
            reg  [g*8-1:0]      code = 0;
            reg  [g*ADDR_W-1:0] addr = 0;
            reg                 rst = 1, halt = 0, taken, expect_valid = 0;
            reg  [g-1:0]        pulses;
            reg  [7:0]          expect_code = 0;
            reg  [ADDR_W-1:0]   expect_addr = 0;
            wire                all_idle, error_valid;
            wire [7:0]          error_code;
            wire [ADDR_W-1:0]   error_addr;
            integer             own, n, first, who = 0, seen = 0, held = 0;
            bpi_status #(.ADDR_W(ADDR_W), .CLIENTS(g)) dut (
                .clk_i(clk), .rst_i(rst), .halt_i(halt), .idle_i(idle), .error_valid_i(valid), .error_code_i(code), .error_addr_i(addr),
                .idle_o(all_idle), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr)
            );
            initial #1 own = seed + g;
            always @(posedge clk) begin
                if (cycle > 1) begin
                    checks = checks + 1;
                    if (all_idle !== (idle == {g{1'b1} })) fail("wrong idle");
                    if (error_valid !== expect_valid) fail("wrong error_valid");
                    if ((expect_valid || halt) && (error_code !== expect_code || error_addr !== expect_addr)) fail("not the first client's error");
                    if (expect_valid) seen = seen + 1;
                    if (halt) held = held + 1;
                end
                first = g;
                for (n = g - 1; n >= 0; n = n - 1) if (valid[n]) first = n;
                if (first < g && !expect_valid && !halt) begin
                    who = first;
                    expect_code = code >> (8*first);
                    expect_addr = addr >> (ADDR_W*first);
                end
                taken = expect_valid ? $random(own) : halt && ($random(own) & 7) != 0;     // an error is taken, or is not
                halt <= taken;
                expect_valid = !rst && first < g;
                rst   <= cycle < 1 || ($random(own) & 63) == 0;
                idle  <= ($random(own) & 3) == 0 ? {g{1'b1} } : $random(own);
                // a client holds what it says from its pulse on
                pulses = $random(own) & $random(own);
                valid <= pulses;
                for (n = 0; n < g; n = n + 1) if (pulses[n] && !(n == who && (expect_valid || taken))) begin
                    code[n*8 +: 8]           <= $random(own);
                    addr[n*ADDR_W +: ADDR_W] <= {$random(own), $random(own)};
                end
                if (cycle == CYCLES - 1 && held < CYCLES / 8) fail("held too seldom");
                if (cycle == CYCLES - 1 && seen < CYCLES / 8) fail("too few errors");
            end
        end
    endgenerate

    always @(posedge clk) if (cycle == CYCLES) verdict(CYCLES);
endmodule
