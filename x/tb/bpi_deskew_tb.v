// bpi_deskew_tb.v - random data at several sizes, against a history of what went in.
`timescale 1ns/1ps
module tb_case #(parameter LANES = 1, DATA_W = 8) (
    input  wire        clk,
    input  wire [31:0] seed_i,
    output wire [31:0] errors_o,
    output wire [31:0] checks_o
);
    reg  [LANES*DATA_W-1:0] data = 0, noise;
    wire [LANES*DATA_W-1:0] data_o;
    bpi_deskew #(.LANES(LANES), .DATA_W(DATA_W)) dut (.clk_i(clk), .data_i(data), .data_o(data_o));

    reg [LANES*DATA_W-1:0] datas [0:LANES-1];      // of the last cycles, the latest first
    integer errors = 0, checks = 0, n = 0, seed, c, i;
    assign errors_o = errors;
    assign checks_o = checks;
    initial #1 seed = seed_i;

    always @(posedge clk) begin
        for (i = LANES - 1; i > 0; i = i - 1) datas[i] = datas[i-1];
        datas[0] = data;
        if (n > LANES)
            for (c = 0; c < LANES; c = c + 1) begin
                checks = checks + 1;
                if (data_o[c*DATA_W +: DATA_W] !== datas[LANES-1-c][c*DATA_W +: DATA_W]) begin
                    errors = errors + 1;
                    if (errors < 5) $display("FAIL %m, cycle %0d, lane %0d: %h", n, c, data_o[c*DATA_W +: DATA_W]);
                end
            end
        n <= n + 1;
        for (i = 0; i < LANES; i = i + 1) noise[i*DATA_W +: DATA_W] = $random(seed);
        data <= noise;
    end
endmodule

module tb;
    localparam CASES = 4;
    reg clk = 0;
    always #5 clk = !clk;
    integer seed, cycle = 0, i, bad, total;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    wire [CASES*32-1:0] errors, checks;
    tb_case #(.LANES(1))                u_0 (clk, seed, errors[31:0], checks[31:0]);
    tb_case #(.LANES(2), .DATA_W(1))    u_1 (clk, seed, errors[63:32], checks[63:32]);
    tb_case #(.LANES(3), .DATA_W(32))   u_2 (clk, seed, errors[95:64], checks[95:64]);
    tb_case #(.LANES(7), .DATA_W(32))   u_3 (clk, seed, errors[127:96], checks[127:96]);

    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (cycle == 1000) begin
            bad = 0;
            total = 0;
            for (i = 0; i < CASES; i = i + 1) begin
                bad = bad + errors[i*32 +: 32];
                total = total + checks[i*32 +: 32];
            end
            if (bad == 0 && total > 10000) $display("PASS %0d checks", total);
            else $display("FAIL %0d errors in %0d checks", bad, total);
            $finish;
        end
    end
endmodule
