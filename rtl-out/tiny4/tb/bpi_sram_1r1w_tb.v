// bpi_sram_1r1w_tb.v - random reads and lane writes against a plain array.
`timescale 1ns/1ps
module tb;
    localparam WIDTH = 32, DEPTH = 16, LANES = 4, ADDR_W = 4, CYCLES = 2000;

    `include "bpi_bench.vh"
    integer lane;

    reg [LANES-1:0]   wr_lane = 0;
    reg [ADDR_W-1:0]  wr_addr = 0, rd_addr = 0;
    reg [WIDTH-1:0]   wr_data = 0;
    reg               rd_valid = 0;
    wire [WIDTH-1:0]  rd_data;

    bpi_sram_1r1w #(.WIDTH(WIDTH), .DEPTH(DEPTH), .LANES(LANES), .ADDR_W(ADDR_W)) dut (
        .clk_i(clk), .wr_lane_i(wr_lane), .wr_addr_i(wr_addr), .wr_data_i(wr_data),
        .rd_valid_i(rd_valid), .rd_addr_i(rd_addr), .rd_data_o(rd_data)
    );

    reg [WIDTH-1:0] model [0:DEPTH-1];
    reg [WIDTH-1:0] expected;
    reg             expect_valid = 0;

    always @(posedge clk) begin
        if (expect_valid) same(rd_data, expected, "word read");
        // the access presented in this cycle
        if (rd_valid) expected = model[rd_addr];
        if (rd_valid) expect_valid = cycle > DEPTH;
        for (lane = 0; lane < LANES; lane = lane + 1)
            if (wr_lane[lane]) model[wr_addr][lane*8 +: 8] = wr_data[lane*8 +: 8];
        // the next one
        wr_lane <= cycle < DEPTH ? {LANES{1'b1}} : $random(seed);
        wr_addr <= cycle < DEPTH ? cycle : $random(seed);
        wr_data <= $random(seed);
        rd_valid <= cycle > DEPTH && ($random(seed) & 1);
        rd_addr <= $random(seed);
        if (cycle == CYCLES) verdict(1);
    end
    // never both ports on one address: what that returns is undefined
    wire clash = rd_valid && |wr_lane && rd_addr == wr_addr;
    always @(negedge clk) if (clash) rd_valid <= 0;
endmodule
