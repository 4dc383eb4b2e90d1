import type { SgdOptions } from '../../golden/graph/optimizer.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import { hasRoom, isHost, type Times, withBesides } from './beside.js';
import type { Lowering } from './lowering.js';
import type { Blocks } from './parameters.js';
import type { PassPlanner } from './passProgram.js';
import { stationaryAlone } from './stationaryAlone.js';
import { all, type ElementwiseStep, type Key, type ScheduledStep, uses, type VectorProgram } from './steps.js';
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

/**
 * As {@link lowerUpdate}, in steps of two streams at most, which can be carried out beside a pass: what the first ones make, the gradient and the
 * velocity take their places for.
 */
export const lowerUpdateBeside = (blocks: Blocks, options: SgdOptions): readonly ElementwiseStep[] => {
  const { rate, momentum = 0, nesterov = false, weightDecay = 0, clip = Infinity, lossScale = 1 } = options;
  const { pixels, channels, parameters, gradients, velocities, operands } = blocks;
  const steps: ElementwiseStep[] = [];
  const add = (does: string, parts: Partial<VectorProgram>): void => {
    steps.push({ kind: 'elementwise', operation: 'update', pixels, channels, program: program(does, parts) });
  };
  if (lossScale !== 1 || clip !== Infinity) {
    const constants = new Constants(clip === Infinity ? undefined : clip);
    const factor = lossScale === 1 ? {} : constants.times(1 / lossScale);
    const clips = clip === Infinity ? 'none' : 'range';
    const operations = [operation({ p: 'dynamic0', ...factor, clip: clips, output: 0 })];
    const streams = { dynamic0: all(gradients) };
    add('clip', { operations, constants: constants.list, streams, outputs: [all(gradients)] });
  }
  /** x · factor + y. */
  const weighted = (
    does: string,
    [x, factor, y]: readonly [Key, number, Key],
    more: readonly VectorOperation[],
    parts: Pick<VectorProgram, 'outputs'> & { readonly rate?: number },
  ): void => {
    const constants = new Constants();
    const sum = operation({ p: 'dynamic0', ...constants.times(factor), q: 'stationary0', write: 1, output: 0 });
    const streams = { dynamic0: all(x), stationary0: all(y) };
    add(does, { operations: [sum, ...more], constants: constants.list, streams, ...parts });
  };
  if (weightDecay !== 0)
    weighted('weight decay', [parameters, weightDecay, gradients], [], { outputs: [all(gradients)] });
  if (velocities !== undefined) {
    const ahead = {
      p: 'register',
      pRegister: 1,
      factor: 'constant',
      constant: 0,
      q: 'stationary0',
      output: 1,
    } as const;
    weighted('velocity', [velocities, momentum, gradients], nesterov ? [operation(ahead)] : [], {
      outputs: [all(velocities), ...(nesterov ? [all(gradients)] : [])],
    });
  }
  const step = velocities === undefined || nesterov ? gradients : velocities;
  const copy = operation({ p: 'register', pRegister: 1, narrow: true, output: 1 });
  weighted('SGD', [step, -rate, parameters], [copy], { outputs: [all(parameters), all(operands)], rate: 0 });
  return steps;
};

/** An update of some weights: by itself, and as steps that can be carried out beside a pass. */
export interface Update {
  readonly apart: readonly ElementwiseStep[];
  readonly beside: readonly ElementwiseStep[];
}

/** Hosts behind the last step that touches weights, of which one may take their update along. */
const WINDOW = 6;

/**
 * Steps with those of updates among them: beside a pass that has time for them, or behind the last one that reads or writes what they do.
 */
export const withUpdates = (
  steps: readonly ScheduledStep[],
  updates: readonly Update[],
  lowering: Lowering,
  planner: PassPlanner,
  times: Times,
): readonly ScheduledStep[] => {
  const list = [...steps];
  const after = new Map<number, ScheduledStep[]>();
  for (const { apart, beside } of updates) {
    const touched = new Set(apart.flatMap((step) => [...uses(step).reads, ...uses(step).writes]));
    const touches = (step: ScheduledStep): boolean =>
      [...uses(step).reads, ...uses(step).writes].some(
        (key) => touched.has(key) || touched.has(lowering.tensors.wholeOf(key)),
      );
    const at = list.length - 1 - [...list].reverse().findIndex(touches);
    const alone = apart.reduce((sum, step) => sum + times.elementwise(step).all, 0);
    const more = beside.map((step) => ({ ...step, program: stationaryAlone(step.program)! }));
    const found = list
      .map((host, index) => ({ host, index }))
      .slice(at + 1)
      .flatMap(({ host, index }) => (isHost(host) ? [{ host, index, ...withBesides(host, more, alone, times) }] : []))
      .slice(0, WINDOW)
      // a host that has steps beside it has its plan already
      .filter(({ host, gain, step }) => {
        const most = host.kind === 'beside' ? Number.POSITIVE_INFINITY : gain;
        return gain > alone / 2 && hasRoom(step, most, lowering, planner);
      });
    const [best] = found.sort((a, b) => b.gain - a.gain);
    if (best) list[best.index] = best.step;
    else after.set(at, [...(after.get(at) ?? []), ...apart]);
  }
  return list.flatMap((step, index) => [step, ...(after.get(index) ?? [])]);
};
