/** The operations of the vector unit, as an OPERATIONS instruction holds them: one word each. */
import { MOST_OPERATIONS } from './instructionSet.js';
import type { Operations } from './instructions.js';

/** Where P comes from. `sums`: the drained vector, in operation 0; elsewhere, and where nothing is drained, +0. */
export const P_SOURCES = ['register', 'sums', 'dynamic0', 'dynamic1'] as const;
/**
 * Where Q comes from. `coefficient`: bank 1, for the channel; `sum`: bank 1, at the sum. `tag`: 1 where the lower half of stationary stream 0
 * is that of constant 3, bit for bit, else +0: which tap won, of words that an EXEC with maximum has made. `mac`, multiply and accumulate: bank 1
 * at the sum, and P is multiplied by the register, in place of `factor` (one); swapped, P · sum + register: P stays where it is.
 */
export const Q_SOURCES = [
  'none',
  'register',
  'stationary0',
  'stationary1',
  'coefficient',
  'sum',
  'tag',
  'mac',
] as const;
/** What P is multiplied by. `coefficient`: bank 0, for the channel; `q`: Q, which is not added then. */
export const FACTORS = ['one', 'constant', 'coefficient', 'q'] as const;
/** What is kept: all; where P > 0; where Q > 0; where 0 < Q < constant 3. By Q: Q is not added. */
export const GATES = ['none', 'p', 'q', 'within'] as const;
/**
 * None; max(x, +0); between constants 2 and 3; `root`: about 1 / √x, within 3.9 % for normal x > 0, from which Newton's method goes on
 * (a NaN for NaN and below zero).
 */
export const CLIPS = ['none', 'relu', 'range', 'root'] as const;
/** Where the result is kept among the coefficients: bank 0 or 1 for the channel, bank 1 at the sum. */
export const KEEPS = ['none', 'coefficient0', 'coefficient1', 'sum'] as const;

/** One operation over the chunks of a batch: clip(gate(P · factor + Q)), on fp32. Registers are 0 to 7. */
export interface VectorOperation {
  readonly p: (typeof P_SOURCES)[number];
  readonly pRegister: number;
  /** Of P only the upper 16 bits count: the value of a maximum, without its tap. */
  readonly value: boolean;
  readonly q: (typeof Q_SOURCES)[number];
  readonly qRegister: number;
  /** P and Q change places, after they are read and before all else; of `mac` the sum and the register. */
  readonly swap: boolean;
  readonly factor: (typeof FACTORS)[number];
  /** Which constant, where the factor is one. */
  readonly constant: number;
  readonly gate: (typeof GATES)[number];
  /** What is not kept is multiplied by constant 2 in place of the factor; else it is +0. */
  readonly leak: boolean;
  readonly clip: (typeof CLIPS)[number];
  /** The register that takes the result. */
  readonly write?: number;
  /** The output, 0 to 2, that takes it. */
  readonly output?: number;
  /** Output and register have the result as bf16. With output 0 the STORE says so instead. */
  readonly narrow: boolean;
  readonly keep: (typeof KEEPS)[number];
  /** The sum is that of the second sums. */
  readonly second: boolean;
}

/** An operation that does nothing: what others are made from. */
export const NO_OPERATION: VectorOperation = {
  ...{ p: 'register', pRegister: 0, value: false },
  ...{ q: 'none', qRegister: 0, swap: false },
  ...{ factor: 'one', constant: 0, gate: 'none', leak: false, clip: 'none' },
  ...{ narrow: false, keep: 'none', second: false },
};

/** Where the parts of the word lie: lowest bit and width. */
const PLACES = {
  pRegister: [0, 3],
  qRegister: [3, 3],
  writeRegister: [6, 3],
  p: [9, 2],
  q: [11, 3],
  swap: [14, 1],
  factor: [15, 2],
  constant: [17, 2],
  gate: [19, 2],
  leak: [21, 1],
  clip: [22, 2],
  write: [24, 1],
  output: [25, 2],
  narrow: [27, 1],
  keep: [28, 2],
  second: [30, 1],
  value: [31, 1],
} as const;

export type OperationPlace = keyof typeof PLACES;

/** For each part of an operation's word its lowest bit and width. */
export const OPERATION_PLACES: Readonly<Record<OperationPlace, readonly [low: number, bits: number]>> = PLACES;

/** The word of an operation. @throws RangeError for a register, constant or output that there is not. */
export const operationWord = (operation: VectorOperation): number => {
  const parts: Readonly<Record<OperationPlace, number>> = {
    pRegister: operation.pRegister,
    qRegister: operation.qRegister,
    writeRegister: operation.write ?? 0,
    p: P_SOURCES.indexOf(operation.p),
    q: Q_SOURCES.indexOf(operation.q),
    swap: Number(operation.swap),
    factor: FACTORS.indexOf(operation.factor),
    constant: operation.constant,
    gate: GATES.indexOf(operation.gate),
    leak: Number(operation.leak),
    clip: CLIPS.indexOf(operation.clip),
    write: operation.write === undefined ? 0 : 1,
    output: operation.output === undefined ? 0 : operation.output + 1,
    narrow: Number(operation.narrow),
    keep: KEEPS.indexOf(operation.keep),
    second: Number(operation.second),
    value: Number(operation.value),
  };
  let word = 0;
  for (const name of Object.keys(PLACES) as OperationPlace[]) {
    const [low, bits] = PLACES[name];
    const part = parts[name];
    if (!(Number.isInteger(part) && part >= 0 && part < 2 ** bits))
      throw new RangeError(`an operation's ${name} is ${part}`);
    word += part * 2 ** low;
  }
  return word;
};

/** An operation's word taken apart. */
export const readOperation = (word: number): VectorOperation => {
  const part = (name: OperationPlace): number => {
    const [low, bits] = PLACES[name];
    return (word >>> low) & (2 ** bits - 1);
  };
  return {
    p: P_SOURCES[part('p')]!,
    pRegister: part('pRegister'),
    value: part('value') === 1,
    q: Q_SOURCES[part('q')]!,
    qRegister: part('qRegister'),
    swap: part('swap') === 1,
    factor: FACTORS[part('factor')]!,
    constant: part('constant'),
    gate: GATES[part('gate')]!,
    leak: part('leak') === 1,
    clip: CLIPS[part('clip')]!,
    ...(part('write') === 1 ? { write: part('writeRegister') } : {}),
    ...(part('output') > 0 ? { output: part('output') - 1 } : {}),
    narrow: part('narrow') === 1,
    keep: KEEPS[part('keep')]!,
    second: part('second') === 1,
  };
};

/** The words of an OPERATIONS. */
export const operationWords = (operations: Operations): readonly number[] => {
  const { operation0, operation1, operation2, operation3, operation4, operation5, operation6, operation7 } = operations;
  return [operation0, operation1, operation2, operation3, operation4, operation5, operation6, operation7];
};

const readsSum = (q: VectorOperation['q']): boolean => q === 'sum' || q === 'mac';

/** Why an operation cannot be, or nothing. */
const operationProblem = ({ q, swap, factor, gate, keep }: VectorOperation): string | undefined => {
  const byQ = gate === 'q' || gate === 'within';
  if (q === 'none' && (swap || factor === 'q' || byQ)) return 'uses Q, which it does not read';
  if (byQ && factor === 'q') return 'gates by Q, and multiplies by it';
  // chunks follow each other before what one writes can be read; sums alone lie far enough apart
  if (q === 'mac' && (factor !== 'one' || byQ)) return 'multiplies by a register, and by something else or gates by Q';
  const reads1 = q === 'coefficient' || readsSum(q);
  if (
    (factor === 'coefficient' && keep === 'coefficient0') ||
    (reads1 && keep === 'coefficient1') ||
    (q === 'coefficient' && keep === 'sum')
  )
    return 'writes the bank of coefficients that it reads';
  return undefined;
};

/** Why the hardware refuses an OPERATIONS, or nothing. */
export const operationsProblem = (operations: Operations): string | undefined => {
  const { count } = operations;
  if (count < 1 || count > MOST_OPERATIONS) return `has ${count} operations`;
  let outputs = 0;
  for (const [index, word] of operationWords(operations).entries()) {
    if (index >= count) {
      if (word !== 0) return `operation ${index} is beyond its count`;
      continue;
    }
    const operation = readOperation(word);
    const problem = operationProblem(operation);
    if (problem !== undefined) return `operation ${index} ${problem}`;
    if (operation.output === undefined) continue;
    if (outputs & (1 << operation.output)) return `output ${operation.output} is written twice`;
    outputs |= 1 << operation.output;
  }
  return (outputs & (outputs + 1)) === 0 ? undefined : 'an output is missing before another';
};

/** Whether operations write sums and read coefficients for channels of their bank, or the other way round. */
export const isMixed = (operations: readonly VectorOperation[]): boolean =>
  (operations.some(({ keep }) => keep === 'sum') && operations.some(({ q }) => q === 'coefficient')) ||
  (operations.some(({ keep }) => keep === 'coefficient1') && operations.some(({ q }) => readsSum(q)));

/** Outputs of operations, 0 to 3. */
export const outputsOf = (operations: readonly VectorOperation[]): number =>
  operations.filter(({ output }) => output !== undefined).length;
