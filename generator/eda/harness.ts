import type { Bit, Design } from './design.js';
import { blockName } from './netlist.js';

/** A module `part` with the ports `aclk`, `in_bits` and `out_bits`, as Yosys's JSON. */
export interface Part {
  readonly json: string;
  readonly inputs: number;
  readonly outputs: number;
}

const CLOCK = 'aclk';

/**
 * Cuts the blocks that were left out (cells of a module with the prefix, as all others have been flattened) out of a design.
 * What they drove, and the ports, become inputs; what they read becomes outputs.
 */
export const cutOut = (design: Design, top: string, prefix: string): Part => {
  const module = design.modules[top]!;
  const [clock] = module.ports[CLOCK]!.bits;
  const driven = new Set<Bit>();
  const read = new Set<Bit>();
  const outside = new Set<Bit>(Object.values(module.ports).flatMap(({ bits }) => bits));
  const kept = Object.entries(module.cells).filter(([, { type, connections, port_directions: directions }]) => {
    const isLeftOut = blockName(type, prefix) !== undefined;
    for (const [port, bits] of Object.entries(connections)) {
      for (const bit of bits) {
        if (typeof bit === 'string') continue; // a constant
        if (isLeftOut) outside.add(bit);
        else (directions?.[port] === 'output' ? driven : read).add(bit);
      }
    }
    return !isLeftOut;
  });
  const inputs = [...read].filter((bit) => !driven.has(bit) && bit !== clock);
  const outputs = [...outside].filter((bit) => driven.has(bit));
  const ports = {
    [CLOCK]: { direction: 'input', bits: [clock] },
    in_bits: { direction: 'input', bits: inputs },
    out_bits: { direction: 'output', bits: outputs },
  };
  const part = { ...module, attributes: {}, ports, cells: Object.fromEntries(kept) };
  return { json: JSON.stringify({ modules: { part } }), inputs: inputs.length, outputs: outputs.length };
};

/** Outputs that one LUT of the second chain takes beside the register before it. */
const OUTPUTS_OF_LUT = 3;

/** Registers that the {@link harness} adds. */
export const harnessRegisters = ({ inputs, outputs }: Omit<Part, 'json'>): number =>
  inputs + Math.ceil(outputs / OUTPUTS_OF_LUT);

/**
 * Verilog of a module `harness` with three pins around a {@link Part} that has more ports than a package has pins: a chain of registers
 * feeds every input, and a second chain adds up every output, {@link OUTPUTS_OF_LUT} to a register (a signature register with many inputs).
 * Nothing that the part computes can be optimised away, and every path begins and ends at a register.
 */
export const harness = ({ inputs, outputs }: Part): string => {
  const chain = Math.ceil(outputs / OUTPUTS_OF_LUT);
  return `// Timing and area harness: no design for a board.
module harness (
    input  wire clk_i,
    input  wire data_i,       // into the chain of inputs, one bit each cycle
    output wire data_o
);
    reg  [${inputs - 1}:0] in_q;
    reg  [${chain - 1}:0] out_q;
    wire [${OUTPUTS_OF_LUT * chain - 1}:0] out_bits;
    genvar n;

    always @(posedge clk_i) in_q <= (in_q << 1) | data_i;
    generate
        for (n = 0; n < ${chain}; n = n + 1) begin : gen_out
            always @(posedge clk_i) out_q[n] <= ^out_bits[${OUTPUTS_OF_LUT}*n +: ${OUTPUTS_OF_LUT}] ^ (n > 0 ? out_q[n > 0 ? n - 1 : 0] : 1'b0);
        end
    endgenerate
    assign data_o = out_q[${chain - 1}];
${OUTPUTS_OF_LUT * chain === outputs ? '' : `    assign out_bits[${OUTPUTS_OF_LUT * chain - 1}:${outputs}] = 0;\n`}
    part u_part (.${CLOCK}(clk_i), .in_bits(in_q), .out_bits(out_bits[${outputs - 1}:0]));
endmodule
`;
};
