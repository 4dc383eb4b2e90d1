// bpi_skew_tb.v - random data and control at several sizes, against a history of what went in; one reset on the way.
`timescale 1ns/1ps
module tb_case #(parameter LANES = 1, DATA_W = 8, CTRL_W = 1, STEP = 1) (
    input  wire        clk,
    input  wire [31:0] seed_i,
    output wire [31:0] errors_o,
    output wire [31:0] checks_o
);
    localparam DEPTH = (LANES - 1) * STEP + 1;

    reg                     rst = 1;
    reg  [CTRL_W-1:0]       ctrl = 0;
    reg  [LANES*DATA_W-1:0] data = 0, noise;
    wire [LANES*CTRL_W-1:0] ctrl_o;
    wire [LANES*DATA_W-1:0] data_o;
    bpi_skew #(.LANES(LANES), .DATA_W(DATA_W), .CTRL_W(CTRL_W), .STEP(STEP)) dut (
        .clk_i(clk), .rst_i(rst), .ctrl_i(ctrl), .data_i(data), .ctrl_o(ctrl_o), .data_o(data_o)
    );

    reg [CTRL_W-1:0]       ctrls [0:DEPTH-1];      // of the last cycles, the latest first
    reg [LANES*DATA_W-1:0] datas [0:DEPTH-1];
    integer errors = 0, checks = 0, n = 0, since = 0, seed, r, i;
    assign errors_o = errors;
    assign checks_o = checks;
    initial #1 seed = seed_i;

    always @(posedge clk) begin
        for (i = DEPTH - 1; i > 0; i = i - 1) begin
            ctrls[i] = ctrls[i-1];
            datas[i] = datas[i-1];
        end
        ctrls[0] = ctrl;
        datas[0] = data;
        if (since > 0)
            for (r = 0; r < LANES; r = r + 1) begin
                checks = checks + 1;
                if (ctrl_o[r*CTRL_W +: CTRL_W] !== ctrls[r*STEP]
                    || (n > DEPTH && data_o[r*DATA_W +: DATA_W] !== datas[r*STEP][r*DATA_W +: DATA_W])) begin
                    errors = errors + 1;
                    if (errors < 5) $display("FAIL %m, cycle %0d, lane %0d: %h %h", n, r, ctrl_o[r*CTRL_W +: CTRL_W], data_o[r*DATA_W +: DATA_W]);
                end
            end
        if (rst) for (i = 0; i < DEPTH; i = i + 1) ctrls[i] = 0;     // in the next cycle all registers are clear
        since <= rst ? 0 : since + 1;
        n <= n + 1;
        rst <= n < 3 || n == 500;
        ctrl <= $random(seed);
        for (i = 0; i < LANES; i = i + 1) noise[i*DATA_W +: DATA_W] = $random(seed);
        data <= noise;
    end
endmodule

module tb;
    localparam CASES = 5;
    reg clk = 0;
    always #5 clk = !clk;
    integer seed, cycle = 0, i, bad, total;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    wire [CASES*32-1:0] errors, checks;
    tb_case #(.LANES(1), .STEP(3))                                    u_0 (clk, seed, errors[31:0], checks[31:0]);
    tb_case #(.LANES(2), .DATA_W(1), .CTRL_W(2))                      u_1 (clk, seed, errors[63:32], checks[63:32]);
    tb_case #(.LANES(4), .DATA_W(16), .CTRL_W(2), .STEP(3))           u_2 (clk, seed, errors[95:64], checks[95:64]);
    tb_case #(.LANES(5), .STEP(2))                                    u_3 (clk, seed, errors[127:96], checks[127:96]);
    tb_case #(.LANES(7), .DATA_W(5), .CTRL_W(3), .STEP(4))            u_4 (clk, seed, errors[159:128], checks[159:128]);

    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (cycle == 1000) begin
            bad = 0;
            total = 0;
            for (i = 0; i < CASES; i = i + 1) begin
                bad = bad + errors[i*32 +: 32];
                total = total + checks[i*32 +: 32];
            end
            if (bad == 0 && total > 15000) $display("PASS %0d checks", total);
            else $display("FAIL %0d errors in %0d checks", bad, total);
            $finish;
        end
    end
endmodule
