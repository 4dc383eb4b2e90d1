// bpi_systolic_tb.v - random tiles at several sizes, cut short once by a reset, against vectors of operands and sums.
`timescale 1ns/1ps
module tb #(parameter CYCLES = 200);
    localparam LEAST = 1;
    `include "bpi_bench.vh"
    wire [5-1:0] done;
    systolic_case #(.NUMBER(0), .ROWS(4), .COLS(4), .STAGES(1), .SUM_W(18), .CYCLES(CYCLES), .FILE("tb/bpi_stream_4x4_1.hex")) c0 (done[0]);
    systolic_case #(.NUMBER(1), .ROWS(1), .COLS(1), .STAGES(1), .SUM_W(16), .CYCLES(CYCLES), .FILE("tb/bpi_stream_1x1_1.hex")) c1 (done[1]);
    systolic_case #(.NUMBER(2), .ROWS(1), .COLS(7), .STAGES(1), .SUM_W(16), .CYCLES(CYCLES), .FILE("tb/bpi_stream_1x7_1.hex")) c2 (done[2]);
    systolic_case #(.NUMBER(3), .ROWS(7), .COLS(1), .STAGES(1), .SUM_W(18), .CYCLES(CYCLES), .FILE("tb/bpi_stream_7x1_1.hex")) c3 (done[3]);
    systolic_case #(.NUMBER(4), .ROWS(3), .COLS(2), .STAGES(1), .SUM_W(17), .CYCLES(CYCLES), .FILE("tb/bpi_stream_3x2_1.hex")) c4 (done[4]);

    always @(posedge clk) if (&done) verdict(1);
endmodule

module systolic_case #(parameter NUMBER = 0, ROWS = 1, COLS = 1, STAGES = 1, SUM_W = 32, CYCLES = 1, FILE = "") (output reg done);
    `include "bpi_case.vh"
    localparam DATA_W = 8;
    localparam W = 16 + 2*ROWS*DATA_W + COLS*32;

    reg [W-1:0] vectors [0:CYCLES-1];     // control, meta, w, x, sums
    initial $readmemh(FILE, vectors);

    localparam LATENCY = ROWS*STAGES + COLS;

    reg                    rst = 1, w_valid = 0, x_valid = 0, x_swap = 0;
    reg  [ROWS*DATA_W-1:0] w_data = 0, x_data = 0;
    reg  [7:0]             x_meta = 0;
    wire                   y_valid;
    wire [COLS*SUM_W-1:0]  y_data;
    wire [7:0]             y_meta;
    bpi_systolic #(.ROWS(ROWS), .COLS(COLS), .SUM_W(SUM_W), .ADD_STAGES(STAGES), .META_W(8)) dut (
        .clk_i(clk), .rst_i(rst), .w_valid_i(w_valid), .w_data_i(w_data),
        .x_valid_i(x_valid), .x_swap_i(x_swap), .x_data_i(x_data), .x_meta_i(x_meta),
        .y_valid_o(y_valid), .y_data_o(y_data), .y_meta_o(y_meta)
    );

    integer n = -4, at, cut, c;
    reg [31:0] sum;
    initial begin
        done = 0;
        #1 cut = 40 + tb.seed % 64;
    end

    // n counts the vectors presented; it starts again at the reset, so nothing of the first run may come out
    reg [W-1:0] line;
    reg         again = 0, expect_valid;
    always @(posedge clk) begin
        at = n - 1 - LATENCY;
        expect_valid = 0;
        if (at >= 0 && at < CYCLES) begin
            line = vectors[at];
            expect_valid = line[W-2];
        end
        if (n >= 0) begin
            same(y_valid, expect_valid, "valid");
            for (c = 0; c < COLS; c = c + 1) begin
                sum = $signed(y_data[c*SUM_W +: SUM_W]);
                if (expect_valid && sum !== line[c*32 +: 32]) fail("wrong sums");
            end
            if (expect_valid && y_meta !== line[W-9 -: 8]) fail("wrong metadata");
        end
        {w_valid, x_valid, x_swap} <= 3'b001;
        if (n >= 0 && n < CYCLES) begin
            line = vectors[n];
            {w_valid, x_valid, x_swap} <= line[W-1 -: 3];
            x_meta <= line[W-9 -: 8];
            w_data <= line[COLS*32 + ROWS*DATA_W +: ROWS*DATA_W];
            x_data <= line[COLS*32 +: ROWS*DATA_W];
        end
        rst <= n < -2;
        n <= n + 1;
        if (n == cut && !again) begin
            again = 1;
            rst <= 1;
            n <= -3;
        end
        if (n == CYCLES + LATENCY + 4) done <= 1;
    end
endmodule
