// bpi_agu_stationary_tb.v - taps of random convolutions; blocks are expected by the convolution's definition.
// Files, tb/bpi_agu_stationary_*.hex: taps; outputs: {by column, read, first and end of its lanes, address} per vector.
`timescale 1ns/1ps
`include "bpi_operand_buffer.v"
`include "bpi_tap_player.v"
`include "bpi_vector_file.v"
module tb;
    localparam ROWS = 4, COLS = 4, DATA_W = 8, LANES = ROWS > COLS ? ROWS : COLS, ADDR_W = 13;
    `include "bpi_bench.vh"

    // --- Taps -------------------------------------------------------------
    wire       tap_ready;
    reg [31:0] received = 0;
    bpi_tap_player #(.FILE("tb/bpi_agu_stationary_taps.hex")) taps (.tap_ready(tap_ready), .received(received));
    wire rst = taps.rst, full = taps.full;

    // --- Device -----------------------------------------------------------
    wire rd_valid, block_valid, block_by_column;
    wire [ADDR_W-1:0] rd_addr;
    wire [LANES*DATA_W-1:0] block_data;
    wire [LANES*DATA_W-1:0] rd_data;
    reg  block_ready = 0;
    bpi_agu_stationary #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .LANES(LANES), .ADDR_W(ADDR_W), .PART_W(32)) dut (
        .clk_i(clk), .rst_i(rst),
        .tap_valid_i(taps.tap_valid), .tap_ready_o(tap_ready), .tap_reduce_i(taps.tap_reduce), .tap_by_column_i(taps.tap_by_column),
        .tap_rect_i(taps.tap_rect), .tap_images_i(taps.images), .tap_rows_i(taps.rows), .tap_columns_i(taps.columns),
        .tap_phase_h_i(taps.phase_h), .tap_phase_w_i(taps.phase_w), .tap_row_lanes_i(taps.row_lanes),
        .tap_column_lanes_i(taps.column_lanes),
        .tap_addr_i(taps.tap_reduce ? taps.pix_addr[ADDR_W-1:0] : taps.tile_addr[ADDR_W-1:0]), .geometry_part_i(taps.geometry_part), .part_index_i(taps.part_index), .part_i(taps.part),
        .rd_valid_o(rd_valid), .rd_addr_o(rd_addr), .rd_data_i(rd_data),
        .block_valid_o(block_valid), .block_ready_i(block_ready), .block_by_column_o(block_by_column),
        .block_data_o(block_data)
    );

    bpi_operand_buffer #(.DATA_W(DATA_W), .LANES(LANES), .ADDR_W(ADDR_W)) operands (
        .clk(clk), .rd_valid(rd_valid), .rd_addr(rd_addr), .rd_data(rd_data)
    );

    // --- Checks -----------------------------------------------------------
    bpi_vector_file #(.FILE("tb/bpi_agu_stationary_outputs.hex"), .W(64)) outputs ();
    integer seen = 0, reads = 0, reads_due = 0;
    integer lane, place;         // a row comes with its last element first
    wire [63:0] want = outputs.line; // by column, read, -, first, end, address
    reg [DATA_W-1:0] want_lane;

    always @(posedge clk) begin
        if (rst) begin
            for (seen = seen; seen < taps.due; seen = seen + 1) outputs.next;
            reads     = 0;
            reads_due = 0;
        end else begin
            if (^{block_valid, tap_ready, rd_valid} === 1'bx) fail("unknown control");
            if (rd_valid) reads = reads + 1;
            if (block_valid) begin
                checks = checks + 1;
                if (!outputs.have || seen >= taps.due) fail("vector out of nothing");
                if (block_by_column !== want[57]) fail("wrong orientation");
                for (lane = 0; lane < LANES; lane = lane + 1) begin
                    want_lane = operands.operand(lane >= want[47:40] && lane < want[39:32], want[ADDR_W-1:0] + lane[ADDR_W-1:0]);
                    place = want[57] || lane >= COLS ? lane : COLS - 1 - lane;
                    if (block_data[place*DATA_W +: DATA_W] !== want_lane) fail("wrong data");
                end
                if (block_ready) begin
                    if (want[56]) reads_due = reads_due + 1;
                    seen = seen + 1;
                    outputs.next;
                end
            end else if (full && seen > taps.opened_at && seen < taps.due) fail("bubble at full rate");
        end
        if (!rst && !taps.tap_valid && seen == taps.due && reads != reads_due) fail("wrong number of reads");
        received    <= seen;
        block_ready <= full || ($random(seed) & (cycle & 256 ? 7 : 1)) == 0;
        if (taps.done && !rst && seen == taps.due) begin
            if (outputs.have) fail("output missing");
            verdict(1);
        end
    end
endmodule
