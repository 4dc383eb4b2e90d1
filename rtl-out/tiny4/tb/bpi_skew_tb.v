// bpi_skew_tb.v - random data and control at several sizes, against a history of what went in; one reset on the way.
`timescale 1ns/1ps
module tb;
    localparam LEAST = 900;
    `include "bpi_bench.vh"

    skew_case #(.LANES(1), .STEP(3), .NUMBER(0)) c0 ();
    skew_case #(.LANES(2), .DATA_W(1), .CTRL_W(2), .NUMBER(1)) c1 ();
    skew_case #(.LANES(4), .DATA_W(16), .CTRL_W(2), .STEP(3), .NUMBER(2)) c2 ();
    skew_case #(.LANES(5), .STEP(2), .NUMBER(3)) c3 ();
    skew_case #(.LANES(7), .DATA_W(5), .CTRL_W(3), .STEP(4), .NUMBER(4)) c4 ();

    always @(posedge clk) if (cycle == 1000) verdict(15000);
endmodule

module skew_case #(parameter NUMBER = 0, LANES = 1, DATA_W = 8, CTRL_W = 1, STEP = 1);
    `include "bpi_case.vh"
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
    integer since = 0, r, i;
    always @(posedge clk) begin
        for (i = DEPTH - 1; i > 0; i = i - 1) begin
            ctrls[i] = ctrls[i-1];
            datas[i] = datas[i-1];
        end
        ctrls[0] = ctrl;
        datas[0] = data;
        if (since > 0)
            for (r = 0; r < LANES; r = r + 1) begin
                same(ctrl_o[r*CTRL_W +: CTRL_W], ctrls[r*STEP], "control of a lane");
                if (cycle > DEPTH && data_o[r*DATA_W +: DATA_W] !== datas[r*STEP][r*DATA_W +: DATA_W]) fail("data of a lane");
            end
        if (rst) for (i = 0; i < DEPTH; i = i + 1) ctrls[i] = 0;     // in the next cycle all registers are clear
        since <= rst ? 0 : since + 1;
        rst <= cycle < 3 || cycle == 500;
        ctrl <= $random(seed);
        for (i = 0; i < LANES; i = i + 1) noise[i*DATA_W +: DATA_W] = $random(seed);
        data <= noise;
    end
endmodule
