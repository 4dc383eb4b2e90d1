// bpi_tap_fifos_tb.v - random taps and ends; every generator must get its part of each, in order, at its own pace.
`timescale 1ns/1ps
module tb;
    localparam DYN_W = 11, STAT_W = 9, BLOCK_ADDR_W = 24, CYCLES = 12000;
    localparam MAP_W = 10, X_W = 13, PHASE_W = 4, TILES_W = 12, IMAGES_W = 11, LANE_W = 3;
    localparam TAP_W = 0 + 1 + 1 + 1 + 1 + 1 + IMAGES_W + MAP_W + MAP_W + X_W + X_W + PHASE_W + PHASE_W + TILES_W + LANE_W + LANE_W + DYN_W + BLOCK_ADDR_W + BLOCK_ADDR_W;
    `include "bpi_bench.vh"
    reg rst = 1;
    integer sent = 0;

    // --- Device -----------------------------------------------------------
    reg              tap_valid = 0;
    wire             tap_ready;
    reg  [TAP_W-1:0] tap = 0, taps [0:CYCLES];          // all that entered
    wire                    tap_end;
    wire                    tap_reduce;
    wire                    tap_by_column;
    wire                    tap_rect;
    wire                    tap_fused;
    wire [IMAGES_W-1:0]     tap_images;
    wire [MAP_W-1:0]        tap_rows;
    wire [MAP_W-1:0]        tap_columns;
    wire signed [X_W-1:0]   tap_x_h;
    wire signed [X_W-1:0]   tap_x_w;
    wire [PHASE_W-1:0]      tap_phase_h;
    wire [PHASE_W-1:0]      tap_phase_w;
    wire [TILES_W-1:0]      tap_reduction_tiles;
    wire [LANE_W-1:0]       tap_row_lanes;
    wire [LANE_W-1:0]       tap_column_lanes;
    wire [DYN_W-1:0]        tap_dyn_addr;
    wire [BLOCK_ADDR_W-1:0] tap_pix_addr;
    wire [BLOCK_ADDR_W-1:0] tap_tile_addr;
    assign { tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused, tap_images, tap_rows, tap_columns, tap_x_h, tap_x_w, tap_phase_h, tap_phase_w, tap_reduction_tiles, tap_row_lanes, tap_column_lanes, tap_dyn_addr, tap_pix_addr, tap_tile_addr } = tap;
    wire dynamic_valid;
    reg  dynamic_ready = 0;
    wire                    dynamic_reduce;
    wire                    dynamic_rect;
    wire                    dynamic_fused;
    wire [IMAGES_W-1:0]     dynamic_images;
    wire [MAP_W-1:0]        dynamic_rows;
    wire [MAP_W-1:0]        dynamic_columns;
    wire signed [X_W-1:0]   dynamic_x_h;
    wire signed [X_W-1:0]   dynamic_x_w;
    wire [PHASE_W-1:0]      dynamic_phase_h;
    wire [PHASE_W-1:0]      dynamic_phase_w;
    wire [TILES_W-1:0]      dynamic_reduction_tiles;
    wire [LANE_W-1:0]       dynamic_row_lanes;
    wire [DYN_W-1:0]        dynamic_addr;
    wire stationary_valid;
    reg  stationary_ready = 0;
    wire                    stationary_reduce;
    wire                    stationary_by_column;
    wire                    stationary_rect;
    wire [IMAGES_W-1:0]     stationary_images;
    wire [MAP_W-1:0]        stationary_rows;
    wire [MAP_W-1:0]        stationary_columns;
    wire [PHASE_W-1:0]      stationary_phase_h;
    wire [PHASE_W-1:0]      stationary_phase_w;
    wire [LANE_W-1:0]       stationary_row_lanes;
    wire [LANE_W-1:0]       stationary_column_lanes;
    wire [STAT_W-1:0]       stationary_addr;
    wire accumulate_valid;
    reg  accumulate_ready = 0;
    wire                    accumulate_end;
    wire                    accumulate_reduce;
    wire                    accumulate_by_column;
    wire [IMAGES_W-1:0]     accumulate_images;
    wire [MAP_W-1:0]        accumulate_rows;
    wire [MAP_W-1:0]        accumulate_columns;
    wire [LANE_W-1:0]       accumulate_column_lanes;
    wire [BLOCK_ADDR_W-1:0] accumulate_addr;
    bpi_tap_fifos #(.DYN_W(DYN_W), .STAT_W(STAT_W), .BLOCK_ADDR_W(BLOCK_ADDR_W),
        .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(PHASE_W), .TILES_W(TILES_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .dynamic_valid_o(dynamic_valid), .dynamic_ready_i(dynamic_ready),
        .dynamic_reduce_o(dynamic_reduce),
        .dynamic_rect_o(dynamic_rect),
        .dynamic_fused_o(dynamic_fused),
        .dynamic_images_o(dynamic_images),
        .dynamic_rows_o(dynamic_rows),
        .dynamic_columns_o(dynamic_columns),
        .dynamic_x_h_o(dynamic_x_h),
        .dynamic_x_w_o(dynamic_x_w),
        .dynamic_phase_h_o(dynamic_phase_h),
        .dynamic_phase_w_o(dynamic_phase_w),
        .dynamic_reduction_tiles_o(dynamic_reduction_tiles),
        .dynamic_row_lanes_o(dynamic_row_lanes),
        .dynamic_addr_o(dynamic_addr),
        .stationary_valid_o(stationary_valid), .stationary_ready_i(stationary_ready),
        .stationary_reduce_o(stationary_reduce),
        .stationary_by_column_o(stationary_by_column),
        .stationary_rect_o(stationary_rect),
        .stationary_images_o(stationary_images),
        .stationary_rows_o(stationary_rows),
        .stationary_columns_o(stationary_columns),
        .stationary_phase_h_o(stationary_phase_h),
        .stationary_phase_w_o(stationary_phase_w),
        .stationary_row_lanes_o(stationary_row_lanes),
        .stationary_column_lanes_o(stationary_column_lanes),
        .stationary_addr_o(stationary_addr),
        .accumulate_valid_o(accumulate_valid), .accumulate_ready_i(accumulate_ready),
        .accumulate_end_o(accumulate_end),
        .accumulate_reduce_o(accumulate_reduce),
        .accumulate_by_column_o(accumulate_by_column),
        .accumulate_images_o(accumulate_images),
        .accumulate_rows_o(accumulate_rows),
        .accumulate_columns_o(accumulate_columns),
        .accumulate_column_lanes_o(accumulate_column_lanes),
        .accumulate_addr_o(accumulate_addr),
        .tap_end_i(tap_end),
        .tap_reduce_i(tap_reduce),
        .tap_by_column_i(tap_by_column),
        .tap_rect_i(tap_rect),
        .tap_fused_i(tap_fused),
        .tap_images_i(tap_images),
        .tap_rows_i(tap_rows),
        .tap_columns_i(tap_columns),
        .tap_x_h_i(tap_x_h),
        .tap_x_w_i(tap_x_w),
        .tap_phase_h_i(tap_phase_h),
        .tap_phase_w_i(tap_phase_w),
        .tap_reduction_tiles_i(tap_reduction_tiles),
        .tap_row_lanes_i(tap_row_lanes),
        .tap_column_lanes_i(tap_column_lanes),
        .tap_dyn_addr_i(tap_dyn_addr),
        .tap_pix_addr_i(tap_pix_addr),
        .tap_tile_addr_i(tap_tile_addr),
        .tap_valid_i(tap_valid), .tap_ready_o(tap_ready)
    );

    // --- What each generator expects: the taps in order, the ends only where it hears of them -------------
    integer dynamic_at = 0, dynamic_seen = 0;
    reg                    dynamic_want_end;
    reg                    dynamic_want_reduce;
    reg                    dynamic_want_by_column;
    reg                    dynamic_want_rect;
    reg                    dynamic_want_fused;
    reg [IMAGES_W-1:0]     dynamic_want_images;
    reg [MAP_W-1:0]        dynamic_want_rows;
    reg [MAP_W-1:0]        dynamic_want_columns;
    reg signed [X_W-1:0]   dynamic_want_x_h;
    reg signed [X_W-1:0]   dynamic_want_x_w;
    reg [PHASE_W-1:0]      dynamic_want_phase_h;
    reg [PHASE_W-1:0]      dynamic_want_phase_w;
    reg [TILES_W-1:0]      dynamic_want_reduction_tiles;
    reg [LANE_W-1:0]       dynamic_want_row_lanes;
    reg [LANE_W-1:0]       dynamic_want_column_lanes;
    reg [DYN_W-1:0]        dynamic_want_dyn_addr;
    reg [BLOCK_ADDR_W-1:0] dynamic_want_pix_addr;
    reg [BLOCK_ADDR_W-1:0] dynamic_want_tile_addr;
    always @(posedge clk) begin
        if (rst) dynamic_at = sent;
        else begin
            if (dynamic_valid !== 1'b0 && dynamic_valid !== 1'b1) fail("dynamic: valid unknown");
            if (dynamic_valid && dynamic_ready) begin
                { dynamic_want_end, dynamic_want_reduce, dynamic_want_by_column, dynamic_want_rect, dynamic_want_fused, dynamic_want_images, dynamic_want_rows, dynamic_want_columns, dynamic_want_x_h, dynamic_want_x_w, dynamic_want_phase_h, dynamic_want_phase_w, dynamic_want_reduction_tiles, dynamic_want_row_lanes, dynamic_want_column_lanes, dynamic_want_dyn_addr, dynamic_want_pix_addr, dynamic_want_tile_addr } = taps[dynamic_at];
                while (dynamic_want_end && dynamic_at < sent) begin
                    dynamic_at = dynamic_at + 1;
                    { dynamic_want_end, dynamic_want_reduce, dynamic_want_by_column, dynamic_want_rect, dynamic_want_fused, dynamic_want_images, dynamic_want_rows, dynamic_want_columns, dynamic_want_x_h, dynamic_want_x_w, dynamic_want_phase_h, dynamic_want_phase_w, dynamic_want_reduction_tiles, dynamic_want_row_lanes, dynamic_want_column_lanes, dynamic_want_dyn_addr, dynamic_want_pix_addr, dynamic_want_tile_addr } = taps[dynamic_at];
                end
                if (dynamic_at >= sent) fail("dynamic: a tap out of nothing");
                checks = checks + 1;
                dynamic_seen = dynamic_seen + 1;
                if (dynamic_reduce !== dynamic_want_reduce) fail("dynamic: wrong reduce");
                if (dynamic_rect !== dynamic_want_rect) fail("dynamic: wrong rect");
                if (dynamic_fused !== dynamic_want_fused) fail("dynamic: wrong fused");
                if (dynamic_images !== dynamic_want_images) fail("dynamic: wrong images");
                if (dynamic_rows !== dynamic_want_rows) fail("dynamic: wrong rows");
                if (dynamic_columns !== dynamic_want_columns) fail("dynamic: wrong columns");
                if (dynamic_x_h !== dynamic_want_x_h) fail("dynamic: wrong x_h");
                if (dynamic_x_w !== dynamic_want_x_w) fail("dynamic: wrong x_w");
                if (dynamic_phase_h !== dynamic_want_phase_h) fail("dynamic: wrong phase_h");
                if (dynamic_phase_w !== dynamic_want_phase_w) fail("dynamic: wrong phase_w");
                if (dynamic_reduction_tiles !== dynamic_want_reduction_tiles) fail("dynamic: wrong reduction_tiles");
                if (dynamic_row_lanes !== dynamic_want_row_lanes) fail("dynamic: wrong row_lanes");
                if (dynamic_addr !== dynamic_want_dyn_addr) fail("dynamic: wrong addr");
                dynamic_at = dynamic_at + 1;
            end
        end
    end
    integer stationary_at = 0, stationary_seen = 0;
    reg                    stationary_want_end;
    reg                    stationary_want_reduce;
    reg                    stationary_want_by_column;
    reg                    stationary_want_rect;
    reg                    stationary_want_fused;
    reg [IMAGES_W-1:0]     stationary_want_images;
    reg [MAP_W-1:0]        stationary_want_rows;
    reg [MAP_W-1:0]        stationary_want_columns;
    reg signed [X_W-1:0]   stationary_want_x_h;
    reg signed [X_W-1:0]   stationary_want_x_w;
    reg [PHASE_W-1:0]      stationary_want_phase_h;
    reg [PHASE_W-1:0]      stationary_want_phase_w;
    reg [TILES_W-1:0]      stationary_want_reduction_tiles;
    reg [LANE_W-1:0]       stationary_want_row_lanes;
    reg [LANE_W-1:0]       stationary_want_column_lanes;
    reg [DYN_W-1:0]        stationary_want_dyn_addr;
    reg [BLOCK_ADDR_W-1:0] stationary_want_pix_addr;
    reg [BLOCK_ADDR_W-1:0] stationary_want_tile_addr;
    always @(posedge clk) begin
        if (rst) stationary_at = sent;
        else begin
            if (stationary_valid !== 1'b0 && stationary_valid !== 1'b1) fail("stationary: valid unknown");
            if (stationary_valid && stationary_ready) begin
                { stationary_want_end, stationary_want_reduce, stationary_want_by_column, stationary_want_rect, stationary_want_fused, stationary_want_images, stationary_want_rows, stationary_want_columns, stationary_want_x_h, stationary_want_x_w, stationary_want_phase_h, stationary_want_phase_w, stationary_want_reduction_tiles, stationary_want_row_lanes, stationary_want_column_lanes, stationary_want_dyn_addr, stationary_want_pix_addr, stationary_want_tile_addr } = taps[stationary_at];
                while (stationary_want_end && stationary_at < sent) begin
                    stationary_at = stationary_at + 1;
                    { stationary_want_end, stationary_want_reduce, stationary_want_by_column, stationary_want_rect, stationary_want_fused, stationary_want_images, stationary_want_rows, stationary_want_columns, stationary_want_x_h, stationary_want_x_w, stationary_want_phase_h, stationary_want_phase_w, stationary_want_reduction_tiles, stationary_want_row_lanes, stationary_want_column_lanes, stationary_want_dyn_addr, stationary_want_pix_addr, stationary_want_tile_addr } = taps[stationary_at];
                end
                if (stationary_at >= sent) fail("stationary: a tap out of nothing");
                checks = checks + 1;
                stationary_seen = stationary_seen + 1;
                if (stationary_reduce !== stationary_want_reduce) fail("stationary: wrong reduce");
                if (stationary_by_column !== stationary_want_by_column) fail("stationary: wrong by_column");
                if (stationary_rect !== stationary_want_rect) fail("stationary: wrong rect");
                if (stationary_images !== stationary_want_images) fail("stationary: wrong images");
                if (stationary_rows !== stationary_want_rows) fail("stationary: wrong rows");
                if (stationary_columns !== stationary_want_columns) fail("stationary: wrong columns");
                if (stationary_phase_h !== stationary_want_phase_h) fail("stationary: wrong phase_h");
                if (stationary_phase_w !== stationary_want_phase_w) fail("stationary: wrong phase_w");
                if (stationary_row_lanes !== stationary_want_row_lanes) fail("stationary: wrong row_lanes");
                if (stationary_column_lanes !== stationary_want_column_lanes) fail("stationary: wrong column_lanes");
                if (stationary_addr !== (stationary_want_reduce ? stationary_want_pix_addr[STAT_W-1:0] : stationary_want_tile_addr[STAT_W-1:0])) fail("stationary: wrong addr");
                stationary_at = stationary_at + 1;
            end
        end
    end
    integer accumulate_at = 0, accumulate_seen = 0;
    reg                    accumulate_want_end;
    reg                    accumulate_want_reduce;
    reg                    accumulate_want_by_column;
    reg                    accumulate_want_rect;
    reg                    accumulate_want_fused;
    reg [IMAGES_W-1:0]     accumulate_want_images;
    reg [MAP_W-1:0]        accumulate_want_rows;
    reg [MAP_W-1:0]        accumulate_want_columns;
    reg signed [X_W-1:0]   accumulate_want_x_h;
    reg signed [X_W-1:0]   accumulate_want_x_w;
    reg [PHASE_W-1:0]      accumulate_want_phase_h;
    reg [PHASE_W-1:0]      accumulate_want_phase_w;
    reg [TILES_W-1:0]      accumulate_want_reduction_tiles;
    reg [LANE_W-1:0]       accumulate_want_row_lanes;
    reg [LANE_W-1:0]       accumulate_want_column_lanes;
    reg [DYN_W-1:0]        accumulate_want_dyn_addr;
    reg [BLOCK_ADDR_W-1:0] accumulate_want_pix_addr;
    reg [BLOCK_ADDR_W-1:0] accumulate_want_tile_addr;
    always @(posedge clk) begin
        if (rst) accumulate_at = sent;
        else begin
            if (accumulate_valid !== 1'b0 && accumulate_valid !== 1'b1) fail("accumulate: valid unknown");
            if (accumulate_valid && accumulate_ready) begin
                { accumulate_want_end, accumulate_want_reduce, accumulate_want_by_column, accumulate_want_rect, accumulate_want_fused, accumulate_want_images, accumulate_want_rows, accumulate_want_columns, accumulate_want_x_h, accumulate_want_x_w, accumulate_want_phase_h, accumulate_want_phase_w, accumulate_want_reduction_tiles, accumulate_want_row_lanes, accumulate_want_column_lanes, accumulate_want_dyn_addr, accumulate_want_pix_addr, accumulate_want_tile_addr } = taps[accumulate_at];
                if (accumulate_at >= sent) fail("accumulate: a tap out of nothing");
                checks = checks + 1;
                accumulate_seen = accumulate_seen + 1;
                if (accumulate_end !== accumulate_want_end) fail("accumulate: wrong end");
                if (accumulate_reduce !== accumulate_want_reduce) fail("accumulate: wrong reduce");
                if (accumulate_by_column !== accumulate_want_by_column) fail("accumulate: wrong by_column");
                if (accumulate_images !== accumulate_want_images) fail("accumulate: wrong images");
                if (accumulate_rows !== accumulate_want_rows) fail("accumulate: wrong rows");
                if (accumulate_columns !== accumulate_want_columns) fail("accumulate: wrong columns");
                if (accumulate_column_lanes !== accumulate_want_column_lanes) fail("accumulate: wrong column_lanes");
                if (accumulate_addr !== (accumulate_want_reduce ? accumulate_want_tile_addr : accumulate_want_pix_addr)) fail("accumulate: wrong addr");
                accumulate_at = accumulate_at + 1;
            end
        end
    end

    // --- The walker: a tap waits until it is taken --------------------------
    // Phases: all at random, then each generator in turn is the slow one, then nobody waits.
    wire [2:0] phase = cycle * 5 / CYCLES;
    integer full = 0, rate = 0;
    always @(negedge clk) begin
        if (!rst && tap_valid && tap_ready) begin
            taps[sent] = tap;
            sent = sent + 1;
            if (phase == 4) rate = rate + 1;
        end
        if (!rst && tap_valid && !tap_ready) full = full + 1;
    end
    always @(posedge clk) begin
        rst   <= cycle < 3 || (phase == 0 && ($random(seed) & 255) == 0);
        if (rst || !tap_valid || tap_ready) begin
            tap_valid <= phase == 4 || ($random(seed) & 3) != 0;
            tap <= {$random(seed), $random(seed), $random(seed), $random(seed), $random(seed), $random(seed), $random(seed)};
        end
        dynamic_ready <= phase == 4 || (phase == 0 + 1 ? ($random(seed) & 7) == 0 : $random(seed));
        stationary_ready <= phase == 4 || (phase == 1 + 1 ? ($random(seed) & 7) == 0 : $random(seed));
        accumulate_ready <= phase == 4 || (phase == 2 + 1 ? ($random(seed) & 7) == 0 : $random(seed));
        if (cycle == CYCLES - 1) begin
            if (full < CYCLES / 8) fail("the FIFOs were seldom full");
            if (rate < CYCLES / 5 - 8) fail("not a tap a cycle");
            if (dynamic_seen < CYCLES / 16) fail("dynamic: too few taps");
            if (stationary_seen < CYCLES / 16) fail("stationary: too few taps");
            if (accumulate_seen < CYCLES / 16) fail("accumulate: too few taps");
        end
        if (cycle == CYCLES) verdict(CYCLES / 2);
    end
endmodule
