import { PASS_TENSORS } from '../../dataflows/loopNest.js';
import type { Lowering } from './lowering.js';
import type { PassPlanner, PassProgram, PostShape, Stored } from './passProgram.js';
import { all, type ElementwiseStep, type Key, type PassStep, type Step, type Tensors } from './steps.js';
import { operation } from './vectorPrograms.js';

/** Pixels and channels of what a pass makes. */
const resultShape = ({ pass, layer }: PassStep): readonly number[] => {
  const { B, H, W, C, Ho, Wo, N, Kh, Kw, G } = layer;
  if (pass === 'fprop') return [B, Ho, Wo, N];
  return pass === 'dgrad' ? [B, H, W, C] : [Kh, Kw, C / G, N];
};

/** How the tensors of a pass are stored. */
export const storedOf = ({ pass, first, second, result }: PassStep, tensors: Tensors): Stored => {
  const { first: x, second: y } = PASS_TENSORS[pass];
  const pitch = (part: 'x' | 'wt' | 'dy' | 'output', key: Key) => {
    const own = tensors.get(key).within?.pitch;
    return own === undefined ? {} : { [part]: own };
  };
  return {
    narrow: tensors.get(result).format === 'bf16',
    pitches: { ...pitch(x, first), ...pitch(y, second), ...pitch('output', result) },
  };
};

/** What the STOREs of a pass would do, if they can read all of it. */
export const postShape = ({ program }: PassStep, tensors: Tensors): PostShape | undefined => {
  if (!program) return undefined;
  const { operations, constants, coefficients, streams, sums } = program;
  if (streams.dynamic0 || streams.dynamic1) return undefined;
  const stream = (name: 'stationary0' | 'stationary1') => {
    const of = streams[name];
    return of && { wide: tensors.get(of.key).format === 'fp32' };
  };
  const [bank0, bank1] = coefficients;
  return {
    ...{ operations, constants, coefficients: [bank0 !== undefined, bank1 !== undefined] },
    streams: [stream('stationary0'), stream('stationary1')],
    sums: sums !== undefined,
  };
};

/** A pass whose STOREs do all of it, or one that writes its sums and an elementwise one that goes on with them. */
const apart = (step: PassStep, lowering: Lowering, planner: PassPlanner): readonly Step[] => {
  const { program } = step;
  if (!program) return [step];
  const { tensors } = lowering;
  const post = postShape(step, tensors);
  if (post && planner.fused(step, storedOf(step, tensors), post)) return [step];
  const shape = resultShape(step);
  const channels = shape.at(-1)!;
  const pixels = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const sums = lowering.scratch(`${step.operation} sums`, shape, 'fp32');
  const [first, ...others] = program.operations;
  const { program: _, ...pass } = step;
  const elementwise: ElementwiseStep = {
    ...{ kind: 'elementwise', operation: step.operation, pixels, channels },
    program: {
      ...program,
      operations: [operation({ ...first, p: 'dynamic0' }), ...others],
      streams: { ...program.streams, dynamic0: all(sums) },
    },
  };
  return [{ ...pass, result: sums }, elementwise];
};

/** Room for what the engine stores in between. */
const withScratch = (step: PassStep, lowering: Lowering, planner: PassPlanner): PassStep => {
  const { scratchBytes } = planned(step, lowering.tensors, planner);
  if (scratchBytes === 0) return step;
  return {
    ...step,
    scratch: lowering.scratch(`${step.operation} ${step.pass}, zero-inserted`, [scratchBytes / 2], 'bf16'),
  };
};

/** The program of a pass that is carried out. */
export const planned = (step: PassStep, tensors: Tensors, planner: PassPlanner): PassProgram => {
  const stored = storedOf(step, tensors);
  const post = postShape(step, tensors);
  return post ? planner.fused(step, stored, post)! : planner.plan(step, stored);
};

/** Steps as they are carried out: what a pass cannot do as it stores is a pass of its own. */
export const split = (steps: readonly Step[], lowering: Lowering, planner: PassPlanner): readonly Step[] =>
  steps
    .flatMap((step) => (step.kind === 'pass' ? apart(step, lowering, planner) : [step]))
    .map((step) => (step.kind === 'pass' ? withScratch(step, lowering, planner) : step));
