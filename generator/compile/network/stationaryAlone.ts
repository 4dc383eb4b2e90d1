/** Programs that read stationary streams alone: the dynamic buffer is then left to EXECs. */
import { MOST_OPERATIONS } from '../../isa/program.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { StreamName, VectorProgram } from './steps.js';
import { operation } from './vectorPrograms.js';

const SIDES = ['stationary0', 'stationary1'] as const;
type Side = (typeof SIDES)[number];
const REGISTERS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Registers that operations read or write. */
const usedRegisters = (operations: readonly VectorOperation[]): ReadonlySet<number> =>
  new Set(
    operations.flatMap(({ p, pRegister, q, qRegister, write }) => [
      ...(p === 'register' ? [pRegister] : []),
      ...(q === 'register' || q === 'mac' ? [qRegister] : []),
      ...(write === undefined ? [] : [write]),
    ]),
  );

/**
 * The program with its dynamic streams as stationary ones: what was P comes as Q and changes places with it, where Q is free or a register; else
 * an operation before it brings it into a register. Nothing where streams, registers or operations do not suffice. Only the sign of a zero may differ.
 */
export const stationaryAlone = (program: VectorProgram): VectorProgram | undefined => {
  const { streams, operations } = program;
  const free = SIDES.filter((side) => !streams[side]);
  const moved = (['dynamic0', 'dynamic1'] as const).filter((name) => streams[name]);
  // tags are of stationary stream 0 alone, where they stay
  if (moved.length > free.length) return undefined;
  const sides = new Map<StreamName, Side>(moved.map((name, n) => [name, free[n]!]));
  const used = usedRegisters(operations);
  const spare = REGISTERS.filter((register) => !used.has(register));
  const brought = new Map<StreamName, number>();
  const made: VectorOperation[] = [];
  for (const one of operations) {
    const q = sides.get(one.p as StreamName);
    if (q === undefined) {
      made.push(one);
      continue;
    }
    const known = brought.get(one.p as StreamName);
    const { value, swap, gate } = one;
    if (known === undefined && !value && !swap && (one.q === 'none' || one.q === 'register') && one.factor !== 'q') {
      const p = one.q === 'none' ? ({ p: 'sums' } as const) : ({ p: 'register', pRegister: one.qRegister } as const);
      // a gate by Q does not add it
      const adds = gate === 'none' || gate === 'p';
      if (adds || one.q === 'register') {
        made.push({ ...one, ...p, q, swap: true });
        continue;
      }
    }
    const register = known ?? spare.shift();
    if (register === undefined) return undefined;
    if (known === undefined) {
      brought.set(one.p as StreamName, register);
      made.push(operation({ p: 'sums', q, swap: true, write: register }));
    }
    made.push({ ...one, p: 'register', pRegister: register });
  }
  if (made.length > MOST_OPERATIONS) return undefined;
  const { dynamic0, dynamic1, ...others } = streams;
  const placed = moved.map((name) => [sides.get(name)!, streams[name]!] as const);
  return { ...program, operations: made, streams: { ...others, ...Object.fromEntries(placed) } };
};
