// bpi_array_tb.v - random tiles at several sizes, skewed by the bench, against vectors of operands and sums.
`timescale 1ns/1ps
module tb_case #(parameter ROWS = 1, COLS = 1, STAGES = 1, CYCLES = 1, FILE = "") (
    input  wire        clk,
    output reg         done,
    output wire [31:0] errors_o,
    output wire [31:0] checks_o
);
    localparam DATA_W = 8;
    localparam W = 16 + 2*ROWS*DATA_W + COLS*32;

    reg [W-1:0] vectors [0:CYCLES-1];     // control, meta, w, x, sums
    initial $readmemh(FILE, vectors);

    reg                    rst = 1;
    reg  [ROWS-1:0]        w_valid = 0, x_valid = 0, x_swap = 0;
    reg  [ROWS*DATA_W-1:0] w_data = 0, x_data = 0;
    wire [COLS*32-1:0]     y_data;
    bpi_array #(.ROWS(ROWS), .COLS(COLS), .ADD_STAGES(STAGES)) dut (
        .clk_i(clk), .rst_i(rst), .w_valid_i(w_valid), .w_data_i(w_data),
        .x_valid_i(x_valid), .x_swap_i(x_swap), .x_data_i(x_data), .y_data_o(y_data)
    );

    integer errors = 0, checks = 0, n = -4, r, c, at;
    assign errors_o = errors;
    assign checks_o = checks;
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
                if (line[W-2]) begin
                    checks = checks + 1;
                    if (y_data[c*32 +: 32] !== line[c*32 +: 32]) begin
                        errors = errors + 1;
                        if (errors < 5) $display("FAIL %0s, vector %0d, column %0d: %h, expected %h", FILE, at, c, y_data[c*32 +: 32], line[c*32 +: 32]);
                    end
                end
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

module tb #(parameter CYCLES = 200);
    localparam CASES = 5;
    reg clk = 0;
    always #5 clk = !clk;

    wire [CASES-1:0]    done;
    wire [CASES*32-1:0] errors, checks;
    tb_case #(.ROWS(4), .COLS(4), .STAGES(1), .CYCLES(CYCLES), .FILE("tb/bpi_stream_4x4_1.hex")) u_case_0 (
        .clk(clk), .done(done[0]), .errors_o(errors[0*32 +: 32]), .checks_o(checks[0*32 +: 32])
    );
    tb_case #(.ROWS(1), .COLS(1), .STAGES(1), .CYCLES(CYCLES), .FILE("tb/bpi_stream_1x1_1.hex")) u_case_1 (
        .clk(clk), .done(done[1]), .errors_o(errors[1*32 +: 32]), .checks_o(checks[1*32 +: 32])
    );
    tb_case #(.ROWS(1), .COLS(7), .STAGES(1), .CYCLES(CYCLES), .FILE("tb/bpi_stream_1x7_1.hex")) u_case_2 (
        .clk(clk), .done(done[2]), .errors_o(errors[2*32 +: 32]), .checks_o(checks[2*32 +: 32])
    );
    tb_case #(.ROWS(7), .COLS(1), .STAGES(1), .CYCLES(CYCLES), .FILE("tb/bpi_stream_7x1_1.hex")) u_case_3 (
        .clk(clk), .done(done[3]), .errors_o(errors[3*32 +: 32]), .checks_o(checks[3*32 +: 32])
    );
    tb_case #(.ROWS(3), .COLS(2), .STAGES(1), .CYCLES(CYCLES), .FILE("tb/bpi_stream_3x2_1.hex")) u_case_4 (
        .clk(clk), .done(done[4]), .errors_o(errors[4*32 +: 32]), .checks_o(checks[4*32 +: 32])
    );

    integer i, bad, total;
    reg     empty;
    always @(posedge clk) if (&done) begin
        bad = 0;
        total = 0;
        empty = 0;
        for (i = 0; i < CASES; i = i + 1) begin
            bad = bad + errors[i*32 +: 32];
            total = total + checks[i*32 +: 32];
            if (checks[i*32 +: 32] == 0) empty = 1;
        end
        if (bad == 0 && !empty) $display("PASS %0d checks", total);
        else $display("FAIL %0d errors in %0d checks", bad, total);
        $finish;
    end
endmodule
