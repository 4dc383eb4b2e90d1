/**
 * A technology map for Yosys: the operand of a sum that a carry chain of the 7-series takes besides the LUT that adds (DI). One that is
 * worked out needs LUTs of its own there, a register or a constant none. Yosys takes the first; of the sums of our designs the second is
 * better.
 */
const SUMS = `(* techmap_celltype = "$alu" *)
module second_operand_beside (A, B, CI, BI, X, Y, CO);
    parameter A_SIGNED = 0, B_SIGNED = 0, A_WIDTH = 1, B_WIDTH = 1, Y_WIDTH = 1;
    parameter _TECHMAP_CONSTMSK_A_ = 0, _TECHMAP_CONSTMSK_B_ = 0, _TECHMAP_CONSTMSK_BI_ = 0, _TECHMAP_CONSTVAL_BI_ = 0;
    input  [A_WIDTH-1:0] A;
    input  [B_WIDTH-1:0] B;
    input  CI, BI;
    output [Y_WIDTH-1:0] X, Y, CO;

    // a difference keeps its operands, unless what it takes away is constant
    localparam SUBTRACTS = _TECHMAP_CONSTVAL_BI_ === 1'b1;
    wire _TECHMAP_FAIL_ = &_TECHMAP_CONSTMSK_A_ || _TECHMAP_CONSTMSK_BI_ !== 1'b1 || (SUBTRACTS && !(&_TECHMAP_CONSTMSK_B_));

    wire [Y_WIDTH-1:0] first, second;
    \\$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extended_a (.A(A), .Y(first));
    \\$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extended_b (.A(B), .Y(second));
    \\$alu #(.A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(Y_WIDTH), .B_WIDTH(Y_WIDTH), .Y_WIDTH(Y_WIDTH))
        _TECHMAP_REPLACE_ (.A(second ^ {Y_WIDTH{SUBTRACTS}}), .B(first), .CI(CI), .BI(1'b0), .X(X), .Y(Y), .CO(CO));
endmodule
`;

/** Flip-flops by their type in Yosys, that of which the reset value is the other one, and their ports besides D and Q. */
const COMPLEMENTS = [
  ['$_DFF_P_', '$_DFF_P_', ['C']],
  ['$_DFFE_PP_', '$_DFFE_PP_', ['C', 'E']],
  ['$_SDFF_PP0_', '$_SDFF_PP1_', ['C', 'R']],
  ['$_SDFF_PP1_', '$_SDFF_PP0_', ['C', 'R']],
  ['$_SDFFE_PP0P_', '$_SDFFE_PP1P_', ['C', 'R', 'E']],
  ['$_SDFFE_PP1P_', '$_SDFFE_PP0P_', ['C', 'R', 'E']],
] as const;

/** A technology map for Yosys: flip-flops that hold the complement of what they did. */
const COMPLEMENT_MAP = COMPLEMENTS.map(
  ([from, to, controls], index) => `(* techmap_celltype = "${from}" *)
module complement_${index} (D, ${controls.join(', ')}, Q);
    input  D, ${controls.join(', ')};
    output Q;
    wire   complement;
    \\${to} _TECHMAP_REPLACE_ (.D(~D), ${controls.map((port) => `.${port}(${port})`).join(', ')}, .Q(complement));
    assign Q = ~complement;
endmodule
`,
).join('');

/** Files that the steps below read. */
export const CHAIN_FILES = { 'sums.v': SUMS, 'complements.v': COMPLEMENT_MAP } as const;

/** Before sums become carry chains. */
export const SUM_STEPS: readonly string[] = ['techmap -map sums.v -max_iter 1', 'opt_expr', 'opt_clean'];

/**
 * Before flip-flops become those of the device: one whose complement a carry chain takes, as in all that counts down, holds that.
 * An inverter would be a LUT, and has none to go into: the chain is behind it, and the flip-flop before.
 */
export const COMPLEMENT_STEPS: readonly string[] = [
  'splitnets',
  'select -set inverters t:CARRY4 %ci1:+[S] w:* %i %ci1:+[Y] t:$_NOT_ %i',
  'techmap -map complements.v -max_iter 1 @inverters %ci1:+[A] w:* %i %ci1:+[Q] t:$_*DFF* %i',
  'opt_expr',
  'opt_clean',
];
