import type { Bit, Cell, Design } from './design.js';
import { loadsOf, lutOf, netAt, newNets, resetOf } from './mapped.js';

/** Clocked by rising edges, reset with the clock: the reset of one with an enable waits for that. */
const SYNCHRONOUS = /^SB_DFFE?(SR|SS)?$/;

/** A flip-flop behind a LUT of its own, which does the work of enable and reset; one without a LUT before takes no more logic cells so. */
export const behindLut = (cell: Cell, next: Bit): readonly [register: Cell, lut: Cell] => {
  const data = netAt(cell, 'D')!;
  if (!SYNCHRONOUS.test(cell.type))
    return [{ ...cell, connections: { ...cell.connections, D: [next] } }, lutOf([data], next, ([d]) => d!)];
  const { C = [], Q = [] } = cell.connections;
  const [enable, reset] = [netAt(cell, 'E'), resetOf(cell)];
  const to = cell.type.endsWith('SS');
  const inputs = [data, reset ?? '0', enable ?? '0', enable === undefined ? '0' : Q[0]!];
  const lut = lutOf(inputs, next, ([d, r, e, q]) => (e || enable === undefined ? (r ? to : d!) : q!));
  const port_directions = { C: 'input', D: 'input', Q: 'output' };
  return [{ ...cell, type: 'SB_DFF', port_directions, connections: { C, D: [next], Q } }, lut];
};

/**
 * Flip-flops that have no LUT of their own take enable and reset through one: their logic cell has it anyway. The eight cells of a
 * tile have one enable and one reset, so that those with few of their kind would leave cells empty and lie far from what they belong to.
 * @param design mapped to iCE40.
 */
export const freeRegisters = (design: Design, top: string): Design => {
  const module = design.modules[top]!;
  const { cells } = module;
  const all = Object.entries(cells);
  const loads = loadsOf(cells);
  const luts = new Set(all.filter(([, { type }]) => type === 'SB_LUT4').map(([, lut]) => netAt(lut, 'O')));
  const isAlone = (data: Bit): boolean => !luts.has(data) || loads.get(data) !== 1;
  const isHeld = ({ type }: Cell): boolean => type !== 'SB_DFF' && SYNCHRONOUS.test(type);
  const newNet = newNets(module);
  const freed = all.flatMap(([name, cell]) => {
    if (!isHeld(cell) || !isAlone(netAt(cell, 'D')!)) return [];
    const [register, lut] = behindLut(cell, newNet());
    return [[name, register] as const, [`${name}_controls`, lut] as const];
  });
  const changed = { ...cells, ...Object.fromEntries(freed) };
  return { ...design, modules: { ...design.modules, [top]: { ...module, cells: changed } } };
};
