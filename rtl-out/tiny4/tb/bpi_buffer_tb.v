// bpi_buffer_tb.v - random and full-rate reads and writes against a plain array of elements, at several sizes.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 3000, LEAST = CYCLES/2;
    `include "bpi_bench.vh"

    buffer_case #(.DATA_W(8),  .WORD(4),  .LANES(4),  .BEAT(4),  .ADDR_W(8), .NUMBER(0)) c0 ();
    buffer_case #(.DATA_W(8),  .WORD(8),  .LANES(5),  .BEAT(2),  .ADDR_W(7), .NUMBER(1)) c1 ();
    buffer_case #(.DATA_W(16), .WORD(16), .LANES(16), .BEAT(16), .ADDR_W(7), .NUMBER(2)) c2 ();
    buffer_case #(.DATA_W(8),  .WORD(16), .LANES(3),  .BEAT(4),  .ADDR_W(6), .NUMBER(3)) c3 ();
    buffer_case #(.DATA_W(16), .WORD(4),  .LANES(4),  .BEAT(2),  .ADDR_W(9), .NUMBER(4)) c4 ();
    buffer_case #(.DATA_W(8),  .WORD(2),  .LANES(1),  .BEAT(1),  .ADDR_W(4), .NUMBER(5)) c5 ();
    buffer_case #(.DATA_W(16), .WORD(32), .LANES(17), .BEAT(32), .ADDR_W(9), .NUMBER(6)) c6 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

// One buffer.  Fills it, then phases of 64 cycles: random, full rate, sequential reads without a gap, mostly writes.
// Reads often lie beside the last write.  A reset now and then drops the reads in flight.
module buffer_case #(
    parameter NUMBER = 0,
    parameter DATA_W = 8,
    parameter WORD   = 4,
    parameter LANES  = 4,
    parameter BEAT   = 4,
    parameter ADDR_W = 8
);
    `include "bpi_case.vh"
    localparam SIZE = 1 << ADDR_W;

    integer filled = 0, i;
    reg rst = 1, wr_valid = 0, rd_valid = 0;
    reg [ADDR_W-1:0] wr_addr = 0, rd_addr = 0;
    reg [BEAT-1:0] wr_strb = 0;
    reg [BEAT*DATA_W-1:0] wr_data = 0;
    wire rd_valid_o;
    wire [LANES*DATA_W-1:0] rd_data;
    wire [1:0] phase = cycle >> 6;

    bpi_buffer #(.DATA_W(DATA_W), .WORD(WORD), .LANES(LANES), .BEAT(BEAT), .ADDR_W(ADDR_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .wr_valid_i(wr_valid), .wr_addr_i(wr_addr), .wr_strb_i(wr_strb), .wr_data_i(wr_data),
        .rd_valid_i(rd_valid), .rd_addr_i(rd_addr), .rd_valid_o(rd_valid_o), .rd_data_o(rd_data)
    );

    reg [DATA_W-1:0] model [0:SIZE-1];
    reg [LANES*DATA_W-1:0] expected_0, expected_1;
    reg [1:0] expect_valid = 0;
    reg [ADDR_W-1:0] next_wr, next_rd;
    reg next_write, next_read;
    integer first_word, last_word;

    always @(posedge clk) begin
        if (!rst) begin
            checks = checks + 1;
            if (rd_valid_o !== expect_valid[1]) fail("rd_valid not two cycles later");
            if (expect_valid[1] && rd_data !== expected_1) fail("wrong data");
        end
        // what this cycle presented
        expected_1 = expected_0;
        expect_valid = rst ? 2'b00 : {expect_valid[0], rd_valid};
        for (i = 0; i < LANES; i = i + 1) expected_0[i*DATA_W +: DATA_W] = model[(rd_addr + i) % SIZE];
        for (i = 0; i < BEAT; i = i + 1)
            if (wr_valid && wr_strb[i]) model[wr_addr + i] = wr_data[i*DATA_W +: DATA_W];
        // the next cycle
        rst <= cycle < 3 || ($random(seed) & 255) == 0;
        if (filled < SIZE) begin
            wr_valid <= 1;
            wr_addr <= filled;
            wr_strb <= {BEAT{1'b1} };
            filled = filled + BEAT;
        end else begin
            next_write = phase == 1 || (phase == 0 ? $random(seed) : phase == 3 ? $random(seed) | $random(seed) : $random(seed) & $random(seed));
            next_read = phase == 1 || phase == 2 || (phase == 0 ? $random(seed) : $random(seed) & $random(seed));
            next_wr = $random(seed) & ~(BEAT - 1);
            next_rd = phase == 2 ? rd_addr + 1 : ($random(seed) & 3) == 0 ? wr_addr - LANES + 1 + ($random(seed) & (2*WORD - 1)) : $random(seed);
            // a word that is written must not be read
            first_word = next_rd / WORD;
            last_word = ((next_rd + LANES - 1) % SIZE) / WORD;
            if (next_write && (first_word == next_wr / WORD || last_word == next_wr / WORD)) begin
                if (phase == 2) next_write = 0;
                else next_rd = (next_wr & ~(WORD - 1)) + SIZE/2 + ($random(seed) & 1) * (WORD - LANES);
            end
            wr_valid <= next_write;
            wr_addr <= next_wr;
            wr_strb <= phase == 3 ? {BEAT{1'b1} } : $random(seed);
            rd_valid <= next_read;
            rd_addr <= next_rd;
        end
        for (i = 0; i < BEAT; i = i + 1) wr_data[i*DATA_W +: DATA_W] <= $random(seed);
    end
endmodule
