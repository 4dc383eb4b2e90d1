import { MOST_OPERATIONS, type Operations } from '../../generator/isa/program.js';
import {
  CLIPS,
  FACTORS,
  GATES,
  isMixed,
  KEEPS,
  NO_OPERATION,
  operationsProblem,
  operationWord,
  P_SOURCES,
  Q_SOURCES,
  type VectorOperation,
} from '../../generator/isa/vectorOperation.js';
import type { Draw } from '../soak/random.js';

/** What the operations of a STORE may do. */
export interface OperationRules {
  /** Outputs, at most. */
  readonly outputs: number;
  /** Coefficients for the channel may be read in the batch that writes them: no two of its chunks share one. */
  readonly distinctChannels: boolean;
  /** Coefficients for channels and sums lie apart. */
  readonly apart: boolean;
}

const REGISTERS = 8;

/** fp32 patterns that arithmetic treats in a way of their own. */
const SPECIAL_WORDS = [
  ...[0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffffffff, 0x00000001, 0x807fffff],
  ...[0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff, 0x3f800000, 0x40c00000],
] as const;

/** An fp32 number as bits: mostly of ordinary size. */
export const drawWord = (draw: Draw): number => {
  if (draw.percent(15)) return draw.pick(SPECIAL_WORDS);
  const exponent = draw.percent(10) ? draw.between(1, 254) : draw.between(120, 132);
  return (draw.between(0, 1) * 2 ** 31 + exponent * 2 ** 23 + draw.between(0, 2 ** 23 - 1)) >>> 0;
};

/** Whether an operation reads or writes coefficients for the channel, of bank 0 or 1. */
const channelReads = ({ q, factor }: VectorOperation, bank: number): boolean =>
  bank === 0 ? factor === 'coefficient' : q === 'coefficient';

/** One operation that reads no register which is not written. */
const drawOperation = (draw: Draw, written: ReadonlySet<number>): VectorOperation => {
  const registers = [...written];
  const p = registers.length > 0 && draw.percent(50) ? 'register' : draw.pick(P_SOURCES.slice(1));
  const known = registers.length > 0;
  const others = Q_SOURCES.filter((one) => one !== 'register' && (known || one !== 'mac'));
  const q = known && draw.percent(35) ? 'register' : draw.pick(others);
  const isMac = q === 'mac';
  const readsQ = q === 'register' || isMac;
  return {
    ...NO_OPERATION,
    p,
    q,
    ...(p === 'register' ? { pRegister: draw.pick(registers) } : { pRegister: draw.between(0, REGISTERS - 1) }),
    ...(readsQ ? { qRegister: draw.pick(registers) } : { qRegister: draw.between(0, REGISTERS - 1) }),
    value: draw.percent(15),
    swap: draw.percent(25),
    factor: isMac ? 'one' : draw.pick(FACTORS),
    constant: draw.between(0, 3),
    gate: draw.percent(50) ? 'none' : draw.pick(isMac ? (['none', 'p'] as const) : GATES),
    leak: draw.percent(40),
    clip: draw.percent(50) ? 'none' : draw.pick(CLIPS),
    ...(draw.percent(60) ? { write: draw.between(0, REGISTERS - 1) } : {}),
    narrow: draw.percent(50),
    keep: draw.percent(70) ? 'none' : draw.pick(KEEPS),
    second: draw.percent(40),
  };
};

/** What the hardware does not promise: that a chunk's coefficient, or what lies there as a sum, is seen by another chunk of its batch. */
const isPromised = (operations: readonly VectorOperation[], { distinctChannels, apart }: OperationRules): boolean => {
  if (!apart && isMixed(operations)) return false;
  if (distinctChannels) return true;
  return [0, 1].every((bank) => {
    const writes = operations.some(({ keep }) => keep === (bank === 0 ? 'coefficient0' : 'coefficient1'));
    return !writes || !operations.some((one) => channelReads(one, bank));
  });
};

const withOutputs = (draw: Draw, operations: readonly VectorOperation[], most: number): readonly VectorOperation[] => {
  const outputs = draw.between(0, Math.min(most, operations.length));
  const places = operations.map((_, index) => index);
  const chosen = new Map<number, number>();
  for (let output = 0; output < outputs; output++) {
    const [place] = places.splice(draw.between(0, places.length - 1), 1);
    chosen.set(place!, output);
  }
  return operations.map((one, index) => (chosen.has(index) ? { ...one, output: chosen.get(index)! } : one));
};

/** An instruction of the STORE queue that does not say yet what it waits for. */
export type Unordered<T> = Omit<T, 'waitExec' | 'waitLoad'>;

export type Constants = readonly [number, number, number, number];

/** The instruction that holds operations and constants. */
export const operationsOf = (operations: readonly VectorOperation[], constants: Constants): Unordered<Operations> => {
  const word = (index: number): number => (operations[index] ? operationWord(operations[index]) : 0);
  return {
    kind: 'operations',
    count: operations.length,
    ...{ operation0: word(0), operation1: word(1), operation2: word(2), operation3: word(3) },
    ...{ operation4: word(4), operation5: word(5), operation6: word(6), operation7: word(7) },
    ...{ constant0: constants[0], constant1: constants[1], constant2: constants[2], constant3: constants[3] },
  };
};

const NO_CONSTANTS: Constants = [0, 0, 0, 0];

const problemOf = (operations: readonly VectorOperation[], constants: Constants): string | undefined =>
  operationsProblem({ ...operationsOf(operations, constants), waitExec: 0, waitLoad: 0 });

/** Operations that the decoder takes and whose results are promised. */
export const drawOperations = (
  draw: Draw,
  rules: OperationRules,
): { readonly operations: readonly VectorOperation[]; readonly instruction: Unordered<Operations> } => {
  for (;;) {
    const count = draw.percent(30) ? 1 : draw.between(1, MOST_OPERATIONS);
    const written = new Set<number>();
    const drawn: VectorOperation[] = [];
    while (drawn.length < count) {
      const one = drawOperation(draw, written);
      if (problemOf([one], NO_CONSTANTS) !== undefined) continue;
      drawn.push(one);
      if (one.write !== undefined) written.add(one.write);
    }
    const operations = withOutputs(draw, drawn, rules.outputs);
    const constants: Constants = [drawWord(draw), drawWord(draw), drawWord(draw), drawWord(draw)];
    if (problemOf(operations, constants) === undefined && isPromised(operations, rules))
      return { operations, instruction: operationsOf(operations, constants) };
  }
};
