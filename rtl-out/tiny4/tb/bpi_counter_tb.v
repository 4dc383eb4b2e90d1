// bpi_counter_tb.v - random increments and clears, large ones so that the carry is crossed often.
`timescale 1ns/1ps
module tb;
    localparam INC_W = 31, CYCLES = 5000;
    `include "bpi_bench.vh"

    reg              clear = 1;
    reg  [INC_W-1:0] inc = 0;
    wire [63:0]      count;
    reg  [63:0]      model = 0;
    integer          quiet = 0;

    bpi_counter #(.INC_W(INC_W)) dut (.clk_i(clk), .clear_i(clear), .inc_i(inc), .count_o(count));

    always @(posedge clk) begin
        if (cycle > 2) same(quiet > 1 ? count : count[31:0], quiet > 1 ? model : model[31:0], "count");
        // the increment presented in this cycle
        quiet = clear || inc == 0 ? quiet + 1 : 0;
        model = clear ? 64'd0 : model + inc;
        // the next one
        clear <= cycle < 1 || $random(seed) % 512 == 0;
        inc   <= $random(seed) & 8 ? 0 : $random(seed);
        if (cycle == CYCLES) verdict(1);
    end
endmodule
