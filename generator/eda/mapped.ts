import type { Bit, Cell, Module } from './design.js';

/** Cells of an iCE40, by name. */
export type Cells = Readonly<Record<string, Cell>>;

/** The net of a port of one bit. */
export const netAt = ({ connections }: Cell, port: string): Bit | undefined => connections[port]?.[0];

export const isFlipFlop = ({ type }: Cell): boolean => type.startsWith('SB_DFF');

/** The net of a flip-flop's reset, to 0 or to 1. */
export const resetOf = (cell: Cell): Bit | undefined => netAt(cell, 'R') ?? netAt(cell, 'S');

/** How many inputs of cells each net drives. */
export const loadsOf = (cells: Cells): ReadonlyMap<Bit, number> => {
  const loads = new Map<Bit, number>();
  for (const { connections, port_directions: directions } of Object.values(cells))
    for (const [port, bits] of Object.entries(connections))
      if (directions?.[port] === 'input') for (const bit of bits) loads.set(bit, (loads.get(bit) ?? 0) + 1);
  return loads;
};

/** @returns a function that numbers new nets. */
export const newNets = ({ cells, netnames }: Module): (() => number) => {
  const nets = [
    ...Object.values(cells).flatMap(({ connections }) => Object.values(connections).flat()),
    ...Object.values(netnames).flatMap(({ bits }) => bits),
  ];
  let last = nets.reduce<number>((most, bit) => (typeof bit === 'number' && bit > most ? bit : most), 0);
  return () => ++last;
};

/** Names of a LUT's inputs. */
const INPUTS = ['I0', 'I1', 'I2', 'I3'] as const;

/** A LUT of at most four inputs. */
export const lutOf = (inputs: readonly Bit[], output: Bit, value: (bits: readonly boolean[]) => boolean): Cell => ({
  type: 'SB_LUT4',
  parameters: {
    LUT_INIT: Array.from({ length: 16 }, (_, n) => (value(INPUTS.map((_, i) => ((n >> i) & 1) === 1)) ? '1' : '0'))
      .reverse()
      .join(''),
  },
  port_directions: { ...Object.fromEntries(INPUTS.map((port) => [port, 'input'])), O: 'output' },
  connections: { ...Object.fromEntries(INPUTS.map((port, i) => [port, [inputs[i] ?? '0']])), O: [output] },
});
