/** Programs one behind the other in one: the second goes on with what the first one makes. */
import { MOST_OPERATIONS } from '../../isa/program.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import { all, type PassStep, type VectorProgram } from './steps.js';
import { operation, program } from './vectorPrograms.js';

/** The register that hands the result of one program to another; programs themselves use the lower ones. */
const HANDED = 7;

/** Constants that operations read. */
const constantsOf = (operations: readonly VectorOperation[]): ReadonlySet<number> =>
  new Set(
    operations.flatMap(({ factor, constant, clip, leak, gate }) => [
      ...(factor === 'constant' ? [constant] : []),
      ...(clip === 'range' ? [2, 3] : []),
      ...(leak ? [2] : []),
      ...(gate === 'within' ? [3] : []),
    ]),
  );

/** The constants of two programs in one, where no constant has two values. */
const joinedConstants = (a: VectorProgram, b: VectorProgram): VectorProgram['constants'] | undefined => {
  const [ofA, ofB] = [constantsOf(a.operations), constantsOf(b.operations)];
  const joined = a.constants.map((value, n) => (ofB.has(n) ? b.constants[n]! : value));
  const clash = a.constants.some((value, n) => ofA.has(n) && ofB.has(n) && !Object.is(value, b.constants[n]));
  return clash ? undefined : (joined as unknown as VectorProgram['constants']);
};

/** A program whose stationary stream 0 is stationary stream 1; nothing where it asks for tags, which are of stream 0 alone. */
const withSide1 = (made: VectorProgram): VectorProgram | undefined => {
  const { stationary0, ...others } = made.streams;
  if (!stationary0) return made;
  if (made.operations.some(({ q }) => q === 'tag')) return undefined;
  return {
    ...made,
    streams: { ...others, stationary1: stationary0 },
    operations: made.operations.map((one) => (one.q === 'stationary0' ? { ...one, q: 'stationary1' } : one)),
  };
};

/** A program that can come behind another one: their sides are two streams. */
const beside = (before: VectorProgram, after: VectorProgram): VectorProgram | undefined => {
  if (!before.streams.stationary0) return after;
  return before.streams.stationary1 && after.streams.stationary0 ? undefined : withSide1(after);
};

export const isMove = ({ q, value, factor, gate, clip, write }: VectorOperation): boolean =>
  q === 'none' && !value && factor === 'one' && gate === 'none' && clip === 'none' && write === undefined;

/** What the STOREs of a pass do with its sums. */
export const programOf = ({ program: own, result }: PassStep): VectorProgram =>
  own ?? program('', { operations: [operation({ p: 'sums', output: 0 })], outputs: [all(result)] });

/**
 * What a program does and then one that reads its result as dynamic stream 0; nothing where streams, constants or operations of both are too many.
 * @param keeps whether the result is written all the same.
 */
export const following = (
  before: VectorProgram,
  own: VectorProgram,
  keeps: boolean,
): Pick<VectorProgram, 'does' | 'operations' | 'constants' | 'streams'> | undefined => {
  const after = beside(before, own);
  if (!after || own.streams.dynamic1 || own.streams.stationary1) return undefined;
  const constants = joinedConstants(before, after);
  if (!constants || before.operations.some(({ output, write }) => output === 0 && write !== undefined))
    return undefined;
  const [first, ...rest] = after.operations;
  const reads = after.operations.filter(({ p }) => p === 'dynamic0').length;
  const plain = before.operations.length === 1 && isMove(before.operations[0]!);
  const isDirect = !keeps && plain && reads === 1 && first?.p === 'dynamic0';
  const handed = before.operations.map(
    (one): VectorOperation =>
      one.output === 0 ? { ...one, ...(keeps ? {} : { output: undefined }), write: HANDED } : one,
  );
  const taken = after.operations.map(
    (one): VectorOperation => (one.p === 'dynamic0' ? { ...one, p: 'register', pRegister: HANDED } : one),
  );
  const operations = isDirect ? [{ ...first, p: 'sums' as const }, ...rest] : [...handed, ...taken];
  if (operations.length > MOST_OPERATIONS) return undefined;
  const { dynamic0: _, ...sides } = after.streams;
  return {
    does: [before.does, after.does].filter((word) => word !== '').join(', '),
    ...{ operations, constants, streams: { ...before.streams, ...sides } },
  };
};
