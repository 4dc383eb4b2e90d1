// bpi_tap_walker_tb.v - tiles of random convolutions; the taps, their ranges and addresses are expected by the
// convolution's definition, and the cycles between two taps are bounded.
// Files, tb/bpi_tap_walker_*.hex: tiles: geometry, EXEC; outputs: {flags, images, rows, columns, x, phases, lanes, addresses} and cycles.
`timescale 1ns/1ps
`include "bpi_vector_file.v"
module tb;
    localparam ROWS = 4, COLS = 4, DYN_W = 14, PIX_W = 20, TILE_W = 18, PART_W = 32;
    `include "bpi_bench.vh"

    // --- Device -----------------------------------------------------------
    reg  rst = 1, tile_valid = 0, tap_ready = 0;
    // the geometry and the tile, on their way in parts: halves of the geometry, then the tile
    localparam PARTS = 512 / PART_W;
    reg  [511:0] tile = 0;
    reg  [2*448-1:0] geometry = 0;
    integer      play = 3*PARTS;
    wire [511:0] played = play < PARTS ? { geometry[448-1:0], 64'd0 } : play < 2*PARTS ? { geometry[448 +: 448], 64'd0 } : tile;
    wire         part_valid = play >= 2*PARTS && play < 3*PARTS;
    wire [1:0]   geometry_part = {play >= PARTS && play < 2*PARTS, play < PARTS};
    wire [3:0]   part_index = play % PARTS;
    wire [PART_W-1:0] part = played[play % PARTS * PART_W +: PART_W];
    wire tile_ready, tap_valid, tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused;
    wire [15:0] images, rows, columns, reduction_tiles;
    wire signed [17:0] x_h, x_w;
    wire [7:0] phase_h, phase_w, row_lanes, column_lanes;
    wire [DYN_W-1:0] dyn_addr;
    wire [PIX_W-1:0] pix_addr;
    wire [TILE_W-1:0] tile_addr;
    bpi_tap_walker #(.DYN_W(DYN_W), .PIX_W(PIX_W), .TILE_W(TILE_W), .PART_W(PART_W)) dut (
        .clk_i(clk), .rst_i(rst), .part_valid_i(part_valid), .geometry_part_i(geometry_part), .part_index_i(part_index), .part_i(part),
        .tile_valid_i(tile_valid), .tile_ready_o(tile_ready),
        .tap_valid_o(tap_valid), .tap_ready_i(tap_ready), .tap_end_o(tap_end), .tap_reduce_o(tap_reduce),
        .tap_by_column_o(tap_by_column), .tap_rect_o(tap_rect), .tap_fused_o(tap_fused), .tap_images_o(images), .tap_rows_o(rows),
        .tap_columns_o(columns), .tap_x_h_o(x_h), .tap_x_w_o(x_w), .tap_phase_h_o(phase_h), .tap_phase_w_o(phase_w),
        .tap_reduction_tiles_o(reduction_tiles), .tap_row_lanes_o(row_lanes), .tap_column_lanes_o(column_lanes),
        .tap_dyn_addr_o(dyn_addr), .tap_pix_addr_o(pix_addr), .tap_tile_addr_o(tile_addr)
    );

    // --- Checks -----------------------------------------------------------
    localparam TAP_W = 8 + 3*16 + 2*24 + 2*8 + 16 + 2*8 + 3*32;
    bpi_vector_file #(.FILE("tb/bpi_tap_walker_tiles.hex"), .W(2*448 + 512)) tiles ();
    bpi_vector_file #(.FILE("tb/bpi_tap_walker_outputs.hex"), .W(TAP_W + 16)) outputs ();
    integer seen = 0, waited = 0, in_tile = 0;
    reg full = 0, was_valid = 0, tile_taken;
    wire [7:0]  want_flags, want_phase_h, want_phase_w, want_row_lanes, want_column_lanes;
    wire [15:0] want_images, want_rows, want_columns, want_reduction_tiles, cycles;
    wire [23:0] want_x_h, want_x_w;
    wire [31:0] want_dyn, want_pix, want_tile;
    assign {want_flags, want_images, want_rows, want_columns, want_x_h, want_x_w, want_phase_h, want_phase_w,
            want_reduction_tiles, want_row_lanes, want_column_lanes, want_dyn, want_pix, want_tile, cycles} = outputs.line;

    always @(posedge clk) begin
        tile_taken = 0;
        if (rst) begin
            // what a reset cut off does not come any more
            while (in_tile) begin
                in_tile = !outputs.line[TAP_W + 16 - 8];       // of the line in this very moment
                outputs.next;
            end
            tile_valid <= 0;
            waited = 0;
        end else begin
            if (^{tap_valid, tile_ready} === 1'bx) fail("unknown control");
            if (tile_ready && !tile_valid) fail("ready without a tile");
            if (tap_valid && !tile_valid) fail("tap without a tile");
            waited = tile_valid ? waited + 1 : 0;
            if (tap_valid) begin
                checks = checks + 1;
                if (!outputs.have) fail("tap out of nothing");
                if (!was_valid && waited > cycles) fail("tap comes late");
                if (tap_end !== want_flags[0]) fail("wrong end");
                if (!want_flags[0]) begin
                    if ({tap_fused, tap_rect, tap_by_column, tap_reduce} !== want_flags[4:1]) fail("wrong kind");
                    if ({images, rows, columns} !== {want_images, want_rows, want_columns}) fail("wrong extent");
                    // x and phases of a range of valid positions mean nothing to the others
                    if (!want_flags[3] && x_h !== want_x_h[17:0]) fail("wrong x");
                    if ((!want_flags[3] || want_flags[4]) && x_w !== want_x_w[17:0]) fail("wrong x");
                    if (!want_flags[3] && {phase_h, phase_w} !== {want_phase_h, want_phase_w}) fail("wrong phase");
                    if (reduction_tiles !== want_reduction_tiles) fail("wrong reduction tiles");
                    if (row_lanes !== want_row_lanes) fail("wrong row lanes");
                    if (column_lanes !== want_column_lanes) fail("wrong column lanes");
                    if (dyn_addr !== want_dyn[DYN_W-1:0]) fail("wrong dynamic address");
                    if (pix_addr !== want_pix[PIX_W-1:0]) fail("wrong pixel address");
                    if (tile_addr !== want_tile[TILE_W-1:0]) fail("wrong tile address");
                end
                if (tile_ready !== (tap_ready && want_flags[0])) fail("tile ready at the wrong time");
                if (tap_ready) begin
                    if (want_flags[0]) in_tile = 0;
                    tile_taken = want_flags[0];
                    seen = seen + 1;
                    waited = 0;
                    outputs.next;
                end
            end else if (tile_ready) fail("tile ready before its end");
        end
        was_valid = tap_valid && !tap_ready && !rst;
        if (tile_taken || !tile_valid) begin
            tile_valid <= 0;
            if (tile_taken || !in_tile) full = (seen / 8) & 1;
            if (in_tile && play < 3*PARTS) play <= play + 1;
            else if (in_tile && !tile_taken) tile_valid <= 1;
            else if (tiles.have && !rst && cycle > 8 && (full || ($random(seed) & 1))) begin
                {geometry, tile} <= tiles.line;
                play <= 0;
                in_tile = 1;
                tiles.next;
            end
        end
        rst <= cycle < 4 || (!full && in_tile && ($random(seed) & 1023) == 0);
        tap_ready <= full || ($random(seed) & (cycle & 256 ? 7 : 1)) == 0;
        if (!tiles.have && !in_tile && !tile_valid) begin
            if (outputs.have) fail("taps missing");
            verdict(1);
        end
    end
endmodule
