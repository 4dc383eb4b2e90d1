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

/**
 * Verilog of a module `harness` with four pins around a {@link Part} that has more ports than a package has pins: a chain
 * of registers feeds every input, and every output is caught in a register of another chain, which is shifted out.
 * Nothing that the part computes can be optimised away, and every path begins and ends at a register.
 */
export const harness = ({ inputs, outputs }: Part): string => `// Timing and area harness: no design for a board.
module harness (
    input  wire clk_i,
    input  wire data_i,       // into the chain of inputs, one bit each cycle
    input  wire capture_i,    // catch all outputs; else shift them out
    output wire data_o
);
    reg  [${inputs - 1}:0] in_q;
    reg  [${outputs - 1}:0] out_q;
    wire [${outputs - 1}:0] out_bits;

    always @(posedge clk_i) begin
        in_q  <= (in_q << 1) | data_i;
        out_q <= capture_i ? out_bits : out_q << 1;
    end
    assign data_o = out_q[${outputs - 1}];

    part u_part (.${CLOCK}(clk_i), .in_bits(in_q), .out_bits(out_bits));
endmodule
`;
