// bpi_tap_fifos.v - hands each tap of the walker to the address generators, which go at their own pace.
// A tap enters all at once; the end of a tile is for the sums alone.  These lie furthest behind, by the array, and have room for
// two; so have the others, unless a stationary tile is soon loaded: then one waits.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_tap_fifos #(
    parameter MAP_W        = 16,  // bits of a count of positions, and of a bound
    parameter X_W          = 18,  // bits of a coordinate
    parameter PHASE_W      = 8,   // bits of a phase, and of a stride
    parameter TILES_W      = 16,  // bits of a count of channel tiles
    parameter IMAGES_W     = 16,  // bits of a count of images
    parameter LANE_W       = 8,   // bits of a count of lanes
    parameter DYN_W        = 14,  // bits of an element address, dynamic buffer
    parameter STAT_W       = 14,  // stationary buffer
    parameter BLOCK_ADDR_W = 24   // bits of the addresses that the array does not bound
) (
    input  wire                     clk_i,
    input  wire                     rst_i,  // synchronous, active high

    // To the dynamic address generator
    output wire                     dynamic_valid_o,
    input  wire                     dynamic_ready_i,
    output wire                     dynamic_reduce_o,
    output wire                     dynamic_rect_o,
    output wire                     dynamic_fused_o,
    output wire [IMAGES_W-1:0]      dynamic_images_o,
    output wire [MAP_W-1:0]         dynamic_rows_o,
    output wire [MAP_W-1:0]         dynamic_columns_o,
    output wire signed [X_W-1:0]    dynamic_x_h_o,
    output wire signed [X_W-1:0]    dynamic_x_w_o,
    output wire [PHASE_W-1:0]       dynamic_phase_h_o,
    output wire [PHASE_W-1:0]       dynamic_phase_w_o,
    output wire [TILES_W-1:0]       dynamic_reduction_tiles_o,
    output wire [LANE_W-1:0]        dynamic_row_lanes_o,
    output wire [DYN_W-1:0]         dynamic_addr_o,

    // To the stationary address generator
    output wire                     stationary_valid_o,
    input  wire                     stationary_ready_i,
    output wire                     stationary_reduce_o,
    output wire                     stationary_by_column_o,
    output wire                     stationary_rect_o,
    output wire [IMAGES_W-1:0]      stationary_images_o,
    output wire [MAP_W-1:0]         stationary_rows_o,
    output wire [MAP_W-1:0]         stationary_columns_o,
    output wire [PHASE_W-1:0]       stationary_phase_h_o,
    output wire [PHASE_W-1:0]       stationary_phase_w_o,
    output wire [LANE_W-1:0]        stationary_row_lanes_o,
    output wire [LANE_W-1:0]        stationary_column_lanes_o,
    output wire [STAT_W-1:0]        stationary_addr_o,

    // To the accumulate address generator
    output wire                     accumulate_valid_o,
    input  wire                     accumulate_ready_i,
    output wire                     accumulate_end_o,
    output wire                     accumulate_reduce_o,
    output wire                     accumulate_by_column_o,
    output wire [IMAGES_W-1:0]      accumulate_images_o,
    output wire [MAP_W-1:0]         accumulate_rows_o,
    output wire [MAP_W-1:0]         accumulate_columns_o,
    output wire [LANE_W-1:0]        accumulate_column_lanes_o,
    output wire [BLOCK_ADDR_W-1:0]  accumulate_addr_o,

    // From the walker
    input  wire                     tap_end_i,
    input  wire                     tap_reduce_i,
    input  wire                     tap_by_column_i,
    input  wire                     tap_rect_i,
    input  wire                     tap_fused_i,
    input  wire [IMAGES_W-1:0]      tap_images_i,
    input  wire [MAP_W-1:0]         tap_rows_i,
    input  wire [MAP_W-1:0]         tap_columns_i,
    input  wire signed [X_W-1:0]    tap_x_h_i,
    input  wire signed [X_W-1:0]    tap_x_w_i,
    input  wire [PHASE_W-1:0]       tap_phase_h_i,
    input  wire [PHASE_W-1:0]       tap_phase_w_i,
    input  wire [TILES_W-1:0]       tap_reduction_tiles_i,
    input  wire [LANE_W-1:0]        tap_row_lanes_i,
    input  wire [LANE_W-1:0]        tap_column_lanes_i,
    input  wire [DYN_W-1:0]         tap_dyn_addr_i,
    input  wire [BLOCK_ADDR_W-1:0]  tap_pix_addr_i,
    input  wire [BLOCK_ADDR_W-1:0]  tap_tile_addr_i,
    input  wire                     tap_valid_i,
    output wire                     tap_ready_o
);
    // --- dynamic ----------------------------------------------------
    localparam dynamic_W = 1 + 1 + 1 + IMAGES_W + MAP_W + MAP_W + X_W + X_W + PHASE_W + PHASE_W + TILES_W + LANE_W + DYN_W;
    wire dynamic_room;
    wire [dynamic_W-1:0] dynamic_data;
    bpi_fifo #(.WIDTH(dynamic_W), .DEPTH(1)) u_dynamic (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (tap_valid_i && tap_ready_o && !tap_end_i),
        .in_ready_o  (dynamic_room),
        .in_data_i   ({ tap_reduce_i, tap_rect_i, tap_fused_i, tap_images_i, tap_rows_i, tap_columns_i, tap_x_h_i, tap_x_w_i, tap_phase_h_i, tap_phase_w_i, tap_reduction_tiles_i, tap_row_lanes_i, tap_dyn_addr_i }),
        .out_valid_o (dynamic_valid_o),
        .out_ready_i (dynamic_ready_i),
        .out_data_o  (dynamic_data)
    );
    assign { dynamic_reduce_o, dynamic_rect_o, dynamic_fused_o, dynamic_images_o, dynamic_rows_o, dynamic_columns_o, dynamic_x_h_o, dynamic_x_w_o, dynamic_phase_h_o, dynamic_phase_w_o, dynamic_reduction_tiles_o, dynamic_row_lanes_o, dynamic_addr_o } = dynamic_data;

    // --- stationary ----------------------------------------------------
    localparam stationary_W = 1 + 1 + 1 + IMAGES_W + MAP_W + MAP_W + PHASE_W + PHASE_W + LANE_W + LANE_W + STAT_W;
    wire stationary_room;
    wire [stationary_W-1:0] stationary_data;
    bpi_fifo #(.WIDTH(stationary_W), .DEPTH(1)) u_stationary (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (tap_valid_i && tap_ready_o && !tap_end_i),
        .in_ready_o  (stationary_room),
        .in_data_i   ({ tap_reduce_i, tap_by_column_i, tap_rect_i, tap_images_i, tap_rows_i, tap_columns_i, tap_phase_h_i, tap_phase_w_i, tap_row_lanes_i, tap_column_lanes_i, tap_reduce_i ? tap_pix_addr_i[STAT_W-1:0] : tap_tile_addr_i[STAT_W-1:0] }),
        .out_valid_o (stationary_valid_o),
        .out_ready_i (stationary_ready_i),
        .out_data_o  (stationary_data)
    );
    assign { stationary_reduce_o, stationary_by_column_o, stationary_rect_o, stationary_images_o, stationary_rows_o, stationary_columns_o, stationary_phase_h_o, stationary_phase_w_o, stationary_row_lanes_o, stationary_column_lanes_o, stationary_addr_o } = stationary_data;

    // --- accumulate ----------------------------------------------------
    localparam accumulate_W = 1 + 1 + 1 + IMAGES_W + MAP_W + MAP_W + LANE_W + BLOCK_ADDR_W;
    wire accumulate_room;
    wire [accumulate_W-1:0] accumulate_data;
    bpi_fifo #(.WIDTH(accumulate_W), .DEPTH(2)) u_accumulate (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (tap_valid_i && tap_ready_o),
        .in_ready_o  (accumulate_room),
        .in_data_i   ({ tap_end_i, tap_reduce_i, tap_by_column_i, tap_images_i, tap_rows_i, tap_columns_i, tap_column_lanes_i, tap_reduce_i ? tap_tile_addr_i : tap_pix_addr_i }),
        .out_valid_o (accumulate_valid_o),
        .out_ready_i (accumulate_ready_i),
        .out_data_o  (accumulate_data)
    );
    assign { accumulate_end_o, accumulate_reduce_o, accumulate_by_column_o, accumulate_images_o, accumulate_rows_o, accumulate_columns_o, accumulate_column_lanes_o, accumulate_addr_o } = accumulate_data;

    // --- Outputs ----------------------------------------------------------
    assign tap_ready_o = dynamic_room && stationary_room && accumulate_room;

    wire unused_ok = &{1'b0, tap_rect_i, tap_x_h_i, tap_phase_h_i, tap_phase_w_i };

endmodule
`default_nettype wire
