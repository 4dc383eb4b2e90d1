// bpi_systolic_tb.v - random tiles at several sizes, cut short once by a reset, against vectors of operands and sums.
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

    localparam LATENCY = ROWS*STAGES + COLS;

    reg                    rst = 1, w_valid = 0, x_valid = 0, x_swap = 0;
    reg  [ROWS*DATA_W-1:0] w_data = 0, x_data = 0;
    reg  [7:0]             x_meta = 0;
    wire                   y_valid;
    wire [COLS*32-1:0]     y_data;
    wire [7:0]             y_meta;
    bpi_systolic #(.ROWS(ROWS), .COLS(COLS), .ADD_STAGES(STAGES), .META_W(8)) dut (
        .clk_i(clk), .rst_i(rst), .w_valid_i(w_valid), .w_data_i(w_data),
        .x_valid_i(x_valid), .x_swap_i(x_swap), .x_data_i(x_data), .x_meta_i(x_meta),
        .y_valid_o(y_valid), .y_data_o(y_data), .y_meta_o(y_meta)
    );

    integer errors = 0, checks = 0, n = -4, at, seed, cut;
    assign errors_o = errors;
    assign checks_o = checks;
    initial begin
        done = 0;
        if (!$value$plusargs("seed=%d", seed)) seed = 0;
        cut = 40 + seed % 64;
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
            checks = checks + 1;
            if (y_valid !== expect_valid || (expect_valid && (y_data !== line[COLS*32-1:0] || y_meta !== line[W-9 -: 8]))) begin
                errors = errors + 1;
                if (errors < 5) $display("FAIL %0s, vector %0d: %b %h %h, expected %b %h %h", FILE, at,
                                         y_valid, y_meta, y_data, expect_valid, line[W-9 -: 8], line[COLS*32-1:0]);
            end
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
