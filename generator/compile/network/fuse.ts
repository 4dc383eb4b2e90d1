import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { PassPlanner } from './passProgram.js';
import { postShape } from './split.js';
import {
  type ElementwiseStep,
  elementsIn,
  type Key,
  type PassStep,
  type Step,
  type Tensors,
  uses,
  type VectorProgram,
} from './steps.js';
import { operation, program } from './vectorPrograms.js';

/** The register that hands the result of one program to another; programs themselves use the lower ones. */
export const HANDED = 7;

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
export const joinedConstants = (a: VectorProgram, b: VectorProgram): VectorProgram['constants'] | undefined => {
  const [ofA, ofB] = [constantsOf(a.operations), constantsOf(b.operations)];
  const joined = a.constants.map((value, n) => (ofB.has(n) ? b.constants[n]! : value));
  const clash = a.constants.some((value, n) => ofA.has(n) && ofB.has(n) && !Object.is(value, b.constants[n]));
  return clash ? undefined : (joined as unknown as VectorProgram['constants']);
};

/** x + y as y + x, where a program is that alone. */
const swapped = (sum: VectorProgram): VectorProgram | undefined => {
  const [only, ...others] = sum.operations;
  const { dynamic0, stationary0 } = sum.streams;
  const plain = others.length === 0 && only?.p === 'dynamic0' && only.q === 'stationary0' && only.factor === 'one';
  if (!plain || only.gate !== 'none' || !dynamic0 || !stationary0) return undefined;
  return { ...sum, streams: { dynamic0: stationary0, stationary0: dynamic0 } };
};

/** A program whose stationary stream 0 is stationary stream 1; nothing where it asks for tags, which are of stream 0 alone. */
const withSide1 = (made: VectorProgram): VectorProgram | undefined => {
  const { stationary0, stationary1, ...others } = made.streams;
  if (!stationary0) return made;
  if (stationary1 || made.operations.some(({ q }) => q === 'tag')) return undefined;
  return {
    ...made,
    streams: { ...others, stationary1: stationary0 },
    operations: made.operations.map((one) => (one.q === 'stationary0' ? { ...one, q: 'stationary1' } : one)),
  };
};

/** A program that can come behind another one: their sides are two streams. */
export const beside = (before: VectorProgram, after: VectorProgram): VectorProgram | undefined => {
  if (!before.streams.stationary0) return after;
  return before.streams.stationary1 && after.streams.stationary0 ? undefined : withSide1(after);
};

/** A program that goes on with what a pass makes, as one that the pass's STOREs carry out. */
const joined = (pass: PassStep, own: VectorProgram): VectorProgram | undefined => {
  const before = pass.program ?? program('', { operations: [operation({ p: 'sums', output: 0 })] });
  const after = beside(before, own);
  if (!after || after.coefficients.some((key) => key !== undefined) || after.outputs.length !== 1) return undefined;
  if (own.streams.dynamic1 || own.streams.stationary1 || own.sums) return undefined;
  const constants = joinedConstants(before, after);
  if (!constants) return undefined;
  const plain = before.operations.length === 1 && isMove(before.operations[0]!);
  const [first, ...rest] = after.operations;
  const reads = after.operations.filter(({ p }) => p === 'dynamic0').length;
  const { dynamic0: _, ...sides } = after.streams;
  const streams = { ...before.streams, ...sides };
  const words = [before.does, after.does].filter((word) => word !== '').join(', ');
  const whole = (operations: readonly VectorOperation[]): VectorProgram => ({
    ...{ does: words, operations, constants, streams },
    ...{ coefficients: before.coefficients, outputs: after.outputs },
  });
  if (plain && reads === 1 && first?.p === 'dynamic0') return whole([operation({ ...first, p: 'sums' }), ...rest]);
  const handed = before.operations.map((one) =>
    one.output === 0 ? operation({ ...one, output: undefined, write: HANDED }) : one,
  );
  const taken = after.operations.map((one) =>
    one.p === 'dynamic0' ? operation({ ...one, p: 'register', pRegister: HANDED }) : one,
  );
  return whole([...handed, ...taken]);
};

export const isMove = ({ q, value, factor, gate, clip }: VectorOperation): boolean =>
  q === 'none' && !value && factor === 'one' && gate === 'none' && clip === 'none';

/**
 * Lets the STOREs of passes do what an elementwise pass does behind them, where nothing else reads what lies between: gates in a gradient's
 * pass, residual sums in a convolution's.
 */
export const fuse = (
  steps: readonly Step[],
  kept: ReadonlySet<Key>,
  tensors: Tensors,
  planner: PassPlanner,
): readonly Step[] => {
  const list: (Step | undefined)[] = [...steps];
  const readers = new Map<Key, number>();
  const whole = (key: Key): Key => tensors.get(key).within?.key ?? key;
  for (const step of steps)
    for (const key of uses(step).reads) readers.set(whole(key), (readers.get(whole(key)) ?? 0) + 1);
  /** The pass that made a tensor which only one step reads. */
  const makerOf = (given: Key, before: number): number => {
    // under another shape it is the same
    const key = elementsIn(tensors.get(whole(given))) === elementsIn(tensors.get(given)) ? whole(given) : given;
    if (kept.has(key) || tensors.get(key).within || readers.get(key) !== 1) return -1;
    for (let index = before - 1; index >= 0; index--) {
      const step = list[index];
      if (!step || !uses(step).writes.some((written) => whole(written) === key)) continue;
      return step.kind === 'pass' ? index : -1;
    }
    return -1;
  };
  /** Whether something between two steps writes what the first one reads, so that it cannot come later. */
  const canWait = (from: number, to: number): boolean => {
    const reads = new Set(uses(list[from]!).reads.map(whole));
    return list.slice(from + 1, to).every((step) => !step || !uses(step).writes.some((key) => reads.has(whole(key))));
  };
  const isWhole = (step: ElementwiseStep, key: Key): boolean =>
    elementsIn(tensors.get(key)) === step.pixels * step.channels;
  list.forEach((step, index) => {
    if (step?.kind !== 'elementwise') return;
    for (const own of [step.program, swapped(step.program)]) {
      const key = own?.streams.dynamic0?.key;
      if (!own || key === undefined || !isWhole(step, key)) continue;
      if (!own.outputs.every((output) => output.first === 0 && isWhole(step, output.key))) continue;
      const at = makerOf(key, index);
      const pass = list[at];
      if (pass?.kind !== 'pass' || !canWait(at, index)) continue;
      const together = joined(pass, own);
      const output = together?.outputs[0];
      if (!together || !output) continue;
      const { stationary0, stationary1 } = together.streams;
      if ([stationary0, stationary1].some((side) => side && (side.first !== 0 || !isWhole(step, side.key)))) continue;
      const made: PassStep = { ...pass, result: output.key, program: together };
      const post = postShape(made, tensors);
      const narrow = tensors.get(output.key).format === 'bf16';
      if (!post || !planner.fused(pass, narrow, post)) continue;
      list[at] = undefined;
      list[index] = made;
      return;
    }
  });
  return list.filter((step) => step !== undefined);
};
