// bpi_deskew_tb.v - random data at several sizes, against a history of what went in.
`timescale 1ns/1ps
module tb;
    localparam LEAST = 900;
    `include "bpi_bench.vh"

    deskew_case #(.LANES(1), .NUMBER(0)) c0 ();
    deskew_case #(.LANES(2), .DATA_W(1), .NUMBER(1)) c1 ();
    deskew_case #(.LANES(3), .DATA_W(32), .NUMBER(2)) c2 ();
    deskew_case #(.LANES(7), .DATA_W(32), .NUMBER(3)) c3 ();

    always @(posedge clk) if (cycle == 1000) verdict(10000);
endmodule

module deskew_case #(parameter NUMBER = 0, LANES = 1, DATA_W = 8);
    `include "bpi_case.vh"
    reg  [LANES*DATA_W-1:0] data = 0, noise;
    wire [LANES*DATA_W-1:0] data_o;
    bpi_deskew #(.LANES(LANES), .DATA_W(DATA_W)) dut (.clk_i(clk), .data_i(data), .data_o(data_o));

    reg [LANES*DATA_W-1:0] datas [0:LANES-1];      // of the last cycles, the latest first
    integer c, i;
    always @(posedge clk) begin
        for (i = LANES - 1; i > 0; i = i - 1) datas[i] = datas[i-1];
        datas[0] = data;
        if (cycle > LANES)
            for (c = 0; c < LANES; c = c + 1) same(data_o[c*DATA_W +: DATA_W], datas[LANES-1-c][c*DATA_W +: DATA_W], "data of a lane");
        for (i = 0; i < LANES; i = i + 1) noise[i*DATA_W +: DATA_W] = $random(seed);
        data <= noise;
    end
endmodule
