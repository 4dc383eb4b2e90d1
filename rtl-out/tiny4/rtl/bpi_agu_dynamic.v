// bpi_agu_dynamic.v - reads the dynamic operand: one vector a cycle from the buffer, or a vector of structural zeros where
// the address generator detects that no valid pair exists.
//
//   fprop, dgrad  a vector per position goes straight to the array (direct stream)
//   wgrad         for each group of ROWS positions and each reduction tile, ROWS vectors make a block (block stream);
//                 info says what the block holds.  The last group is filled with masked positions.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_agu_dynamic #(
    parameter MAP_W    = 16,  // bits of a count of positions, and of a bound
    parameter X_W      = 18,  // bits of a coordinate
    parameter PHASE_W  = 8,   // bits of a phase, and of a stride
    parameter TILES_W  = 16,  // bits of a count of channel tiles
    parameter IMAGES_W = 16,  // bits of a count of images
    parameter LANE_W   = 8,   // bits of a count of lanes
    parameter ROWS     = 16,  // reduction lanes of the array
    parameter DATA_W   = 16,  // bits per element
    parameter LANES    = 16,  // lanes of a buffer vector, at least ROWS
    parameter ADDR_W   = 16,  // bits of an element address
    parameter PART_W   = 256  // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire                    clk_i,
    input  wire                    rst_i,

    // Taps
    input  wire                    tap_valid_i,
    output wire                    tap_ready_o,
    input  wire                    tap_reduce_i,
    input  wire                    tap_rect_i,
    input  wire                    tap_fused_i,
    input  wire [IMAGES_W-1:0]     tap_images_i,
    input  wire [MAP_W-1:0]        tap_rows_i,
    input  wire [MAP_W-1:0]        tap_columns_i,
    input  wire signed [X_W-1:0]   tap_x_h_i,
    input  wire signed [X_W-1:0]   tap_x_w_i,
    input  wire [PHASE_W-1:0]      tap_phase_h_i,
    input  wire [PHASE_W-1:0]      tap_phase_w_i,
    input  wire [TILES_W-1:0]      tap_reduction_tiles_i,
    input  wire [LANE_W-1:0]       tap_row_lanes_i,
    input  wire [ADDR_W-1:0]       tap_addr_i,
    input  wire [1:0]              geometry_part_i,  // a part of the first half, of the second half
    input  wire [3:0]              part_index_i,
    input  wire [PART_W-1:0]       part_i,

    // Buffer: data two cycles after the request
    output wire                    rd_valid_o,
    output wire [ADDR_W-1:0]       rd_addr_o,
    input  wire [LANES*DATA_W-1:0] rd_data_i,

    // Direct stream
    output wire                    direct_valid_o,
    input  wire                    direct_ready_i,
    output wire [ROWS*DATA_W-1:0]  direct_data_o,
    output wire [LANE_W-1:0]       direct_inside_o,  // lanes that hold data
    output wire [LANE_W-1:0]       direct_zero_o,    // lanes that are structural zeros

    // Block stream, to the transposer
    output wire                    block_valid_o,
    input  wire                    block_ready_i,
    output wire [ROWS*DATA_W-1:0]  block_data_o,
    output wire [LANE_W-1:0]       block_lanes_o,    // channels of the block

    // Info, once per block
    output wire                    info_valid_o,
    input  wire                    info_ready_i,
    output wire                    info_first_o,     // first reduction tile of its group
    output wire                    info_last_o,      // last block of the tap
    output wire [LANE_W-1:0]       info_lanes_o,
    output wire [2*LANE_W-1:0]     info_inside_o,    // elements that hold data
    output wire [2*LANE_W-1:0]     info_zero_o       // elements that are structural zeros
);
    localparam DEPTH = 8;
    localparam [TILES_W-1:0] ONE_TILE = 1;

    // --- Geometry ---------------------------------------------------------
    // The geometry, kept as its parts come: 14 words in each half, from word 2 on; bits that nothing reads are no registers
    localparam HALF_WORDS = PART_W / 32;
    reg [895:0] geometry_q;
    integer g;
    always @(posedge clk_i) begin
        for (g = 0; g < 28; g = g + 1)
            if (geometry_part_i[g / 14] && { 28'd0, part_index_i } == (g % 14 + 2) / HALF_WORDS)
                geometry_q[g*32 +: 32] <= part_i[(g % 14 + 2) % HALF_WORDS * 32 +: 32];
    end
    wire [MAP_W-1:0] bound_h = geometry_q[0 +: MAP_W];
    wire [MAP_W-1:0] bound_w = geometry_q[16 +: MAP_W];
    wire [PHASE_W-1:0] x_step_h = geometry_q[2*32 +: PHASE_W];
    wire [PHASE_W-1:0] x_step_w = geometry_q[2*32+8 +: PHASE_W];
    wire [PHASE_W-1:0] phase_mod_h = geometry_q[2*32+16 +: PHASE_W];
    wire [PHASE_W-1:0] phase_mod_w = geometry_q[2*32+24 +: PHASE_W];
    wire [ADDR_W-1:0] dyn_b = geometry_q[4*32 +: ADDR_W];
    wire [ADDR_W-1:0] dyn_tile = geometry_q[5*32 +: ADDR_W];
    wire [ADDR_W-1:0] dyn_pos_h = geometry_q[6*32 +: ADDR_W];
    wire [ADDR_W-1:0] dyn_wrap_h = geometry_q[7*32 +: ADDR_W];
    wire [ADDR_W-1:0] dyn_pos_w = geometry_q[10*32 +: ADDR_W];
    wire [ADDR_W-1:0] dyn_wrap_w = geometry_q[11*32 +: ADDR_W];

    // --- Control ----------------------------------------------------------
    reg         running_q, reduce_q, fused_q, ended_q;
    reg         rect_q;
    reg [LANE_W-1:0] slot_q;                // position within the group
    reg [TILES_W-1:0] tile_q, tiles_q;       // reduction tiles still to come, and how many come after the first
    reg         first_tile_q, last_tile_q;
    reg [LANE_W-1:0] lanes_last_q;
    reg signed [X_W-1:0] x_full_q;        // fused: up to here the image holds every lane
    reg [ADDR_W-1:0] tile_addr_q;
    reg [2*LANE_W-1:0] inside_q;              // counted so far in the block
    reg [2*LANE_W-1:0] zero_q;
    reg [3:0]   credit_q;

    wire        paired, last, unused_grid;
    wire [ADDR_W-1:0] addr;
    wire        last_slot = slot_q == ROWS[LANE_W-1:0] - 1'b1;
    wire        ends      = ended_q || last;             // no position after this one
    wire        fire      = running_q && credit_q != 4'd0 && (!(reduce_q && last_slot) || info_ready_i);
    wire        finish    = fire && (reduce_q ? last_slot && last_tile_q && ends : last);
    wire        start     = tap_valid_i && (!running_q || finish);
    wire        present   = fire && !ended_q;            // a real position, not a masked one
    wire        read      = present && paired;
    wire [LANE_W-1:0] lanes     = (!reduce_q || last_tile_q) ? lanes_last_q : ROWS[LANE_W-1:0];

    // Lanes with data: all, or those of a fused tap (one reduction tile) that lie inside the image, first_lane .. end_lane-1; one at least if read.
    // The image may begin behind the first lane, and end before the last one.
    wire signed [X_W-1:0]    x_w;
    wire        [X_W-1:0]    bound      = { {(X_W-MAP_W){1'b0} }, bound_w};
    wire        [X_W-1:0]    left       = bound - x_w;                           // pixels from the first lane on
    wire        [X_W-1:0]    missing    = -x_w;
    wire                     begins     = fused_q && x_w[X_W-1];
    wire                     stops      = fused_q && x_w > x_full_q;
    wire        [LANE_W-1:0] first_lane = begins ? missing[LANE_W-1:0] : {LANE_W{1'b0} };
    wire        [LANE_W-1:0] end_lane   = stops ? left[LANE_W-1:0] : lanes;
    // end_lane - first_lane, all that is added or subtracted beside the comparison
    wire        [LANE_W-1:0] held_full  = begins ? lanes + x_w[LANE_W-1:0] : lanes;
    wire        [LANE_W-1:0] held_short = begins ? bound[LANE_W-1:0] : left[LANE_W-1:0];
    wire        [LANE_W-1:0] with_data  = !read ? {LANE_W{1'b0} } : stops ? held_short : held_full;
    wire      [2*LANE_W-1:0] inside_next = inside_q + { {LANE_W{1'b0} }, with_data};      // of the block up to this position
    // lanes - with_data, in the same way
    wire        [LANE_W-1:0] zero_short = (begins ? {LANE_W{1'b0} } : x_w[LANE_W-1:0]) - x_full_q[LANE_W-1:0];
    wire        [LANE_W-1:0] zero       = !present || rect_q ? {LANE_W{1'b0} } : !paired ? lanes : stops ? zero_short : first_lane;
    wire      [2*LANE_W-1:0] zero_next  = zero_q + { {LANE_W{1'b0} }, zero};

    always @(posedge clk_i) begin
        if (start)       running_q <= 1'b1;
        else if (finish) running_q <= 1'b0;
        if (rst_i) running_q <= 1'b0;
    end

    always @(posedge clk_i) begin
        if (start) begin
            reduce_q     <= tap_reduce_i;
            rect_q       <= tap_rect_i;
            fused_q      <= tap_fused_i;
            tiles_q      <= tap_reduction_tiles_i - 1'b1;
            lanes_last_q <= tap_row_lanes_i;
            x_full_q     <= bound - { {(X_W-LANE_W){1'b0} }, tap_row_lanes_i};
        end
        if (fire) begin
            slot_q   <= last_slot ? {LANE_W{1'b0} } : slot_q + 1'b1;
            inside_q <= last_slot ? {2*LANE_W{1'b0} } : inside_next;
            zero_q   <= last_slot ? {2*LANE_W{1'b0} } : zero_next;
            if (!last_slot)      ended_q <= ends;
            else if (!last_tile_q) ended_q <= 1'b0;
            else                 ended_q <= ends;
            if (last_slot && reduce_q) begin
                tile_q       <= last_tile_q ? tiles_q : tile_q - 1'b1;
                first_tile_q <= last_tile_q;
                last_tile_q  <= last_tile_q ? tiles_q == {TILES_W{1'b0} } : tile_q == ONE_TILE;
                tile_addr_q  <= last_tile_q ? {ADDR_W{1'b0}} : tile_addr_q + dyn_tile;
            end
        end
        if (start) begin
            slot_q       <= {LANE_W{1'b0} };
            tile_q       <= tap_reduction_tiles_i - 1'b1;
            first_tile_q <= 1'b1;
            last_tile_q  <= tap_reduction_tiles_i == ONE_TILE;
            tile_addr_q  <= {ADDR_W{1'b0}};
            inside_q     <= {2*LANE_W{1'b0} };
            zero_q       <= {2*LANE_W{1'b0} };
            ended_q      <= 1'b0;
        end
    end

    bpi_pixel_walker #(.ADDR_W(ADDR_W), .SNAPSHOT(1), .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(PHASE_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_walker (
        .clk_i         (clk_i),
        .start_i       (start),
        .step_i        (fire && (!ended_q || last_slot)),
        .save_i        (first_tile_q && slot_q == {LANE_W{1'b0} }),     // a group begins
        .restore_i     (reduce_q && last_slot && !last_tile_q),
        .addr_i        (tap_addr_i),
        .images_i      (tap_images_i),
        .rows_i        (tap_rows_i),
        .columns_i     (tap_columns_i),
        .x_h_i         (tap_x_h_i),
        .x_w_i         (tap_x_w_i),
        .phase_h_i     (tap_phase_h_i),
        .phase_w_i     (tap_phase_w_i),
        .rect_i        (tap_rect_i),
        .reach_w_i     (fused_q ? lanes_last_q - 1'b1 : {LANE_W{1'b0} }),
        .bound_h_i     (bound_h),
        .bound_w_i     (bound_w),
        .x_step_h_i    (x_step_h),
        .x_step_w_i    (x_step_w),
        .phase_mod_h_i (phase_mod_h),
        .phase_mod_w_i (phase_mod_w),
        .step_b_i      (dyn_b),
        .pos_h_i       (dyn_pos_h),
        .wrap_h_i      (dyn_wrap_h),
        .pos_w_i       (dyn_pos_w),
        .wrap_w_i      (dyn_wrap_w),
        .addr_o        (addr),
        .x_w_o         (x_w),
        .inside_o      (paired),
        .on_grid_o     (unused_grid),
        .last_o        (last)
    );

    // --- Buffer access ----------------------------------------------------
    reg       fire_q, fire_2q;
    reg       read_q, read_2q, reduce_1q, reduce_2q;
    reg [LANE_W-1:0] lanes_q, lanes_2q, first_1q, first_2q, end_1q, end_2q, inside_1q, inside_2q;
    reg [LANE_W-1:0] zero_1q, zero_2q;
    always @(posedge clk_i) begin
        fire_q    <= fire;
        fire_2q   <= fire_q;
        if (rst_i) begin
            fire_q  <= 1'b0;
            fire_2q <= 1'b0;
        end
        read_q    <= read;
        read_2q   <= read_q;
        reduce_1q <= reduce_q;
        reduce_2q <= reduce_1q;
        lanes_q   <= lanes;
        lanes_2q  <= lanes_q;
        first_1q  <= first_lane;
        first_2q  <= first_1q;
        end_1q    <= end_lane;
        end_2q    <= end_1q;
        inside_1q <= with_data;
        inside_2q <= inside_1q;
        zero_1q   <= zero;
        zero_2q   <= zero_1q;
    end

    wire [ROWS*DATA_W-1:0] masked;
    genvar lane;
    generate
        for (lane = 0; lane < ROWS; lane = lane + 1) begin : gen_mask
            wire              held = read_2q && lane[LANE_W-1:0] >= first_2q && lane[LANE_W-1:0] < end_2q;
            wire [DATA_W-1:0] data = rd_data_i[lane*DATA_W +: DATA_W];
            assign masked[lane*DATA_W +: DATA_W] = held ? data : {DATA_W{1'b0} };
        end
    endgenerate

    // --- Stream -----------------------------------------------------------
    wire out_valid, out_ready, out_reduce, fifo_ready;
    wire [ROWS*DATA_W-1:0] out_data;
    bpi_fifo #(.WIDTH(ROWS*DATA_W + 3*LANE_W + 1), .DEPTH(DEPTH)) u_fifo (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (fire_2q),
        .in_ready_o  (fifo_ready),
        .in_data_i   ({reduce_2q, lanes_2q, inside_2q, zero_2q, masked}),
        .out_valid_o (out_valid),
        .out_ready_i (out_ready),
        .out_data_o  ({out_reduce, block_lanes_o, direct_inside_o, direct_zero_o, out_data})
    );

    assign out_ready = out_reduce ? block_ready_i : direct_ready_i;
    always @(posedge clk_i) begin
        credit_q <= credit_q - {3'd0, fire} + {3'd0, out_valid && out_ready};
        if (rst_i) credit_q <= DEPTH[3:0];
    end

    // --- Outputs ----------------------------------------------------------
    assign tap_ready_o    = !running_q || finish;
    assign rd_valid_o     = read;
    assign rd_addr_o      = addr + tile_addr_q;
    assign direct_valid_o = out_valid && !out_reduce;
    assign direct_data_o  = out_data;
    assign block_valid_o  = out_valid && out_reduce;
    assign block_data_o   = out_data;
    assign info_valid_o   = fire && reduce_q && last_slot;
    assign info_first_o   = first_tile_q;
    assign info_last_o    = last_tile_q && ends;
    assign info_lanes_o   = lanes;
    assign info_inside_o  = inside_next;
    assign info_zero_o    = zero_next;

    // --- Checks -----------------------------------------------------------
    `CHECK(!fire_2q || fifo_ready, "vector lost: credit is wrong")

    wire unused_ok = &{1'b0, left, missing, geometry_q, rd_data_i, fifo_ready, unused_grid};

endmodule
`default_nettype wire
