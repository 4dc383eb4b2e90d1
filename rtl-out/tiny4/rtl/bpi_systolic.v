// bpi_systolic.v - the array with straight edges: whole vectors in, whole vectors of sums out, one a cycle, never stalled.
// y_* follow x_* exactly ROWS*ADD_STAGES + COLS cycles later.
// Stationary tile: COLS pushes, column COLS-1 first.  x_swap with a vector makes the pushed tile active from that vector on.
// The pushes of the next tile lie between the cycle of this swap (inclusive) and the cycle of the next swap (exclusive).
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_systolic #(
    parameter ROWS       = 4,     // reduction lanes
    parameter COLS       = 4,     // output lanes
    parameter DATA_W     = 8,    // bits per operand
    parameter SUM_W      = 18,    // bits per sum
    parameter ADD_STAGES = 1,     // cycles of one addition
    parameter META_W     = 1      // bits that travel with a vector
) (
    input  wire                   clk_i,
    input  wire                   rst_i,

    // Stationary operands: one column of the tile a push
    input  wire                   w_valid_i,
    input  wire [ROWS*DATA_W-1:0] w_data_i,

    // Dynamic operands
    input  wire                   x_valid_i,
    input  wire                   x_swap_i,
    input  wire [ROWS*DATA_W-1:0] x_data_i,
    input  wire [META_W-1:0]      x_meta_i,

    // Sums
    output wire                   y_valid_o,
    output wire [COLS*SUM_W-1:0]  y_data_o,
    output wire [META_W-1:0]      y_meta_o
);
    localparam LATENCY = ROWS * ADD_STAGES + COLS;

    // --- Datapath ---------------------------------------------------------
    wire [ROWS-1:0]        w_valid, x_valid, x_swap;
    wire [2*ROWS-1:0]      x_ctrl;
    wire [ROWS*DATA_W-1:0] w_data, x_data;
    wire [COLS*SUM_W-1:0]  y_data;

    bpi_skew #(.LANES(ROWS), .DATA_W(DATA_W), .CTRL_W(1), .STEP(ADD_STAGES)) u_skew_w (
        .clk_i(clk_i), .rst_i(rst_i), .ctrl_i(w_valid_i), .data_i(w_data_i), .ctrl_o(w_valid), .data_o(w_data)
    );

    bpi_skew #(.LANES(ROWS), .DATA_W(DATA_W), .CTRL_W(2), .STEP(ADD_STAGES)) u_skew_x (
        .clk_i(clk_i), .rst_i(rst_i), .ctrl_i({x_swap_i, x_valid_i}), .data_i(x_data_i), .ctrl_o(x_ctrl), .data_o(x_data)
    );

    genvar r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : gen_ctrl
            assign x_valid[r] = x_ctrl[2*r];
            assign x_swap[r]  = x_ctrl[2*r+1];
        end
    endgenerate

    bpi_array #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .SUM_W(SUM_W), .ADD_STAGES(ADD_STAGES)) u_array (
        .clk_i(clk_i), .rst_i(rst_i),
        .w_valid_i(w_valid), .w_data_i(w_data),
        .x_valid_i(x_valid), .x_swap_i(x_swap), .x_data_i(x_data),
        .y_data_o (y_data)
    );

    bpi_deskew #(.LANES(COLS), .DATA_W(SUM_W)) u_deskew (.clk_i(clk_i), .data_i(y_data), .data_o(y_data_o));

    // --- Registers: validity and metadata beside the array ------------------
    reg  [LATENCY-1:0]            valid_q;
    reg  [LATENCY*META_W-1:0]     meta_q;
    wire [(LATENCY+1)*META_W-1:0] meta = {meta_q, x_meta_i};
    wire [LATENCY:0]              valid = {valid_q, x_valid_i};

    always @(posedge clk_i) begin
        valid_q <= valid[LATENCY-1:0];
        meta_q  <= meta[LATENCY*META_W-1:0];
        if (rst_i) valid_q <= {LATENCY{1'b0} };
    end

    // --- Outputs ----------------------------------------------------------
    assign y_valid_o = valid[LATENCY];
    assign y_meta_o  = meta[LATENCY*META_W +: META_W];

    // --- Checks -----------------------------------------------------------
`ifndef SYNTHESIS
    localparam [31:0] TILE = COLS;
    reg  [31:0] pushes_q;      // pushes since the last swap
    wire        swap = x_valid_i && x_swap_i;
    always @(posedge clk_i) begin
        pushes_q <= (swap ? 32'd0 : pushes_q) + {31'd0, w_valid_i};
        if (rst_i) pushes_q <= 32'd0;
    end
    `CHECK(!swap || pushes_q == TILE, "swap without exactly COLS pushes since the last one")
    `CHECK(swap || !w_valid_i || pushes_q < TILE, "push beyond the next tile")
`endif
    `CHECK_KNOWN(^{w_valid_i, x_valid_i} !== 1'bx && !(x_valid_i && x_swap_i === 1'bx), "unknown control")

endmodule
`default_nettype wire
