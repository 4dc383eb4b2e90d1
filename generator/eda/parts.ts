import { createHash } from 'node:crypto';
import type { Bit, Cell, Design, Module, Net } from './design.js';

/** One module of a design by itself: those below it are black boxes. */
export interface ModulePart {
  readonly name: string;
  readonly json: string;
  /** Black boxes of the design that it holds: memories, and what was left out. */
  readonly boxes: readonly string[];
}

const byKey = <T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const sorted = <T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  byKey(Object.entries(record));

/** A name that Yosys made up: it holds a number that depends on all that was read. */
const isMadeUp = (name: string): boolean => name.includes('$');

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/**
 * Cells in an order of their own. A cell without a name in the sources goes by what it computes, from names of
 * nets on: those that Yosys made up, and their order, depend on all else that was read.
 */
const orderedCells = (
  cells: Readonly<Record<string, Cell>>,
  nets: readonly (readonly [string, Net])[],
): readonly (readonly [string, Cell])[] => {
  const names = new Map<Bit, string>();
  for (const [name, { bits }] of nets) {
    for (const [index, bit] of bits.entries()) if (!names.has(bit)) names.set(bit, `${name}[${index}]`);
  }
  const drivers = new Map<Bit, readonly [cell: Cell, place: string]>();
  for (const cell of Object.values(cells)) {
    for (const [port, bits] of Object.entries(cell.connections)) {
      if (cell.port_directions?.[port] !== 'output') continue;
      for (const [index, bit] of bits.entries()) drivers.set(bit, [cell, `${port}[${index}]`]);
    }
  }
  const signatures = new Map<Cell, string>();
  const signatureOf = (cell: Cell): string => {
    const known = signatures.get(cell);
    if (known !== undefined) return known;
    signatures.set(cell, 'loop'); // through registers without a name
    const inputs = sorted(cell.connections).filter(([port]) => cell.port_directions?.[port] !== 'output');
    const made = digest(
      JSON.stringify([
        cell.type,
        sorted(cell.parameters ?? {}),
        inputs.map(([port, bits]) => [port, bits.map(nameOf)]),
      ]),
    );
    signatures.set(cell, made);
    return made;
  };
  const nameOf = (bit: Bit): string => {
    const name = typeof bit === 'string' ? bit : names.get(bit);
    if (name !== undefined) return name;
    const driver = drivers.get(bit);
    return driver ? `${signatureOf(driver[0])}.${driver[1]}` : 'undriven';
  };
  // what a cell drives tells it from another with the same inputs
  const outputsOf = ({ connections, port_directions: directions }: Cell): string =>
    sorted(connections)
      .filter(([port]) => directions?.[port] === 'output')
      .flatMap(([, bits]) => bits.map((bit) => names.get(bit) ?? ''))
      .join();
  const [named, others]: [[string, Cell][], [string, Cell][]] = [[], []];
  for (const [name, cell] of Object.entries(cells)) {
    if (isMadeUp(name)) others.push([`${signatureOf(cell)} ${outputsOf(cell)}`, cell]);
    else named.push([name, cell]);
  }
  return [...byKey(named), ...byKey(others).map(([, cell], index) => [`$${index}`, cell] as const)];
};

/** A module with names, numbers and an order that come from its own text alone. */
const canonical = ({ ports, cells, netnames, ...others }: Module): object => {
  const nets = sorted(netnames).filter(([name]) => !isMadeUp(name));
  const numbers = new Map<Bit, Bit>();
  const renumbered = (bits: readonly Bit[]): readonly Bit[] =>
    bits.map((bit) => {
      if (typeof bit === 'string') return bit; // a constant
      const number = numbers.get(bit) ?? numbers.size + 2; // 0 and 1 are not used
      numbers.set(bit, number);
      return number;
    });
  const mapped = <T extends { readonly bits: readonly Bit[] }>(entries: readonly (readonly [string, T])[]): object =>
    Object.fromEntries(entries.map(([name, each]) => [name, { ...each, attributes: {}, bits: renumbered(each.bits) }]));
  // in this order: numbers are given where a bit is first seen
  const [portJson, netJson] = [mapped(Object.entries(ports)), mapped(nets)];
  const cellEntries = orderedCells(cells, nets).map(([name, cell]) => {
    const connections = sorted(cell.connections).map(([port, bits]) => [port, renumbered(bits)] as const);
    return [name, { ...cell, attributes: {}, connections: Object.fromEntries(connections) }] as const;
  });
  return { ...others, attributes: {}, ports: portJson, cells: Object.fromEntries(cellEntries), netnames: netJson };
};

/**
 * Takes a design apart into its modules, black boxes apart, so that each is mapped by itself. What ABC makes of a module
 * differs with names and order of all that was read before it: a part holds nothing of the others but ports.
 */
export const partsOf = (design: Design): readonly ModulePart[] => {
  const isBlackBox = (name: string): boolean => 'blackbox' in (design.modules[name]?.attributes ?? {});
  return Object.entries(design.modules)
    .filter(([name]) => !isBlackBox(name))
    .map(([name, module]) => {
      const types = [...new Set(Object.values(module.cells).map(({ type }) => type))]
        .filter((type) => design.modules[type])
        .sort();
      const [boxes, below] = [types.filter(isBlackBox), types.filter((type) => !isBlackBox(type))];
      const children = below.map((type) => {
        const { ports } = design.modules[type]!;
        return [type, { attributes: { blackbox: 1 }, ports, cells: {} }] as const;
      });
      const modules = { ...Object.fromEntries(children), [name]: canonical(module) };
      return { name, json: JSON.stringify({ modules }), boxes };
    });
};
