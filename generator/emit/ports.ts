import type { Config } from '../description/config.js';
import { blocks } from './blocks.js';
import { blockFile } from './rtl.js';

/** A port of the top module. */
export interface Port {
  readonly name: string;
  readonly direction: 'in' | 'out';
  /** Bits, and whether it is declared as a vector (which a vector of one bit is too). */
  readonly bits: number;
  readonly vector: boolean;
}

/** The ports of a module's text, in its order: lines as `input wire [31:0] name,`. */
export const portsOf = (verilog: string): readonly Port[] => {
  const [header = ''] = verilog.split(/^\);/m);
  return [...header.matchAll(/^ *(input|output) +wire +(?:\[(\d+):0\] +)?(\w+),?(?: *\/\/.*)?$/gm)].map(
    ([, direction, high, name]) => ({
      name: name!,
      direction: direction === 'input' ? 'in' : 'out',
      bits: high === undefined ? 1 : Number(high) + 1,
      vector: high !== undefined,
    }),
  );
};

/** The ports of an accelerator, read from the Verilog of its top: what the files for other tools say of them comes from here. */
export const topPorts = (config: Config): readonly Port[] => {
  const top = blocks.find(({ name }) => name === 'top')!;
  const ports = portsOf(blockFile(config, top).text);
  if (ports.length === 0) throw new Error('the top module has no ports');
  return ports;
};
