import type { SgdOptions } from '../../golden/graph/optimizer.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { Blocks } from './parameters.js';
import { all, type ElementwiseStep, type Step, type Tensors, uses, type VectorProgram } from './steps.js';
import { operation, program } from './vectorPrograms.js';

/** Constants of a program, in order; clips have constants 2 and 3. */
class Constants {
  private readonly values: number[];
  private next = 0;

  constructor(clip?: number) {
    this.values = clip === undefined ? [0, 0, 0, 0] : [0, 0, -clip, clip];
    this.most = clip === undefined ? 4 : 2;
  }

  private readonly most: number;

  /** A factor by a constant. */
  times(value: number): Pick<VectorOperation, 'factor' | 'constant'> {
    if (this.next === this.most) throw new Error('too many constants');
    this.values[this.next] = value;
    return { factor: 'constant', constant: this.next++ };
  }

  get list(): VectorProgram['constants'] {
    return this.values as unknown as VectorProgram['constants'];
  }
}

/** What the step keeps besides parameters. */
export const keepsVelocities = ({ momentum = 0 }: SgdOptions): boolean => momentum !== 0;

/**
 * The step of SGD over some that learn, with the semantics of `sgdStep`: gradients and bf16 copies are fp32 and bf16 streams beside the
 * parameters. Where the factors are more than the unit has constants, gradients are brought within ±clip by a pass of their own.
 */
export const lowerUpdate = (blocks: Blocks, options: SgdOptions): readonly ElementwiseStep[] => {
  const { rate, momentum = 0, nesterov = false, weightDecay = 0, clip = Infinity, lossScale = 1 } = options;
  const clips = clip !== Infinity;
  const scales = lossScale !== 1;
  const others = [scales, weightDecay !== 0, momentum !== 0, true].filter(Boolean).length;
  const apart = clips && others > 2;
  const { pixels, channels } = blocks;
  const whole = { kind: 'elementwise', operation: 'update', pixels, channels } as const;
  const steps: ElementwiseStep[] = [];
  const gradient = { p: 'dynamic1' } as const;
  if (apart) {
    const constants = new Constants(clip);
    const factor = scales ? constants.times(1 / lossScale) : {};
    const clipped = operation({ p: 'dynamic0', ...factor, clip: 'range', output: 0 });
    const streams = { dynamic0: all(blocks.gradients) };
    const parts = { operations: [clipped], constants: constants.list, streams, outputs: [all(blocks.gradients)] };
    steps.push({ ...whole, program: program('clip', parts) });
  }
  const constants = new Constants(clips && !apart ? clip : undefined);
  const operations: VectorOperation[] = [];
  // 0: g, in parts; 1: v; 2: with Nesterov g + momentum · v
  let prepared = false;
  if (!apart && (scales || clips)) {
    const factor = scales ? constants.times(1 / lossScale) : {};
    operations.push(operation({ ...gradient, ...factor, clip: clips ? 'range' : 'none', write: 0 }));
    prepared = true;
  }
  if (weightDecay !== 0) {
    const from = prepared ? ({ p: 'register', pRegister: 0 } as const) : gradient;
    operations.push(operation({ ...from, q: 'stationary0', swap: true, ...constants.times(weightDecay), write: 0 }));
    prepared = true;
  }
  if (!prepared) operations.push(operation({ ...gradient, write: 0 }));
  let step = 0;
  if (blocks.velocities !== undefined) {
    const times = constants.times(momentum);
    operations.push(operation({ p: 'dynamic0', ...times, q: 'register', qRegister: 0, write: 1, output: 1 }));
    step = 1;
    if (nesterov) {
      operations.push(operation({ p: 'register', pRegister: 1, ...times, q: 'register', qRegister: 0, write: 2 }));
      step = 2;
    }
  }
  const times = constants.times(-rate);
  operations.push(
    operation({ p: 'register', pRegister: step, ...times, q: 'stationary0', write: 3, output: 0 }),
    operation({ p: 'register', pRegister: 3, narrow: true, output: blocks.velocities === undefined ? 1 : 2 }),
  );
  const { velocities } = blocks;
  steps.push({
    ...whole,
    program: program('SGD', {
      ...{ operations, constants: constants.list, rate: times.constant },
      streams: {
        ...(velocities === undefined ? {} : { dynamic0: all(velocities) }),
        ...{ dynamic1: all(blocks.gradients), stationary0: all(blocks.parameters) },
      },
      outputs: [all(blocks.parameters), ...(velocities === undefined ? [] : [all(velocities)]), all(blocks.operands)],
    }),
  });
  return steps;
};

/** Steps with those of updates among them: each behind the last one that reads or writes what it does. */
export const withUpdates = (
  steps: readonly Step[],
  updates: readonly (readonly ElementwiseStep[])[],
  tensors: Tensors,
): readonly Step[] => {
  const after = new Map<number, Step[]>();
  for (const update of updates) {
    const touched = new Set(update.flatMap((step) => [...uses(step).reads, ...uses(step).writes]));
    const touches = (step: Step): boolean =>
      [...uses(step).reads, ...uses(step).writes].some((key) => touched.has(key) || touched.has(tensors.wholeOf(key)));
    const at = steps.length - 1 - [...steps].reverse().findIndex(touches);
    after.set(at, [...(after.get(at) ?? []), ...update]);
  }
  return steps.flatMap((step, index) => [step, ...(after.get(index) ?? [])]);
};
