// bpi_array.v - ROWS x COLS of bpi_pe: operands move right, partial sums move down, starting at +0.
// Row r must be fed r*ADD_STAGES cycles after row 0; the sum of column c leaves c cycles after that of column 0,
// which is ROWS*ADD_STAGES + 1 cycles after its vector came to row 0.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_array #(
    parameter ROWS       = 4,     // reduction lanes
    parameter COLS       = 4,     // output lanes
    parameter DATA_W     = 8,    // bits per operand
    parameter SUM_W      = 18,    // bits per sum
    parameter ADD_STAGES = 1      // cycles of one addition
) (
    input  wire                   clk_i,
    input  wire                   rst_i,

    // Stationary operands, skewed by row
    input  wire [ROWS-1:0]        w_valid_i,
    input  wire [ROWS*DATA_W-1:0] w_data_i,

    // Dynamic operands, skewed by row
    input  wire [ROWS-1:0]        x_valid_i,
    input  wire [ROWS-1:0]        x_swap_i,
    input  wire [ROWS*DATA_W-1:0] x_data_i,

    // Sums, skewed by column
    output wire [COLS*SUM_W-1:0]  y_data_o
);
    // --- Datapath: column c of a bundle is what enters PE c, column COLS what leaves the last one ---
    wire [ROWS*(COLS+1)-1:0]        w_valid, x_valid, x_swap;
    wire [ROWS*(COLS+1)*DATA_W-1:0] w_data, x_data;
    wire [(ROWS+1)*COLS*SUM_W-1:0]  y_data;

    assign y_data[COLS*SUM_W-1:0] = {COLS*SUM_W{1'b0} };
    assign y_data_o = y_data[ROWS*COLS*SUM_W +: COLS*SUM_W];

    genvar r, c;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : gen_row
            localparam EDGE = r * (COLS + 1);
            assign w_valid[EDGE] = w_valid_i[r];
            assign x_valid[EDGE] = x_valid_i[r];
            assign x_swap[EDGE]  = x_swap_i[r];
            assign w_data[EDGE*DATA_W +: DATA_W] = w_data_i[r*DATA_W +: DATA_W];
            assign x_data[EDGE*DATA_W +: DATA_W] = x_data_i[r*DATA_W +: DATA_W];

            for (c = 0; c < COLS; c = c + 1) begin : gen_col
                localparam HERE = EDGE + c;
                localparam CELL = r * COLS + c;
                bpi_pe #(.SUM_W(SUM_W), .ADD_STAGES(ADD_STAGES)) u_pe (
                    .clk_i     (clk_i),
                    .rst_i     (rst_i),
                    .w_valid_i (w_valid[HERE]),
                    .w_data_i  (w_data[HERE*DATA_W +: DATA_W]),
                    .w_valid_o (w_valid[HERE+1]),
                    .w_data_o  (w_data[(HERE+1)*DATA_W +: DATA_W]),
                    .x_valid_i (x_valid[HERE]),
                    .x_swap_i  (x_swap[HERE]),
                    .x_data_i  (x_data[HERE*DATA_W +: DATA_W]),
                    .x_valid_o (x_valid[HERE+1]),
                    .x_swap_o  (x_swap[HERE+1]),
                    .x_data_o  (x_data[(HERE+1)*DATA_W +: DATA_W]),
                    .y_data_i  (y_data[CELL*SUM_W +: SUM_W]),
                    .y_data_o  (y_data[(CELL+COLS)*SUM_W +: SUM_W])
                );
            end

            // what leaves the last column goes nowhere
            localparam EXIT = EDGE + COLS;
            wire unused_ok = &{1'b0, w_valid[EXIT], x_valid[EXIT], x_swap[EXIT],
                               w_data[EXIT*DATA_W +: DATA_W], x_data[EXIT*DATA_W +: DATA_W]};
        end
    endgenerate

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(DATA_W == 8 && SUM_W >= 15 + $clog2(ROWS + 1), "DATA_W or SUM_W does not suit the format")

endmodule
`default_nettype wire
