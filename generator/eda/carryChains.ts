import { groupBy } from '../base/lists.js';
import { behindLut } from './controls.js';
import type { Bit, Cell, Design } from './design.js';
import { netAt as at, type Cells, isFlipFlop, loadsOf, newNets, resetOf } from './mapped.js';

/** Enable and reset of a flip-flop: the eight logic cells of a tile share them. */
const controlOf = (cell: Cell): string => [cell.type, at(cell, 'E'), resetOf(cell)].join();

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
const registersOf = (chain: readonly Cell[], sumOf: ReadonlyMap<string, Cell>, takerOf: ReadonlyMap<Bit, string>) =>
  chain.flatMap((carry) => {
    const sum = sumOf.get([at(carry, 'I0'), at(carry, 'I1'), at(carry, 'CI')].join());
    const taker = sum && takerOf.get(at(sum, 'O')!);
    return taker === undefined ? [] : [taker];
  });

/**
 * Parts flip-flops from a carry chain ({@link behindLut}) whose enable or reset is not that of most others of the
 * chain: in one tile they cannot be, and nextpnr packs them with their sums and then looks for a place for ever.
 * @param design mapped to iCE40.
 */
export const partRegisters = (design: Design, top: string): Design => {
  const module = design.modules[top]!;
  const { cells } = module;
  const all = Object.entries(cells);
  const loads = loadsOf(cells);
  const takerOf = new Map(
    all.flatMap(([name, cell]) => {
      const data = at(cell, 'D');
      return isFlipFlop(cell) && data !== undefined && loads.get(data) === 1 ? [[data, name] as const] : [];
    }),
  );
  const sumOf = new Map(
    all
      .filter(([, { type }]) => type === 'SB_LUT4')
      .map(([, lut]) => [[at(lut, 'I1'), at(lut, 'I2'), at(lut, 'I3')].join(), lut] as const),
  );
  const apart = chainsOf(cells).flatMap((chain) =>
    [...groupBy(registersOf(chain, sumOf, takerOf), (name) => controlOf(cells[name]!)).values()]
      .sort((a, b) => b.length - a.length)
      .slice(1)
      .flat(),
  );
  const newNet = newNets(module);
  const parted = apart.flatMap((name) => {
    const [register, lut] = behindLut(cells[name]!, newNet());
    return [[name, register] as const, [`${name}_apart`, lut] as const];
  });
  const changed = { ...cells, ...Object.fromEntries(parted) };
  return { ...design, modules: { ...design.modules, [top]: { ...module, cells: changed } } };
};
