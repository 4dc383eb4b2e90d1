// bpi_array_tb.v - random tiles at several sizes, skewed by the bench, against vectors of operands and sums.
`timescale 1ns/1ps
module tb #(parameter CYCLES = 200);
    localparam LEAST = 1;
    `include "bpi_bench.vh"
    wire [5-1:0] done;
    array_case #(.NUMBER(0), .ROWS(4), .COLS(4), .STAGES(1), .SUM_W(18), .CYCLES(CYCLES), .FILE("tb/bpi_stream_4x4_1.hex")) c0 (done[0]);
    array_case #(.NUMBER(1), .ROWS(1), .COLS(1), .STAGES(1), .SUM_W(16), .CYCLES(CYCLES), .FILE("tb/bpi_stream_1x1_1.hex")) c1 (done[1]);
    array_case #(.NUMBER(2), .ROWS(1), .COLS(7), .STAGES(1), .SUM_W(16), .CYCLES(CYCLES), .FILE("tb/bpi_stream_1x7_1.hex")) c2 (done[2]);
    array_case #(.NUMBER(3), .ROWS(7), .COLS(1), .STAGES(1), .SUM_W(18), .CYCLES(CYCLES), .FILE("tb/bpi_stream_7x1_1.hex")) c3 (done[3]);
    array_case #(.NUMBER(4), .ROWS(3), .COLS(2), .STAGES(1), .SUM_W(17), .CYCLES(CYCLES), .FILE("tb/bpi_stream_3x2_1.hex")) c4 (done[4]);

    always @(posedge clk) if (&done) verdict(1);
endmodule

module array_case #(parameter NUMBER = 0, ROWS = 1, COLS = 1, STAGES = 1, SUM_W = 32, CYCLES = 1, FILE = "") (output reg done);
    `include "bpi_case.vh"
    localparam DATA_W = 8;
    localparam W = 16 + 2*ROWS*DATA_W + COLS*32;

    reg [W-1:0] vectors [0:CYCLES-1];     // control, meta, w, x, sums
    initial $readmemh(FILE, vectors);

    reg                    rst = 1;
    reg  [ROWS-1:0]        w_valid = 0, x_valid = 0, x_swap = 0;
    reg  [ROWS*DATA_W-1:0] w_data = 0, x_data = 0;
    wire [COLS*SUM_W-1:0]  y_data;
    bpi_array #(.ROWS(ROWS), .COLS(COLS), .SUM_W(SUM_W), .ADD_STAGES(STAGES)) dut (
        .clk_i(clk), .rst_i(rst), .w_valid_i(w_valid), .w_data_i(w_data),
        .x_valid_i(x_valid), .x_swap_i(x_swap), .x_data_i(x_data), .y_data_o(y_data)
    );

    integer n = -4, r, c, at;
    reg [31:0] sum;
    initial done = 0;

    reg [ROWS-1:0]        w_valid_d, x_valid_d, x_swap_d;
    reg [ROWS*DATA_W-1:0] w_data_d, x_data_d;
    reg [W-1:0]           line;
    always @(posedge clk) begin
        // sums of column c, c cycles after those of column 0
        for (c = 0; c < COLS; c = c + 1) begin
            at = n - 1 - ROWS*STAGES - 1 - c;
            if (at >= 0 && at < CYCLES) begin
                line = vectors[at];
                sum = $signed(y_data[c*SUM_W +: SUM_W]);
                if (line[W-2]) same(sum, line[c*32 +: 32], "sum of a column");
            end
        end
        // operands of row r, r*STAGES cycles after those of row 0
        for (r = 0; r < ROWS; r = r + 1) begin
            at = n - r*STAGES;
            {w_valid_d[r], x_valid_d[r], x_swap_d[r]} = 3'b001;
            if (at >= 0 && at < CYCLES) begin
                line = vectors[at];
                {w_valid_d[r], x_valid_d[r], x_swap_d[r]} = line[W-1 -: 3];
                w_data_d[r*DATA_W +: DATA_W] = line[COLS*32 + (ROWS+r)*DATA_W +: DATA_W];
                x_data_d[r*DATA_W +: DATA_W] = line[COLS*32 + r*DATA_W +: DATA_W];
            end
        end
        w_valid <= w_valid_d;
        x_valid <= x_valid_d;
        x_swap <= x_swap_d;
        w_data <= w_data_d;
        x_data <= x_data_d;
        rst <= n < -2;
        n <= n + 1;
        if (n == CYCLES + ROWS*STAGES + COLS + 4) done <= 1;
    end
endmodule
