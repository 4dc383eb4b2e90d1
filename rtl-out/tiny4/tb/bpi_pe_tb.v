// bpi_pe_tb.v - random pushes, swaps and vectors, against vectors of operands and sums.
`timescale 1ns/1ps
module tb #(parameter CYCLES = 200);
    localparam DATA_W = 8, SUM_W = 18, LATENCY = 1 + 1;
    localparam W = 8 + 2*DATA_W + 64;

    `include "bpi_bench.vh"
    integer n = -4;

    reg [W-1:0] vectors [0:CYCLES-1];     // control, w, x, partial sum in, sum out
    initial $readmemh("tb/bpi_pe.hex", vectors);

    reg               rst = 1, w_valid = 0, x_valid = 0, x_swap = 0;
    reg  [DATA_W-1:0] w_data = 0, x_data = 0;
    reg  [SUM_W-1:0]  y_in = 0;
    wire              w_valid_o, x_valid_o, x_swap_o;
    wire [DATA_W-1:0] w_data_o, x_data_o;
    wire [SUM_W-1:0]  y_out;

    bpi_pe #(.SUM_W(SUM_W), .ADD_STAGES(1)) dut (
        .clk_i(clk), .rst_i(rst),
        .w_valid_i(w_valid), .w_data_i(w_data), .w_valid_o(w_valid_o), .w_data_o(w_data_o),
        .x_valid_i(x_valid), .x_swap_i(x_swap), .x_data_i(x_data),
        .x_valid_o(x_valid_o), .x_swap_o(x_swap_o), .x_data_o(x_data_o),
        .y_data_i(y_in), .y_data_o(y_out)
    );

    localparam RESET = CYCLES + 12;

    reg [DATA_W-1:0] kept = 0;      // the push before the last one, which the last one sent on
    reg              keeps = 0;
    reg [DATA_W-1:0] latest = 0;
    reg              pushed = 0;
    reg [W-1:0]      old;

    always @(posedge clk) begin
        // what passes through is seen one cycle later
        if (n > 0 && n <= CYCLES) begin
            old = vectors[n-1];
            check(w_valid_o === old[W-1], "w_valid");
            check(x_valid_o === old[W-2], "x_valid");
            check(x_swap_o === (old[W-2] && old[W-3]), "x_swap");
            if (old[W-2]) check(x_data_o === old[64 +: DATA_W], "x_data");
            if (old[W-1]) begin
                keeps = pushed;
                kept = latest;
                latest = old[64+DATA_W +: DATA_W];
                pushed = 1;
            end
            if (keeps) check(w_data_o === kept, "w_data");
        end
        if (n >= LATENCY && n < CYCLES + LATENCY) begin
            old = vectors[n-LATENCY];
            if (old[W-2]) check(y_out === old[SUM_W-1:0], "y_data");
        end
        // a reset clears what comes with it
        if (n == RESET + 2) check({w_valid_o, x_valid_o, x_swap_o} === 3'b000, "reset");
        // the cycle that begins
        n <= n + 1;
        rst <= n < -2 || n == RESET;
        if (n >= -1 && n < CYCLES - 1) begin
            {w_valid, x_valid, x_swap} <= vectors[n+1][W-1 -: 3];
            w_data <= vectors[n+1][64+DATA_W +: DATA_W];
            x_data <= vectors[n+1][64 +: DATA_W];
        end else {w_valid, x_valid, x_swap} <= n == RESET || n == RESET - 1 ? 3'b111 : 3'b001;
        if (n >= 0 && n < CYCLES) y_in <= vectors[n][32 +: SUM_W];
        if (n == RESET + 4) verdict(CYCLES + 1);
    end
endmodule
