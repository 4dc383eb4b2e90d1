// bpi_agu_accumulate.v - the accumulator address of every vector that enters the array, in the array's order,
// with what the vector means: the first of a stationary tile, the last of the tile (end, without a vector).
//
//   fprop, dgrad  the position's address
//   wgrad         per block of the dynamic operand: one address per channel lane; groups side by side share theirs, and each
//                 vector is kept in the column lanes of its own group alone
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_agu_accumulate #(
    parameter MAP_W    = 16,  // bits of a count of positions, and of a bound
    parameter X_W      = 18,  // bits of a coordinate
    parameter IMAGES_W = 16,  // bits of a count of images
    parameter LANE_W   = 8,   // bits of a count of lanes
    parameter ADDR_W   = 24,  // bits of an accumulator address; the accumulator itself may be smaller
    parameter PART_W   = 256  // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire                clk_i,
    input  wire                rst_i,

    // Taps
    input  wire                tap_valid_i,
    output wire                tap_ready_o,
    input  wire                tap_end_i,
    input  wire                tap_reduce_i,
    input  wire                tap_by_column_i,
    input  wire [IMAGES_W-1:0] tap_images_i,
    input  wire [MAP_W-1:0]    tap_rows_i,
    input  wire [MAP_W-1:0]    tap_columns_i,
    input  wire [LANE_W-1:0]   tap_column_lanes_i,
    input  wire [ADDR_W-1:0]   tap_addr_i,       // of the first position; wgrad: of the first lane
    input  wire [1:0]          geometry_part_i,  // a part of the first half, of the second half
    input  wire [3:0]          part_index_i,
    input  wire [PART_W-1:0]   part_i,

    // Info of the dynamic blocks (wgrad), ahead of their use
    input  wire                info_valid_i,
    output wire                info_ready_o,
    input  wire                info_first_i,
    input  wire                info_last_i,
    input  wire [LANE_W-1:0]   info_lanes_i,
    input  wire [2*LANE_W-1:0] info_inside_i,
    input  wire [2*LANE_W-1:0] info_zero_i,

    // One item per vector
    output wire                item_valid_o,
    input  wire                item_ready_i,
    output wire                item_end_o,
    output wire                item_reduce_o,
    output wire                item_swap_o,      // first vector of a stationary tile
    output wire [ADDR_W-1:0]   item_addr_o,
    output wire [LANE_W-1:0]   item_columns_o,   // column lanes that a row lane has work in
    output wire [1:0]          item_keep_o,      // column lanes that add: 0 all, those of 1 the first group, 2 the next, 3 the same
    output wire [LANE_W-1:0]   item_lanes_o,     // wgrad: vectors of the block
    output wire [LANE_W-1:0]   group_lanes_o,    // lanes of a group, 0 without groups side by side
    output wire [2*LANE_W-1:0] item_inside_o,    // wgrad: elements of the block that hold data; 0 but for its first vector
    output wire [2*LANE_W-1:0] item_zero_o       // wgrad: those that are structural zeros, likewise
);
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
    wire [ADDR_W-1:0] pix_b = geometry_q[14*32 +: ADDR_W];
    wire [ADDR_W-1:0] pix_pos_h = geometry_q[16*32 +: ADDR_W];
    wire [ADDR_W-1:0] pix_pos_w = geometry_q[19*32 +: ADDR_W];
    wire [ADDR_W-1:0] step_tile = geometry_q[24*32 +: ADDR_W];
    wire [ADDR_W-1:0] step_lane = geometry_q[26*32 +: ADDR_W];
    wire [LANE_W-1:0] group_vectors = geometry_q[27*32 +: LANE_W];
    wire [LANE_W-1:0] group_lanes = geometry_q[27*32+8 +: LANE_W];
    wire in_groups = |group_vectors;

    // --- Info -------------------------------------------------------------
    localparam INFO_W = 2 + 5*LANE_W;
    wire        info_valid, info_first, info_last, info_take;
    wire [LANE_W-1:0]  info_lanes;
    wire [2*LANE_W-1:0] info_inside, info_zero;
    bpi_fifo #(.WIDTH(INFO_W), .DEPTH(4)) u_info (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (info_valid_i),
        .in_ready_o  (info_ready_o),
        .in_data_i   ({info_first_i, info_last_i, info_lanes_i, info_inside_i, info_zero_i}),
        .out_valid_o (info_valid),
        .out_ready_i (info_take),
        .out_data_o  ({info_first, info_last, info_lanes, info_inside, info_zero})
    );

    // --- Control ----------------------------------------------------------
    reg              running_q, end_q, reduce_q, first_q;
    reg [LANE_W-1:0]        columns_q, lane_q;
    reg [LANE_W-1:0]        left_q;                      // groups: vectors of the group still to come
    reg [ADDR_W-1:0] block_addr_q, lane_addr_q;

    wire             last, unused_inside, unused_grid;
    wire signed [X_W-1:0] unused_x;
    wire [ADDR_W-1:0] pix_addr;
    wire             last_lane = lane_q == info_lanes - 1'b1;
    wire             valid     = running_q && (!reduce_q || info_valid);
    wire             fire      = valid && item_ready_i;
    wire             block_end = reduce_q && last_lane;
    wire             finish    = fire && (end_q || (reduce_q ? last_lane && info_last : last));
    wire             start     = tap_valid_i && (!running_q || finish);

    // The walker stays where the tap begins.  The block's first address: the tap's for the first reduction tile of a group, else one tile further.
    wire [ADDR_W-1:0] block_addr = info_first ? pix_addr : block_addr_q + step_tile;
    // ... and so is each group's.
    wire              begins     = lane_q == {LANE_W{1'b0} } || (in_groups && left_q == {LANE_W{1'b0} });
    wire [ADDR_W-1:0] lane_addr  = lane_q == {LANE_W{1'b0} } ? block_addr : begins ? block_addr_q : lane_addr_q;

    always @(posedge clk_i) begin
        if (start)       running_q <= 1'b1;
        else if (finish) running_q <= 1'b0;
        if (rst_i) running_q <= 1'b0;
    end

    always @(posedge clk_i) begin
        if (fire) begin
            first_q     <= 1'b0;
            lane_q      <= block_end ? {LANE_W{1'b0} } : reduce_q ? lane_q + 1'b1 : lane_q;
            lane_addr_q <= lane_addr + step_lane;
            left_q      <= (begins ? group_vectors : left_q) - 1'b1;
            if (lane_q == {LANE_W{1'b0} }) block_addr_q <= block_addr;
        end
        if (start) begin
            end_q       <= tap_end_i;
            reduce_q    <= tap_reduce_i && !tap_end_i;
            columns_q   <= !in_groups ? tap_column_lanes_i : tap_by_column_i ? group_vectors : group_lanes;
            first_q     <= 1'b1;
            lane_q      <= {LANE_W{1'b0} };
        end
    end

    bpi_pixel_walker #(.ADDR_W(ADDR_W), .SNAPSHOT(0), .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(1), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_walker (
        .clk_i         (clk_i),
        .start_i       (start),
        .step_i        (fire && !reduce_q),
        .save_i        (1'b0),
        .restore_i     (1'b0),
        .addr_i        (tap_addr_i),
        .images_i      (tap_images_i),
        .rows_i        (tap_rows_i),
        .columns_i     (tap_columns_i),
        .x_h_i         ({X_W{1'b0} }),
        .x_w_i         ({X_W{1'b0} }),
        .phase_h_i     (1'b0),
        .phase_w_i     (1'b0),
        .rect_i        (1'b1),
        .reach_w_i     ({LANE_W{1'b0} }),
        .bound_h_i     ({MAP_W{1'b0} }),
        .bound_w_i     ({MAP_W{1'b0} }),
        .x_step_h_i    (1'b0),
        .x_step_w_i    (1'b0),
        .phase_mod_h_i (1'b1),
        .phase_mod_w_i (1'b1),
        .step_b_i      (pix_b),
        .pos_h_i       (pix_pos_h),
        .wrap_h_i      ({ADDR_W{1'b0}}),
        .pos_w_i       (pix_pos_w),
        .wrap_w_i      ({ADDR_W{1'b0}}),
        .addr_o        (pix_addr),
        .x_w_o         (unused_x),
        .inside_o      (unused_inside),
        .on_grid_o     (unused_grid),
        .last_o        (last)
    );

    // --- Outputs ----------------------------------------------------------
    assign tap_ready_o    = !running_q || finish;
    assign info_take      = fire && block_end;
    assign item_valid_o   = valid;
    assign item_end_o     = end_q;
    assign item_reduce_o  = reduce_q;
    assign item_swap_o    = reduce_q ? lane_q == {LANE_W{1'b0} } && info_first : first_q;
    assign item_addr_o    = reduce_q ? lane_addr : pix_addr;
    assign item_columns_o = columns_q;
    assign item_keep_o    = !in_groups || !reduce_q ? 2'd0 : lane_q == {LANE_W{1'b0} } ? 2'd1 : begins ? 2'd2 : 2'd3;
    assign item_lanes_o   = info_lanes;
    assign group_lanes_o  = group_lanes;
    assign item_inside_o  = lane_q == {LANE_W{1'b0} } ? info_inside : {2*LANE_W{1'b0} };
    assign item_zero_o    = lane_q == {LANE_W{1'b0} } ? info_zero : {2*LANE_W{1'b0} };

    wire unused_ok = &{1'b0, geometry_q, unused_inside, unused_grid, unused_x};

endmodule
`default_nettype wire
