import { groupBy } from '../base/lists.js';
import type { Bit, Cell, Design } from './design.js';

type Cells = Readonly<Record<string, Cell>>;

const at = ({ connections }: Cell, port: string): Bit | undefined => connections[port]?.[0];
const isFlipFlop = ({ type }: Cell): boolean => type.startsWith('SB_DFF');

/** Enable and reset of a flip-flop: the eight logic cells of a tile share them. */
const controlOf = (cell: Cell): string => [cell.type, at(cell, 'E'), at(cell, 'R') ?? at(cell, 'S')].join();

/** The carries of each chain, in order. */
const chainsOf = (cells: Cells): readonly (readonly Cell[])[] => {
  const carries = Object.values(cells).filter(({ type }) => type === 'SB_CARRY');
  const out = new Set(carries.map((carry) => at(carry, 'CO')));
  const next = new Map(carries.map((carry) => [at(carry, 'CI'), carry]));
  return carries
    .filter((carry) => !out.has(at(carry, 'CI')))
    .map((first) => {
      const chain = [first];
      for (let carry = next.get(at(first, 'CO')); carry; carry = next.get(at(carry, 'CO'))) chain.push(carry);
      return chain;
    });
};

/** Keys of the flip-flops that would be packed with the sums of a chain. */
const registersOf = (chain: readonly Cell[], lutOf: ReadonlyMap<string, Cell>, takerOf: ReadonlyMap<Bit, string>) =>
  chain.flatMap((carry) => {
    const sum = lutOf.get([at(carry, 'I0'), at(carry, 'I1'), at(carry, 'CI')].join());
    const taker = sum && takerOf.get(at(sum, 'O')!);
    return taker === undefined ? [] : [taker];
  });

/** A LUT that passes a net on. */
const passing = (from: Bit, to: Bit): Cell => ({
  type: 'SB_LUT4',
  parameters: { LUT_INIT: '1010101010101010' },
  port_directions: { I0: 'input', I1: 'input', I2: 'input', I3: 'input', O: 'output' },
  connections: { I0: [from], I1: ['0'], I2: ['0'], I3: ['0'], O: [to] },
});

/**
 * Parts flip-flops from a carry chain (by a LUT that passes its input on) whose enable or reset is not that of most others of the
 * chain: in one tile they cannot be, and nextpnr packs them with their sums and then looks for a place for ever.
 * @param design mapped to iCE40.
 */
export const partRegisters = (design: Design, top: string): Design => {
  const module = design.modules[top]!;
  const { cells } = module;
  const all = Object.entries(cells);
  const loads = new Map<Bit, number>();
  for (const [, { connections, port_directions: directions }] of all)
    for (const [port, bits] of Object.entries(connections))
      if (directions?.[port] === 'input') for (const bit of bits) loads.set(bit, (loads.get(bit) ?? 0) + 1);
  const takerOf = new Map(
    all.flatMap(([name, cell]) => {
      const data = at(cell, 'D');
      return isFlipFlop(cell) && data !== undefined && loads.get(data) === 1 ? [[data, name] as const] : [];
    }),
  );
  const lutOf = new Map(
    all
      .filter(([, { type }]) => type === 'SB_LUT4')
      .map(([, lut]) => [[at(lut, 'I1'), at(lut, 'I2'), at(lut, 'I3')].join(), lut] as const),
  );
  const apart = chainsOf(cells).flatMap((chain) =>
    [...groupBy(registersOf(chain, lutOf, takerOf), (name) => controlOf(cells[name]!)).values()]
      .sort((a, b) => b.length - a.length)
      .slice(1)
      .flat(),
  );
  const nets = all.flatMap(([, { connections }]) => Object.values(connections).flat());
  let net = nets.reduce<number>((most, bit) => (typeof bit === 'number' && bit > most ? bit : most), 0);
  const parted = apart.flatMap((name) => {
    const cell = cells[name]!;
    const passed = ++net;
    const register = { ...cell, connections: { ...cell.connections, D: [passed] } };
    return [[name, register] as const, [`${name}_apart`, passing(at(cell, 'D')!, passed)] as const];
  });
  const changed = { ...cells, ...Object.fromEntries(parted) };
  return { ...design, modules: { ...design.modules, [top]: { ...module, cells: changed } } };
};
