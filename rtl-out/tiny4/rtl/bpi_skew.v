// bpi_skew.v - triangular delay into the array: lane r leaves r*STEP cycles after it came, and its control with it.
// Lane 0 passes straight through.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_skew #(
    parameter LANES  = 4,     // lanes
    parameter DATA_W = 8,     // bits per lane
    parameter CTRL_W = 1,     // control bits, common to all lanes; reset to 0
    parameter STEP   = 1      // cycles from lane to lane
) (
    input  wire                    clk_i,
    input  wire                    rst_i,

    input  wire [CTRL_W-1:0]       ctrl_i,
    input  wire [LANES*DATA_W-1:0] data_i,
    output wire [LANES*CTRL_W-1:0] ctrl_o,
    output wire [LANES*DATA_W-1:0] data_o
);
    // --- Control: one delay line, tapped every STEP cycles -------------------
    localparam DEPTH = (LANES - 1) * STEP;
    wire [(DEPTH+1)*CTRL_W-1:0] ctrl;     // the youngest at the bottom
    assign ctrl[CTRL_W-1:0] = ctrl_i;

    genvar r;
    generate
        if (DEPTH > 0) begin : gen_ctrl
            reg [DEPTH*CTRL_W-1:0] ctrl_q;
            always @(posedge clk_i) begin
                ctrl_q <= ctrl[DEPTH*CTRL_W-1:0];
                if (rst_i) ctrl_q <= {DEPTH*CTRL_W{1'b0} };
            end
            assign ctrl[(DEPTH+1)*CTRL_W-1:CTRL_W] = ctrl_q;
        end else begin : gen_no_ctrl
            wire unused_ok = &{1'b0, clk_i, rst_i};
        end
        for (r = 0; r < LANES; r = r + 1) begin : gen_tap
            assign ctrl_o[r*CTRL_W +: CTRL_W] = ctrl[r*STEP*CTRL_W +: CTRL_W];
        end
    endgenerate

    // --- Data: one delay line for each lane -----------------------------------
    assign data_o[DATA_W-1:0] = data_i[DATA_W-1:0];
    generate
        for (r = 1; r < LANES; r = r + 1) begin : gen_lane
            reg  [r*STEP*DATA_W-1:0]     data_q;
            wire [(r*STEP+1)*DATA_W-1:0] data = {data_q, data_i[r*DATA_W +: DATA_W]};
            always @(posedge clk_i) data_q <= data[r*STEP*DATA_W-1:0];
            assign data_o[r*DATA_W +: DATA_W] = data[r*STEP*DATA_W +: DATA_W];
        end
    endgenerate

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(LANES >= 1 && STEP >= 1, "LANES and STEP start at 1")

endmodule
`default_nettype wire
