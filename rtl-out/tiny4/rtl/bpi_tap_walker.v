// bpi_tap_walker.v - opens a tile and walks its stationary tiles: column tiles, reduction tiles, taps.
// For each it works out, ahead of time, which positions hold valid pairs and where they lie in the memories, and hands
// that to the three address generators at once.  A tap without any position is passed over.  No multiplication and no
// division: the first address of a range is reached by repeated addition while the array still works on earlier taps.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_tap_walker #(
    parameter MAP_W     = 16,  // bits of a count of positions, and of a bound
    parameter X_W       = 18,  // bits of a coordinate
    parameter COORD_W   = 16,  // bits of a coordinate in an instruction
    parameter XTAP_W    = 16,  // bits of a coordinate's change at a tap
    parameter PHASE_W   = 8,   // bits of a phase, and of a stride
    parameter TAPS_W    = 8,   // bits of a count of taps
    parameter COLUMNS_W = 16,  // bits of a count of column tiles
    parameter TILES_W   = 16,  // bits of a count of reduction tiles
    parameter IMAGES_W  = 16,  // bits of a count of images
    parameter LANE_W    = 8,   // bits of a count of lanes
    parameter DYN_W     = 16,  // bits of an element address of the dynamic buffer
    parameter PIX_W     = 24,  // bits of a pixel address (accumulator, or stationary buffer in wgrad)
    parameter TILE_W    = 24,  // bits of a tile address (stationary buffer, or accumulator in wgrad)
    parameter PART_W    = 256  // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire                  clk_i,
    input  wire                  rst_i,

    // Tile: the EXEC instruction in parts, then valid until ready
    input  wire                  part_valid_i,
    input  wire [3:0]            part_index_i,
    input  wire [PART_W-1:0]     part_i,
    input  wire                  tile_valid_i,
    output wire                  tile_ready_o,

    // Geometry: a part of its first half, of its second half; none while a tile is open
    input  wire [1:0]            geometry_part_i,

    // One stationary tile, to all three address generators in the same cycle
    output wire                  tap_valid_o,
    input  wire                  tap_ready_i,
    output wire                  tap_end_o,        // no tap: the tile ends here
    output wire                  tap_reduce_o,     // wgrad: positions are the reduction lanes
    output wire                  tap_by_column_o,  // dgrad: stationary vectors are columns of the block
    output wire                  tap_rect_o,       // every position is valid
    output wire                  tap_fused_o,      // lanes are elements along w; x_w is where the first one lies
    output wire [IMAGES_W-1:0]   tap_images_o,
    output wire [MAP_W-1:0]      tap_rows_o,
    output wire [MAP_W-1:0]      tap_columns_o,
    output wire signed [X_W-1:0] tap_x_h_o,
    output wire signed [X_W-1:0] tap_x_w_o,
    output wire [PHASE_W-1:0]    tap_phase_h_o,
    output wire [PHASE_W-1:0]    tap_phase_w_o,
    output wire [TILES_W-1:0]    tap_reduction_tiles_o,
    output wire [LANE_W-1:0]     tap_row_lanes_o,  // reduce: of the last reduction tile
    output wire [LANE_W-1:0]     tap_column_lanes_o,
    output wire [DYN_W-1:0]      tap_dyn_addr_o,
    output wire [PIX_W-1:0]      tap_pix_addr_o,
    output wire [TILE_W-1:0]     tap_tile_addr_o
);
    // --- Fields -----------------------------------------------------------
    // The instruction, kept as its parts come; bits that nothing reads are no registers
    localparam WORDS = PART_W / 32;
    reg [511:0] ins_q;
    integer word;
    always @(posedge clk_i) begin
        for (word = 0; word < 16; word = word + 1)
            if (part_valid_i && { 28'd0, part_index_i } == word / WORDS) ins_q[word*32 +: 32] <= part_i[(word % WORDS)*32 +: 32];
    end
    // The geometry, kept as its parts come: 14 words in each half, from word 2 on; bits that nothing reads are no registers
    localparam HALF_WORDS = PART_W / 32;
    reg [895:0] geometry_q;
    integer g;
    always @(posedge clk_i) begin
        for (g = 0; g < 28; g = g + 1)
            if (geometry_part_i[g / 14] && { 28'd0, part_index_i } == (g % 14 + 2) / HALF_WORDS)
                geometry_q[g*32 +: 32] <= part_i[(g % 14 + 2) % HALF_WORDS * 32 +: 32];
    end

    wire reduce = ins_q[8];
    wire by_column = ins_q[9];
    wire rect = ins_q[10];
    wire fused = ins_q[11];
    wire [IMAGES_W-1:0] images = ins_q[3*32 +: IMAGES_W];
    wire [COLUMNS_W-1:0] column_tiles = ins_q[3*32+16 +: COLUMNS_W];
    wire [TILES_W-1:0] reduction_tiles = ins_q[5*32 +: TILES_W];
    wire [LANE_W-1:0] row_lanes_last = ins_q[5*32+16 +: LANE_W];
    wire [LANE_W-1:0] column_lanes_last = ins_q[5*32+24 +: LANE_W];
    wire [DYN_W-1:0] dyn_base = ins_q[6*32 +: DYN_W];
    wire [PIX_W-1:0] pix_base = ins_q[7*32 +: PIX_W];
    wire [TILE_W-1:0] tile_base = ins_q[8*32 +: TILE_W];
    wire signed [X_W-1:0] x_h = { {(X_W-COORD_W+1){ ins_q[9*32+COORD_W-1]} }, ins_q[9*32 +: COORD_W-1]};
    wire signed [X_W-1:0] x_w = { {(X_W-COORD_W+1){ ins_q[9*32+16+COORD_W-1]} }, ins_q[9*32+16 +: COORD_W-1]};
    wire [PHASE_W-1:0] phase_h = ins_q[11*32 +: PHASE_W];
    wire [PHASE_W-1:0] phase_w = ins_q[11*32+8 +: PHASE_W];
    wire signed [X_W-1:0] last_h = { {(X_W-COORD_W+1){ ins_q[10*32+COORD_W-1]} }, ins_q[10*32 +: COORD_W-1]};
    wire signed [X_W-1:0] last_w = { {(X_W-COORD_W+1){ ins_q[10*32+16+COORD_W-1]} }, ins_q[10*32+16 +: COORD_W-1]};
    wire [PHASE_W-1:0] last_phase_h = ins_q[11*32+16 +: PHASE_W];
    wire [PHASE_W-1:0] last_phase_w = ins_q[11*32+24 +: PHASE_W];
    wire [TAPS_W-1:0] taps_h = ins_q[12*32 +: TAPS_W];
    wire [TAPS_W-1:0] taps_w = ins_q[12*32+8 +: TAPS_W];
    wire [X_W-1:0] edge_w = ins_q[13*32 +: X_W];

    wire [LANE_W-1:0] group_vectors = geometry_q[27*32 +: LANE_W];
    wire [LANE_W-1:0] row_lanes = geometry_q[27*32+16 +: LANE_W];
    wire [LANE_W-1:0] column_lanes = geometry_q[27*32+24 +: LANE_W];
    wire in_groups = |group_vectors;             // groups side by side: channel tiles go with column tiles
    wire [DYN_W-1:0] dyn_tile = geometry_q[5*32 +: DYN_W];
    wire [DYN_W-1:0] dyn_tap_h = geometry_q[8*32 +: DYN_W];
    wire [DYN_W-1:0] dyn_borrow_h = geometry_q[9*32 +: DYN_W];
    wire [DYN_W-1:0] dyn_tap_w = geometry_q[12*32 +: DYN_W];
    wire [DYN_W-1:0] dyn_borrow_w = geometry_q[13*32 +: DYN_W];
    wire [PIX_W-1:0] pix_tile = geometry_q[15*32 +: PIX_W];
    wire [PIX_W-1:0] pix_tap_h = geometry_q[18*32 +: PIX_W];
    wire [PIX_W-1:0] pix_tap_w = geometry_q[21*32 +: PIX_W];
    wire [TILE_W-1:0] tile_tap_h = geometry_q[22*32 +: TILE_W];
    wire [TILE_W-1:0] tile_tap_w = geometry_q[23*32 +: TILE_W];
    wire [TILE_W-1:0] tile_reduction = geometry_q[24*32 +: TILE_W];
    wire [TILE_W-1:0] tile_column = geometry_q[25*32 +: TILE_W];
    wire [XTAP_W-1:0] x_tap_h = geometry_q[1*32 +: XTAP_W];
    wire [XTAP_W-1:0] x_tap_w = geometry_q[1*32+16 +: XTAP_W];
    wire [PHASE_W-1:0] phase_tap_h = geometry_q[3*32 +: PHASE_W];
    wire [PHASE_W-1:0] phase_tap_w = geometry_q[3*32+8 +: PHASE_W];
    wire [PHASE_W-1:0] phase_mod_h = geometry_q[2*32+16 +: PHASE_W];
    wire [PHASE_W-1:0] phase_mod_w = geometry_q[2*32+24 +: PHASE_W];
    // fused: the coordinate along w counts elements, as the dynamic address does
    wire [X_W-1:0] edge_tap_w = geometry_q[12*32 +: X_W];
    wire [DYN_W-1:0] dyn_pos_h = geometry_q[6*32 +: DYN_W];
    wire [DYN_W-1:0] dyn_pos_w = geometry_q[10*32 +: DYN_W];
    wire [PIX_W-1:0] pix_pos_h = geometry_q[16*32 +: PIX_W];
    wire [PIX_W-1:0] pix_pos_w = geometry_q[19*32 +: PIX_W];
    wire [X_W-1:0] edge_pos_w = geometry_q[10*32 +: X_W];

    // --- Control ----------------------------------------------------------
    localparam [2:0] IDLE = 3'd0, RANGE_H = 3'd1, ADVANCE_H = 3'd2, RANGE_W = 3'd3, ADVANCE_W = 3'd4, EMIT = 3'd5, FINISH = 3'd6;
    localparam [COLUMNS_W-1:0] ONE_COLUMN = 1;
    localparam [TILES_W-1:0] ONE_TILE = 1;
    localparam [TAPS_W-1:0]  ONE_TAP = 1;
    reg [2:0]  state_q;
    reg [COLUMNS_W-1:0] column_q;
    reg [TILES_W-1:0] reduction_q;      // tiles still to come
    reg [TAPS_W-1:0] tap_h_q, tap_w_q;           // taps still to come
    reg        last_col_q, last_red_q, last_h_q, last_w_q;   // none is: registers of their own, as all else waits for them
    reg [MAP_W-1:0] advance_q;                  // steps to the first position of the range

    wire        none_h, none_w;
    wire [MAP_W-1:0] first;
    wire emit        = state_q == EMIT && tap_ready_i;
    wire skip_w      = state_q == RANGE_W && none_w;
    wire skip_h      = state_q == RANGE_H && none_h;
    wire leave_w     = emit || skip_w;                                   // on to the next tap of the row of taps
    wire leave_h     = (leave_w && last_w_q) || skip_h;                  // on to the next row of taps
    wire leave_red   = leave_h && last_h_q;                              // on to the next reduction tile
    wire leave_col   = leave_red && last_red_q;                          // on to the next column tile
    wire open        = state_q == IDLE && tile_valid_i;

    wire init_h = open || (leave_red && !(leave_col && last_col_q));
    wire step_h = state_q == RANGE_H;            // at once: *_h_q is the next row of taps while this one is walked
    wire init_w = state_q == ADVANCE_H && advance_q == {MAP_W{1'b0} };
    wire step_w = leave_w;

    always @(posedge clk_i) begin
        case (state_q)
            IDLE:      if (tile_valid_i) state_q <= RANGE_H;
            RANGE_H:   if (!skip_h) state_q <= ADVANCE_H;
            ADVANCE_H: if (advance_q == {MAP_W{1'b0} }) state_q <= RANGE_W;
            RANGE_W:   if (!skip_w) state_q <= ADVANCE_W;
            ADVANCE_W: if (advance_q == {MAP_W{1'b0} }) state_q <= EMIT;
            EMIT:      if (tap_ready_i) state_q <= RANGE_W;
            FINISH:    if (tap_ready_i) state_q <= IDLE;
            default:   state_q <= IDLE;
        endcase
        if (leave_h)   state_q <= RANGE_H;
        if (leave_col && last_col_q) state_q <= FINISH;
        if (rst_i) state_q <= IDLE;
    end

    wire [TILES_W-1:0] reductions = reduce ? ONE_TILE : reduction_tiles;
    always @(posedge clk_i) begin
        if (open)           {last_col_q, column_q} <= {column_tiles == ONE_COLUMN, column_tiles - 1'b1};
        else if (leave_col) {last_col_q, column_q} <= {column_q == ONE_COLUMN, column_q - 1'b1};

        if (open || leave_col) {last_red_q, reduction_q} <= {reductions == ONE_TILE, reductions - 1'b1};
        else if (leave_red)    {last_red_q, reduction_q} <= {reduction_q == ONE_TILE, reduction_q - 1'b1};

        if (init_h)       {last_h_q, tap_h_q} <= {taps_h == ONE_TAP, taps_h - 1'b1};
        else if (leave_h) {last_h_q, tap_h_q} <= {tap_h_q == ONE_TAP, tap_h_q - 1'b1};

        if (init_w)      {last_w_q, tap_w_q} <= {taps_w == ONE_TAP, taps_w - 1'b1};
        else if (step_w) {last_w_q, tap_w_q} <= {tap_w_q == ONE_TAP, tap_w_q - 1'b1};

        if (state_q == RANGE_H || state_q == RANGE_W) advance_q <= first;
        else if (advance_q != {MAP_W{1'b0} })                  advance_q <= advance_q - 1'b1;
    end

    // --- Axes -------------------------------------------------------------
    // The height is chosen in RANGE_H, the width in RANGE_W and when it steps.
    wire        along_h = state_q == RANGE_H;
    wire [MAP_W-1:0] after;
    wire        borrow;

    // last positions of the tile, from the part that has their counts, which nothing else needs
    wire [511:0]     ins_d = { (512/PART_W){part_i} };
    reg  [MAP_W-1:0] tile_last_h_q, tile_last_w_q;
    always @(posedge clk_i)
        if (part_valid_i && { 28'd0, part_index_i } == 4 / WORDS) begin
            tile_last_h_q <= ins_d[4*32 +: MAP_W] - 1'b1;
            tile_last_w_q <= ins_d[4*32+16 +: MAP_W] - 1'b1;
        end

    reg  signed [X_W-1:0] x_h_q, x_w_q;
    reg  [PHASE_W-1:0]         phase_h_q, phase_w_q;
    wire signed [X_W-1:0] x_next;
    wire [PHASE_W-1:0]         phase_next;
    always @(posedge clk_i) begin
        if (init_h)      {x_h_q, phase_h_q} <= {x_h, phase_h};
        else if (step_h) {x_h_q, phase_h_q} <= {x_next, phase_next};
        if (init_w)      {x_w_q, phase_w_q} <= {x_w, phase_w};
        else if (step_w) {x_w_q, phase_w_q} <= {x_next, phase_next};
    end

    reg  signed [X_W-1:0] end_h_q, end_w_q;
    reg  [PHASE_W-1:0]         end_phase_h_q, end_phase_w_q;
    wire signed [X_W-1:0] end_next;
    wire [PHASE_W-1:0]         end_phase_next;
    always @(posedge clk_i) begin
        if (init_h)      {end_h_q, end_phase_h_q} <= {last_h, last_phase_h};
        else if (step_h) {end_h_q, end_phase_h_q} <= {end_next, end_phase_next};
        if (init_w)      {end_w_q, end_phase_w_q} <= {last_w, last_phase_w};
        else if (step_w) {end_w_q, end_phase_w_q} <= {end_next, end_phase_next};
    end

    bpi_tap_axes #(.MAP_W(MAP_W), .X_W(X_W), .XTAP_W(XTAP_W), .PHASE_W(PHASE_W)) u_axes (
        .along_h_i      (along_h),
        .x_h_i          (x_h_q),
        .x_w_i          (x_w_q),
        .phase_h_i      (phase_h_q),
        .phase_w_i      (phase_w_q),
        .rect_i         (rect),
        .last_h_i       (end_h_q),
        .last_w_i       (end_w_q),
        .last_phase_h_i (end_phase_h_q),
        .last_phase_w_i (end_phase_w_q),
        .tile_last_h_i  (tile_last_h_q),
        .tile_last_w_i  (tile_last_w_q),
        .x_tap_h_i      (x_tap_h),
        .x_tap_w_i      (x_tap_w),
        .phase_tap_h_i  (phase_tap_h),
        .phase_tap_w_i  (phase_tap_w),
        .phase_mod_h_i  (phase_mod_h),
        .phase_mod_w_i  (phase_mod_w),
        .none_h_o       (none_h),
        .none_w_o       (none_w),
        .first_o        (first),
        .after_o        (after),
        .last_o         (end_next),
        .last_phase_o   (end_phase_next),
        .x_o            (x_next),
        .phase_o        (phase_next),
        .borrow_o       (borrow)
    );

    // --- Addresses --------------------------------------------------------
    // *_red_q: at the first tap of the reduction tile; *_h_q: at the row of taps, or the next one; *_w_q: at the tap;
    // dyn_q, pix_q: on the way to the first position of the range.  edge_*_q: the same for the element coordinate along w.
    reg [DYN_W-1:0]  dyn_red_q, dyn_h_q, dyn_w_q, dyn_q;
    reg [PIX_W-1:0]  pix_col_q, pix_h_q, pix_w_q, pix_q;
    reg [TILE_W-1:0] tile_col_q, tile_red_q, tile_h_q, tile_w_q;
    reg signed [X_W-1:0] edge_w_q, edge_q;

    wire [DYN_W-1:0]  dyn_red_d  = (open || (leave_col && !in_groups)) ? dyn_base : dyn_red_q + dyn_tile;
    wire [PIX_W-1:0]  pix_col_d  = open ? pix_base  : leave_col ? pix_col_q  + pix_tile    : pix_col_q;
    wire [TILE_W-1:0] tile_col_d = open ? tile_base : leave_col ? tile_col_q + tile_column : tile_col_q;
    wire [TILE_W-1:0] tile_red_d = (open || leave_col) ? tile_col_d : tile_red_q + tile_reduction;

    reg [MAP_W-1:0] rows_q, columns_q;          // positions from here to the end of the range
    wire advancing = advance_q != {MAP_W{1'b0} };
    wire advance_h = state_q == ADVANCE_H;
    wire [DYN_W-1:0] dyn_pos = advance_h ? dyn_pos_h : dyn_pos_w;
    wire [PIX_W-1:0] pix_pos = advance_h ? pix_pos_h : pix_pos_w;

    always @(posedge clk_i) begin
        if (open || leave_red) begin
            dyn_red_q  <= dyn_red_d;
            pix_col_q  <= pix_col_d;
            tile_col_q <= tile_col_d;
            tile_red_q <= tile_red_d;
        end
        if (init_h) begin
            dyn_h_q  <= dyn_red_d;
            pix_h_q  <= pix_col_d;
            tile_h_q <= tile_red_d;
        end else if (step_h) begin
            dyn_h_q  <= dyn_h_q + dyn_tap_h + (borrow ? dyn_borrow_h : {DYN_W{1'b0}});
            pix_h_q  <= pix_h_q + pix_tap_h;
            tile_h_q <= tile_h_q + tile_tap_h;
        end
        if (init_w) begin
            dyn_w_q  <= dyn_q;
            pix_w_q  <= pix_q;
            edge_w_q <= edge_w;
        end else if (step_w) begin
            dyn_w_q  <= dyn_w_q + dyn_tap_w + (borrow ? dyn_borrow_w : {DYN_W{1'b0}});
            pix_w_q  <= pix_w_q + pix_tap_w;
            tile_w_q <= tile_w_q + tile_tap_w;
            edge_w_q <= edge_w_q + edge_tap_w;
        end
        case (state_q)
            RANGE_H: begin dyn_q <= dyn_h_q; pix_q <= pix_h_q; tile_w_q <= tile_h_q; end
            RANGE_W: begin dyn_q <= dyn_w_q; pix_q <= pix_w_q; edge_q <= edge_w_q; end
            ADVANCE_H, ADVANCE_W: if (advancing) begin
                dyn_q  <= dyn_q + dyn_pos;
                pix_q  <= pix_q + pix_pos;
                edge_q <= edge_q + edge_pos_w;      // along h: not in use yet
            end
            default: ;
        endcase
        if (state_q == RANGE_H)           rows_q    <= after;
        else if (advance_h && advancing)  rows_q    <= rows_q - 1'b1;
        if (state_q == RANGE_W)           columns_q <= after;
        else if (!advance_h && advancing) columns_q <= columns_q - 1'b1;
    end

    // --- Outputs ----------------------------------------------------------
    assign tile_ready_o          = state_q == FINISH && tap_ready_i;
    assign tap_valid_o           = state_q == EMIT || state_q == FINISH;
    assign tap_end_o             = state_q == FINISH;
    assign tap_reduce_o          = reduce;
    assign tap_by_column_o       = by_column;
    assign tap_rect_o            = rect;
    assign tap_fused_o           = fused;
    // of the row of taps that is walked
    reg signed [X_W-1:0] tap_x_h_q;
    reg [PHASE_W-1:0]         tap_phase_h_q;
    always @(posedge clk_i) if (along_h) {tap_x_h_q, tap_phase_h_q} <= {x_h_q, phase_h_q};
    assign tap_x_h_o             = tap_x_h_q;
    assign tap_x_w_o             = fused ? edge_q : x_w_q;
    assign tap_phase_h_o         = tap_phase_h_q;
    assign tap_phase_w_o         = phase_w_q;
    assign tap_images_o          = images;
    assign tap_rows_o            = rows_q;
    assign tap_columns_o         = columns_q;
    assign tap_reduction_tiles_o = reduction_tiles;
    wire last_lanes              = fused ? last_w_q : in_groups ? last_col_q : reduce || last_red_q;
    assign tap_row_lanes_o       = last_lanes ? row_lanes_last : row_lanes;
    assign tap_column_lanes_o    = last_col_q ? column_lanes_last : column_lanes;
    assign tap_dyn_addr_o        = dyn_q;
    assign tap_pix_addr_o        = pix_q;
    assign tap_tile_addr_o       = tile_w_q;

    // The decoder has checked the instruction; the address generators take their own steps from the geometry.
    wire unused_ok = &{1'b0, ins_d, ins_q, geometry_q };

endmodule
`default_nettype wire
