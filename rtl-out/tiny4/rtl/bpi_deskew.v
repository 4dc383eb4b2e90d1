// bpi_deskew.v - triangular delay out of the array: lane c leaves LANES-1-c cycles after it came.
// The last lane passes straight through.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_deskew #(
    parameter LANES  = 4,     // lanes
    parameter DATA_W = 32     // bits per lane
) (
    input  wire                    clk_i,
    input  wire [LANES*DATA_W-1:0] data_i,
    output wire [LANES*DATA_W-1:0] data_o
);
    // --- Datapath ---------------------------------------------------------
    genvar c;
    generate
        for (c = 0; c < LANES - 1; c = c + 1) begin : gen_lane
            localparam DEPTH = LANES - 1 - c;
            reg  [DEPTH*DATA_W-1:0]     data_q;
            wire [(DEPTH+1)*DATA_W-1:0] data = {data_q, data_i[c*DATA_W +: DATA_W]};
            always @(posedge clk_i) data_q <= data[DEPTH*DATA_W-1:0];
            assign data_o[c*DATA_W +: DATA_W] = data[DEPTH*DATA_W +: DATA_W];
        end
        if (LANES == 1) begin : gen_single
            wire unused_ok = &{1'b0, clk_i};
        end
    endgenerate
    assign data_o[(LANES-1)*DATA_W +: DATA_W] = data_i[(LANES-1)*DATA_W +: DATA_W];

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(LANES >= 1, "LANES starts at 1")

endmodule
`default_nettype wire
