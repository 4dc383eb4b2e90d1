import { bf16Bits, bf16FromBits } from '../../formats/numerics.js';
import type { Activation } from '../../graph/operations.js';
import { NO_OPERATION, type VectorOperation } from '../../isa/vectorOperation.js';
import { all, type Channels, type Key, type VectorProgram } from './steps.js';

type Constants = VectorProgram['constants'];

const NO_CONSTANTS: Constants = [0, 0, 0, 0];
const NO_COEFFICIENTS = [undefined, undefined] as const;

export const operation = (parts: Partial<VectorOperation>): VectorOperation => ({ ...NO_OPERATION, ...parts });

/** A program with what is given, and nothing else. */
export const program = (does: string, parts: Partial<VectorProgram>): VectorProgram => ({
  does,
  ...{ operations: [], constants: NO_CONSTANTS, streams: {}, coefficients: NO_COEFFICIENTS, outputs: [] },
  ...parts,
});

/** Where the value that a program begins with comes from. */
type Source = Pick<VectorOperation, 'p'>;
export const FROM_SUMS: Source = { p: 'sums' };
export const FROM_STREAM: Source = { p: 'dynamic0' };

/** An activation as one or two programs, of which the second reads what the first one makes. */
export interface ActivationParts {
  readonly slope?: { readonly parts: Partial<VectorOperation>; readonly constants: Constants };
  readonly range?: { readonly parts: Partial<VectorOperation>; readonly constants: Constants };
}

/** How an activation is made of a leak and a clip, that both have constant 2. */
export const activationParts = ({ slope, least, most }: Activation): ActivationParts => {
  const bounded = least !== -Infinity || most !== Infinity;
  if (slope === 0 && most === Infinity && least <= 0)
    return { range: { parts: { clip: 'relu' }, constants: NO_CONSTANTS } };
  // where the greatest value is below 0, all is that
  const from = slope === 0 ? Math.min(Math.max(0, least), most) : least;
  const range = { parts: { clip: 'range' }, constants: [0, 0, from, most] } as const;
  if (slope === 0 || slope === 1) return slope === 0 || bounded ? { range } : {};
  const leak = { parts: { gate: 'p', leak: true }, constants: [0, 0, slope, 0] } as const;
  return bounded ? { slope: leak, range } : { slope: leak };
};

const asStored = (value: number): number => bf16FromBits(bf16Bits(Math.fround(value)));

/** A program that makes the gradient g of an activation's operand of that of its result, given what the result was (y), or the operand (x). */
export interface GateParts {
  readonly by: 'x' | 'y';
  readonly operations: readonly VectorOperation[];
  readonly constants: Constants;
}

/** g (dynamic stream 0) kept where y (stationary stream 0) lies strictly on one side of a bound; nowhere where y is NaN. */
const strictly = (side: 'above' | 'below', limit: number): GateParts => {
  const value = asStored(limit);
  const difference = { p: 'register', pRegister: 1, q: 'stationary0', factor: 'constant', write: 2 } as const;
  return {
    by: 'y',
    constants: [-1, 0, value, value],
    operations: [
      // the bound, unless y is NaN
      operation({ p: 'sums', q: 'stationary0', clip: 'range', write: 1 }),
      operation({ ...difference, swap: side === 'below' }),
      operation({ p: 'dynamic0', q: 'register', qRegister: 2, gate: 'q', output: 0 }),
    ],
  };
};

/**
 * The derivative of an activation as gates one behind the other: those that only keep values or not come first, so that nothing is rounded twice.
 * None where all passes.
 */
export const gateParts = ({ slope, least, most }: Activation): readonly GateParts[] => {
  const keep = (parts: Partial<VectorOperation>, constants: Constants, by: 'x' | 'y' = 'y'): GateParts => ({
    ...{ by, constants },
    operations: [operation({ p: 'dynamic0', q: 'stationary0', output: 0, ...parts })],
  });
  const [low, high] = [asStored(least), asStored(most)];
  const positive = slope === 0 || least === 0;
  const plain = positive && (low <= 0 || least === -Infinity) && high > 0;
  if (plain && slope >= 0) return [keep(most === Infinity ? { gate: 'q' } : { gate: 'within' }, [0, 0, 0, high])];
  return [
    ...(least === -Infinity ? [] : [strictly('above', least)]),
    ...(most === Infinity ? [] : [strictly('below', most)]),
    ...(slope === 1 ? [] : [keep({ gate: 'q', leak: slope !== 0 }, [0, 0, slope, 0], slope < 0 ? 'x' : 'y')]),
  ];
};

/** A copy, or with `more` a sum: x (dynamic stream 0) + y (stationary stream 0). */
export const sumProgram = (does: string, x: Channels, y: Channels | undefined, to: Channels): VectorProgram =>
  program(does, {
    operations: [operation({ p: 'dynamic0', q: y ? 'stationary0' : 'none', output: 0 })],
    streams: { dynamic0: x, ...(y ? { stationary0: y } : {}) },
    outputs: [to],
  });

export const zeroProgram = (to: Channels): VectorProgram =>
  program('zeros', { operations: [operation({ p: 'sums', output: 0 })], outputs: [to] });

/** x · factor where the mask is above 0, else 0. */
export const maskProgram = (does: string, x: Key, mask: Key, factor: number, to: Key): VectorProgram =>
  program(does, {
    operations: [operation({ p: 'dynamic0', q: 'stationary0', gate: 'q', factor: 'constant', output: 0 })],
    constants: [factor, 0, 0, 0],
    streams: { dynamic0: all(x), stationary0: all(mask) },
    outputs: [all(to)],
  });
