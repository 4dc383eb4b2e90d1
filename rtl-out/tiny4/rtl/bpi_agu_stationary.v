// bpi_agu_stationary.v - reads the stationary operand: the vectors of one block, as rows or as columns, to the
// transposer that stands before the array.  The array takes the last column first, so a row goes out with its last element first.
//
//   fprop, dgrad  one block per tap: ROWS rows (fprop) or COLS columns (dgrad) at a fixed pitch; of groups side by side
//                 each vector with the lanes of its own group alone, and the vectors of every group from the same addresses
//   wgrad         one block per group of ROWS positions: a vector where the position lies on the stride grid, else zeros
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_agu_stationary #(
    parameter MAP_W    = 16,  // bits of a count of positions, and of a bound
    parameter X_W      = 18,  // bits of a coordinate
    parameter PHASE_W  = 8,   // bits of a phase, and of a stride
    parameter IMAGES_W = 16,  // bits of a count of images
    parameter LANE_W   = 8,   // bits of a count of lanes
    parameter ROWS     = 16,  // reduction lanes of the array
    parameter COLS     = 16,  // output lanes of the array
    parameter DATA_W   = 16,  // bits per element
    parameter LANES    = 16,  // lanes of a buffer vector: the larger of ROWS and COLS
    parameter ADDR_W   = 16,  // bits of an element address
    parameter PART_W   = 256  // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire                    clk_i,
    input  wire                    rst_i,

    // Taps
    input  wire                    tap_valid_i,
    output wire                    tap_ready_o,
    input  wire                    tap_reduce_i,
    input  wire                    tap_by_column_i,
    input  wire                    tap_rect_i,
    input  wire [IMAGES_W-1:0]     tap_images_i,
    input  wire [MAP_W-1:0]        tap_rows_i,
    input  wire [MAP_W-1:0]        tap_columns_i,
    input  wire [PHASE_W-1:0]      tap_phase_h_i,
    input  wire [PHASE_W-1:0]      tap_phase_w_i,
    input  wire [LANE_W-1:0]       tap_row_lanes_i,
    input  wire [LANE_W-1:0]       tap_column_lanes_i,
    input  wire [ADDR_W-1:0]       tap_addr_i,       // of the block; wgrad: of the first position
    input  wire [1:0]              geometry_part_i,  // a part of the first half, of the second half
    input  wire [3:0]              part_index_i,
    input  wire [PART_W-1:0]       part_i,

    // Buffer: data two cycles after the request
    output wire                    rd_valid_o,
    output wire [ADDR_W-1:0]       rd_addr_o,
    input  wire [LANES*DATA_W-1:0] rd_data_i,

    // Block stream, to the transposer
    output wire                    block_valid_o,
    input  wire                    block_ready_i,
    output wire                    block_by_column_o,
    output wire [LANES*DATA_W-1:0] block_data_o
);
    localparam DEPTH = 8;

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
    wire [PHASE_W-1:0] phase_mod_h = geometry_q[2*32+16 +: PHASE_W];
    wire [PHASE_W-1:0] phase_mod_w = geometry_q[2*32+24 +: PHASE_W];
    wire [ADDR_W-1:0] pix_b = geometry_q[14*32 +: ADDR_W];
    wire [ADDR_W-1:0] pix_pos_h = geometry_q[16*32 +: ADDR_W];
    wire [ADDR_W-1:0] pix_wrap_h = geometry_q[17*32 +: ADDR_W];
    wire [ADDR_W-1:0] pix_pos_w = geometry_q[19*32 +: ADDR_W];
    wire [ADDR_W-1:0] pix_wrap_w = geometry_q[20*32 +: ADDR_W];
    wire [ADDR_W-1:0] tile_inner = geometry_q[26*32 +: ADDR_W];
    wire [LANE_W-1:0] group_vectors = geometry_q[27*32 +: LANE_W];
    wire [LANE_W-1:0] group_lanes = geometry_q[27*32+8 +: LANE_W];
    wire in_groups = |group_vectors;

    localparam [LANE_W-1:0] ONE_LANE = 1;

    // --- Control ----------------------------------------------------------
    reg              running_q, reduce_q, by_column_q, ended_q;
    reg [LANE_W-1:0]        slot_q;                       // vector of the block
    reg [LANE_W-1:0]        row_lanes_q, column_lanes_q;
    reg [LANE_W-1:0]        left_q, first_q;              // groups: vectors of the group still to come; its first lane
    reg [ADDR_W-1:0] tile_addr_q;
    reg [3:0]        credit_q;

    wire             on_grid, last, unused_inside;
    wire signed [X_W-1:0] unused_x;
    wire [ADDR_W-1:0] pix_addr;
    wire [LANE_W-1:0]       vectors   = by_column_q ? COLS[LANE_W-1:0] : ROWS[LANE_W-1:0];
    wire [LANE_W-1:0]       used      = by_column_q ? column_lanes_q : row_lanes_q;
    wire             windows   = in_groups && !reduce_q;
    wire [LANE_W:0]       lanes     = windows ? {1'b0, first_q} + {1'b0, group_lanes} : {1'b0, by_column_q ? row_lanes_q : column_lanes_q};
    wire             next      = windows && left_q == ONE_LANE;      // group
    wire             last_slot = slot_q == vectors - 1'b1;
    wire             ends      = ended_q || last;
    wire             fire      = running_q && credit_q != 4'd0;
    wire             finish    = fire && last_slot && (!reduce_q || ends);
    wire             start     = tap_valid_i && (!running_q || finish);
    wire             read      = fire && (reduce_q ? on_grid && !ended_q : slot_q < used);

    always @(posedge clk_i) begin
        if (start)       running_q <= 1'b1;
        else if (finish) running_q <= 1'b0;
        if (rst_i) running_q <= 1'b0;
    end

    always @(posedge clk_i) begin
        if (fire) begin
            slot_q      <= last_slot ? {LANE_W{1'b0} } : slot_q + 1'b1;
            tile_addr_q <= next ? pix_addr : tile_addr_q + tile_inner;
            left_q      <= next ? group_vectors : left_q - 1'b1;
            if (next) first_q <= first_q + group_lanes;
            ended_q     <= ends;
        end
        if (start) begin
            reduce_q       <= tap_reduce_i;
            by_column_q    <= tap_by_column_i && !tap_reduce_i;
            row_lanes_q    <= tap_row_lanes_i;
            column_lanes_q <= tap_column_lanes_i;
            tile_addr_q    <= tap_addr_i;
            left_q         <= group_vectors;
            first_q        <= {LANE_W{1'b0} };
            slot_q         <= {LANE_W{1'b0} };
            ended_q        <= 1'b0;
        end
    end

    bpi_pixel_walker #(.ADDR_W(ADDR_W), .SNAPSHOT(0), .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(PHASE_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_walker (
        .clk_i         (clk_i),
        .start_i       (start),
        .step_i        (fire && reduce_q && !ended_q),      // else it stays where the block begins
        .save_i        (1'b0),
        .restore_i     (1'b0),
        .addr_i        (tap_addr_i),
        .images_i      (tap_images_i),
        .rows_i        (tap_rows_i),
        .columns_i     (tap_columns_i),
        .x_h_i         ({X_W{1'b0} }),
        .x_w_i         ({X_W{1'b0} }),
        .phase_h_i     (tap_phase_h_i),
        .phase_w_i     (tap_phase_w_i),
        .rect_i        (tap_rect_i),
        .reach_w_i     ({LANE_W{1'b0} }),
        .bound_h_i     ({MAP_W{1'b0} }),
        .bound_w_i     ({MAP_W{1'b0} }),
        .x_step_h_i    ({PHASE_W{1'b0} }),
        .x_step_w_i    ({PHASE_W{1'b0} }),
        .phase_mod_h_i (phase_mod_h),
        .phase_mod_w_i (phase_mod_w),
        .step_b_i      (pix_b),
        .pos_h_i       (pix_pos_h),
        .wrap_h_i      (pix_wrap_h),
        .pos_w_i       (pix_pos_w),
        .wrap_w_i      (pix_wrap_w),
        .addr_o        (pix_addr),
        .x_w_o         (unused_x),
        .inside_o      (unused_inside),
        .on_grid_o     (on_grid),
        .last_o        (last)
    );

    // --- Buffer access ----------------------------------------------------
    reg       fire_q, fire_2q;
    reg       read_q, read_2q, by_column_1q, by_column_2q;
    reg [LANE_W:0] lanes_q, lanes_2q;
    reg [LANE_W-1:0] first_1q, first_2q;
    always @(posedge clk_i) begin
        fire_q       <= fire;
        fire_2q      <= fire_q;
        if (rst_i) begin
            fire_q  <= 1'b0;
            fire_2q <= 1'b0;
        end
        read_q       <= read;
        read_2q      <= read_q;
        by_column_1q <= by_column_q;
        by_column_2q <= by_column_1q;
        lanes_q      <= lanes;
        lanes_2q     <= lanes_q;
        first_1q     <= first_q;
        first_2q     <= first_1q;
    end

    wire [LANES*DATA_W-1:0] masked;
    genvar lane;
    generate
        for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_mask
            // a row's last column comes first
            localparam [LANE_W:0]  BACK = lane < COLS ? COLS - 1 - lane : lane;
            wire [LANE_W:0]        here = by_column_2q ? lane : BACK;
            wire              held = read_2q && here >= {1'b0, first_2q} && here < lanes_2q;
            wire [DATA_W-1:0] data = by_column_2q ? rd_data_i[lane*DATA_W +: DATA_W] : rd_data_i[BACK*DATA_W +: DATA_W];
            assign masked[lane*DATA_W +: DATA_W] = held ? data : {DATA_W{1'b0} };
        end
    endgenerate

    // --- Stream -----------------------------------------------------------
    wire fifo_ready;
    bpi_fifo #(.WIDTH(LANES*DATA_W + 1), .DEPTH(DEPTH)) u_fifo (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (fire_2q),
        .in_ready_o  (fifo_ready),
        .in_data_i   ({by_column_2q, masked}),
        .out_valid_o (block_valid_o),
        .out_ready_i (block_ready_i),
        .out_data_o  ({block_by_column_o, block_data_o})
    );

    always @(posedge clk_i) begin
        credit_q <= credit_q - {3'd0, fire} + {3'd0, block_valid_o && block_ready_i};
        if (rst_i) credit_q <= DEPTH[3:0];
    end

    // --- Outputs ----------------------------------------------------------
    assign tap_ready_o = !running_q || finish;
    assign rd_valid_o  = read;
    assign rd_addr_o   = reduce_q ? pix_addr : tile_addr_q;

    // --- Checks -----------------------------------------------------------
    `CHECK(!fire_2q || fifo_ready, "vector lost: credit is wrong")

    wire unused_ok = &{1'b0, geometry_q, fifo_ready, unused_inside, unused_x};

endmodule
`default_nettype wire
