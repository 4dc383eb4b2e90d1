import { readFileSync } from 'node:fs';
import { toolPath } from '../base/tools.js';
import type { Library } from './targets.js';

/** Liberty file of a library, which `ensureTools` has seen to. */
export const libraryPath = (library: Library): string => {
  const path = toolPath(library);
  if (path === undefined) throw new Error(`the cell library ${library} is not there`);
  return path;
};

/** Verilog of a library's cells, as it lies beside the liberty file. */
export const cellModels = (library: Library): string =>
  readFileSync(libraryPath(library).replace(/\.lib$/, '.v'), 'utf8');

const FLIP_FLOP = `module udp_dff (output reg out, input in, clk, clr, set, NOTIFIER);
   initial out = 1'b0;
   always @(posedge clk or posedge clr or posedge set) out <= #0.1 set ? 1'b1 : clr ? 1'b0 : in;
endmodule`;

/**
 * The models for an event simulator, with another flip-flop. It shows a new value 0.1 ns after the edge, so that all
 * others, and the memories, take the old one at the same edge. And it begins with 0: what is unknown does not always
 * leave mapped logic by a synchronous reset, though it does the logic that was mapped.
 */
export const simulated = (models: string): string =>
  models
    .replace(/^primitive udp_dff [\s\S]*?^endprimitive.*$/m, FLIP_FLOP)
    .replace(/^( *udp_dff) \(/gm, '$1 flip_flop (');

/** What a cell does: an expression in its ports for each combinational output, or its flip-flop's ports. */
type CellFunction =
  | { readonly outputs: Readonly<Record<string, string>> }
  | { readonly clock: string; readonly data: string; readonly output: string };

const OPERATORS: Readonly<Record<string, readonly [join: string, inverted: boolean]>> = {
  and: [' & ', false],
  nand: [' & ', true],
  or: [' | ', false],
  nor: [' | ', true],
  xor: [' ^ ', false],
  xnor: [' ^ ', true],
  buf: ['', false],
  not: ['', true],
};

/** Reads a cell's function from its gates and primitives. @throws for a primitive that it does not know. */
const cellFunction = (cell: string, model: string): CellFunction => {
  const nets = new Map<string, string>();
  const netValue = (net: string): string => nets.get(net) ?? net;
  let clock: string | undefined;
  const text = model.replace(/^ *specify\b[\s\S]*?^ *endspecify\b/m, '');
  for (const [, gate, list] of text.matchAll(/^ *(and|nand|or|nor|xor|xnor|buf|not|udp_\w+) *\(([^)]*)\);/gm)) {
    const [output, ...inputs] = list!.split(',').map((name) => name.trim());
    const values = inputs.map(netValue);
    const operator = OPERATORS[gate!];
    if (operator) {
      const [join, inverted] = operator;
      nets.set(output!, `${inverted ? '~' : ''}(${values.join(join)})`);
    } else if (gate === 'udp_mux2') {
      nets.set(output!, `(${values[2]} ? ${values[1]} : ${values[0]})`);
    } else if (gate === 'udp_dff' && inputs[2] === "1'B0" && inputs[3] === "1'B0") {
      nets.set(output!, values[0]!);
      clock = values[1];
    } else {
      throw new Error(`${cell} has ${gate}, which is not known`);
    }
  }
  const outputs = [...text.matchAll(/^output +(\w+) *;/gm)].map(([, port]) => port!);
  if (clock !== undefined) return { clock, data: nets.get(outputs[0]!)!, output: outputs[0]! };
  return { outputs: Object.fromEntries(outputs.map((port) => [port, nets.get(port)!])) };
};

/**
 * A mapped netlist with every cell written out as what its model says, for Verilator, which knows no user-defined
 * primitives. All values are 0 or 1 then: nothing is unknown, registers begin with random values.
 */
export const withoutCells = (netlist: string, models: string): string => {
  const cells = new Map(
    [...models.matchAll(/^module (\w+) [\s\S]*?^endmodule/gm)].map(([text, cell]) => [cell!, text]),
  );
  const known = new Map<string, CellFunction>();
  const functionOf = (cell: string): CellFunction | undefined => {
    const model = cells.get(cell);
    if (model !== undefined && !known.has(cell)) known.set(cell, cellFunction(cell, model));
    return known.get(cell);
  };
  let flipFlops = 0;
  return netlist.replace(/^ {2}(\w+) \S+ \(\n((?: {4}\..*\n)+) {2}\);$/gm, (all, cell: string, ports: string) => {
    const meaning = functionOf(cell);
    if (!meaning) return all;
    const nets = new Map([...ports.matchAll(/^ {4}\.(\w+)\((.*)\),?$/gm)].map(([, port, net]) => [port!, net!]));
    const inNets = (expression: string): string => expression.replace(/\b[A-Z]+\b/g, (port) => nets.get(port) ?? port);
    if ('clock' in meaning) {
      const register = `flip_flop_${flipFlops++}`;
      return [
        `  reg ${register};`,
        `  always @(posedge ${inNets(meaning.clock)}) ${register} <= ${inNets(meaning.data)};`,
        `  assign ${nets.get(meaning.output)} = ${register};`,
      ].join('\n');
    }
    return Object.entries(meaning.outputs)
      .filter(([port]) => nets.has(port))
      .map(([port, expression]) => `  assign ${nets.get(port)} = ${inNets(expression)};`)
      .join('\n');
  });
};
