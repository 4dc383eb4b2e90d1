import { following, programOf } from './following.js';
import type { PassPlanner } from './passProgram.js';
import { postShape, storedOf } from './split.js';
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

/** x + y as y + x, where a program is that alone. */
const swapped = (sum: VectorProgram): VectorProgram | undefined => {
  const [only, ...others] = sum.operations;
  const { dynamic0, stationary0 } = sum.streams;
  const plain = others.length === 0 && only?.p === 'dynamic0' && only.q === 'stationary0' && only.factor === 'one';
  if (!plain || only.gate !== 'none' || !dynamic0 || !stationary0) return undefined;
  return { ...sum, streams: { dynamic0: stationary0, stationary0: dynamic0 } };
};

/** A program that goes on with what a pass makes, as one that the pass's STOREs carry out. */
const joined = (pass: PassStep, own: VectorProgram): VectorProgram | undefined => {
  if (own.sums || own.outputs.length !== 1 || own.coefficients.some((key) => key !== undefined)) return undefined;
  const before = programOf(pass);
  const both = following(before, own, false);
  return both && { ...both, coefficients: before.coefficients, outputs: own.outputs };
};

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
  const whole = (key: Key): Key => tensors.wholeOf(key);
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
      if (!post || !planner.fused(pass, storedOf(made, tensors), post)) continue;
      list[at] = undefined;
      list[index] = made;
      return;
    }
  });
  return list.filter((step) => step !== undefined);
};
