/**
 * A technology map for Yosys: products of signed operands, where the device has no multipliers. One row of a carry chain for each
 * bit of B adds A or nothing. The choice lies in the LUT that adds, so that a row takes a LUT a bit; Yosys's own way takes twice as many.
 */
export const MULTIPLY = `(* techmap_celltype = "$mul" *)
module multiply_by_rows (A, B, Y);
    parameter A_SIGNED = 0, B_SIGNED = 0, A_WIDTH = 1, B_WIDTH = 1, Y_WIDTH = 1;
    localparam ROW_W = A_WIDTH + 1;
    input  [A_WIDTH-1:0] A;
    input  [B_WIDTH-1:0] B;
    output [Y_WIDTH-1:0] Y;

    wire _TECHMAP_FAIL_ = !(A_SIGNED && B_SIGNED && A_WIDTH >= 2 && B_WIDTH >= 2 && Y_WIDTH == A_WIDTH + B_WIDTH);

    wire [ROW_W-1:0]         a = {A[A_WIDTH-1], A};
    wire [ROW_W*B_WIDTH-1:0] sums;     // of the rows down to each, without the bits that are settled
    assign sums[ROW_W-1:0] = B[0] ? a : {ROW_W{1'b0}};
    genvar row;
    generate
        for (row = 1; row < B_WIDTH; row = row + 1) begin : gen_row
            wire [ROW_W-1:0] above = {sums[row*ROW_W-1], sums[row*ROW_W-1 -: A_WIDTH]};
            wire [ROW_W-1:0] sum   = row == B_WIDTH - 1 ? ~(~above + a) : above + a;    // the sign bit counts negative
            assign sums[row*ROW_W +: ROW_W] = B[row] ? sum : above;
            assign Y[row-1] = sums[(row-1)*ROW_W];
        end
    endgenerate
    assign Y[Y_WIDTH-1:B_WIDTH-1] = sums[ROW_W*B_WIDTH-1 -: ROW_W];
endmodule
`;
