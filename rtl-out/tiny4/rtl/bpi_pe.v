// bpi_pe.v - one weight-stationary multiply-accumulate cell.
// Operands are int8, sums integers as wide as the array's can grow.  A vector at cycle t: product at t+1, where y_data_i joins; y_data_o at t+1+ADD_STAGES.
// The next weight shifts through while the active one computes; x_swap makes the next one active from this very vector on.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_pe #(
    parameter SUM_W      = 18,   // bits of a sum
    parameter ADD_STAGES = 1     // cycles of one addition: 1
) (
    input  wire        clk_i,
    input  wire        rst_i,

    // Stationary operands, left to right: each push moves the chain by one
    input  wire        w_valid_i,
    input  wire [7:0] w_data_i,
    output wire        w_valid_o,
    output wire [7:0] w_data_o,

    // Dynamic operands, left to right; x_swap counts only with x_valid
    input  wire        x_valid_i,
    input  wire        x_swap_i,
    input  wire [7:0] x_data_i,
    output wire        x_valid_o,
    output wire        x_swap_o,
    output wire [7:0] x_data_o,

    // Partial sums, top to bottom: one cycle later than x
    input  wire [SUM_W-1:0] y_data_i,
    output wire [SUM_W-1:0] y_data_o
);
    /*verilator no_inline_module*/    // builds the array several times faster

    // --- Datapath ---------------------------------------------------------
    reg         w_valid_q, x_valid_q, x_swap_q;
    reg  [7:0] w_next_q, w_active_q, w_out_q, x_data_q;
    reg  [15:0] product_q;

    wire        swap   = x_valid_i && x_swap_i;
    wire [7:0] weight = x_swap_i ? w_next_q : w_active_q;
    wire signed [15:0] product = $signed(x_data_i) * $signed(weight);
    reg  [SUM_W-1:0] y_data_q;
    assign y_data_o = y_data_q;

    // --- Registers --------------------------------------------------------
    always @(posedge clk_i) begin
        if (w_valid_i) begin
            w_next_q <= w_data_i;
            w_out_q  <= w_next_q;
        end
        if (swap) w_active_q <= w_next_q;
        if (x_valid_i) x_data_q <= x_data_i;
        if (x_valid_i) product_q <= product;
        if (x_valid_q) y_data_q <= y_data_i + { {(SUM_W-15){product_q[15]} }, product_q[14:0]};

        w_valid_q <= w_valid_i;
        x_valid_q <= x_valid_i;
        x_swap_q  <= swap;
        if (rst_i) begin
            w_valid_q <= 1'b0;
            x_valid_q <= 1'b0;
            x_swap_q  <= 1'b0;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign w_valid_o = w_valid_q;
    assign w_data_o  = w_out_q;
    assign x_valid_o = x_valid_q;
    assign x_swap_o  = x_swap_q;
    assign x_data_o  = x_data_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(ADD_STAGES >= 1 && ADD_STAGES <= 1, "ADD_STAGES does not suit the format")
    `CHECK_PARAM(SUM_W >= 16, "SUM_W does not suit the format")
    `CHECK_KNOWN(^{w_valid_i, x_valid_i} !== 1'bx, "unknown control")

endmodule
`default_nettype wire
