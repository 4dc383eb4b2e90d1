import type { BatchNormalization } from '../../graph/operations.js';
import type { Lowering, Moments } from './lowering.js';
import { all, type Channels, type ElementwiseStep, type Key, type Normalized, type VectorProgram } from './steps.js';
import { operation, program } from './vectorPrograms.js';

type Only = Pick<ElementwiseStep, 'only'>;

/** Emits steps over the channels of one operation, a value each. */
class ByChannel {
  constructor(
    private readonly lowering: Lowering,
    private readonly operation: string,
    private readonly channels: number,
  ) {}

  /** Room for a value a channel. */
  room(what: string): Key {
    return this.lowering.scratch(`${this.operation} ${what}`, [this.channels], 'fp32');
  }

  /** Adds a step over the channels. */
  step(does: string, parts: Partial<VectorProgram>, only: Only = {}): void {
    this.push(this.made(does, parts, only));
  }

  push(step: ElementwiseStep): void {
    this.lowering.steps.push(step);
  }

  /** A step over the channels. */
  private made(does: string, parts: Partial<VectorProgram>, only: Only): ElementwiseStep {
    const { operation: name, channels } = this;
    return {
      ...{ kind: 'elementwise', operation: name, pixels: 1, channels },
      ...{ program: program(does, parts), ...only },
    };
  }

  /** A value of each channel, of a pixel or by itself, negated. */
  negated(does: string, from: Channels, to: Key, only: Only): ElementwiseStep {
    const operations = [operation({ p: 'dynamic0', ...times(0), output: 0 })];
    const streams = { dynamic0: from };
    return this.made(does, { operations, constants: [-1, 0, 0, 0], streams, outputs: [all(to)] }, only);
  }

  /** Sums over pixels of what a program keeps as sums, first and second ones; `to`: where each goes. */
  sums(
    pixels: number,
    parts: Partial<VectorProgram>,
    to: readonly [Key, Key],
    more: Pick<ElementwiseStep, 'only' | 'earlier'> = {},
  ): void {
    const { lowering, operation: name, channels } = this;
    lowering.steps.push({
      ...{ kind: 'elementwise', operation: name, pixels, channels },
      ...{ program: program('sums', { ...parts, sums: { keys: to, rows: 0 } }), ...more },
    });
  }
}

const fromRegister = (n: number) => ({ p: 'register', pRegister: n }) as const;
const byRegister = (n: number) => ({ q: 'register', qRegister: n }) as const;
const times = (constant: number) => ({ factor: 'constant', constant }) as const;
/** P · Q. */
const product = { factor: 'q' } as const;

/** Emits 1 / √(variance + epsilon) in two steps, by a first guess and three rounds of Newton's method: y ← 1.5 · y − x/2 · y³. */
const root = (
  of: ByChannel,
  lowering: Lowering,
  { name, epsilon }: BatchNormalization,
  variances: readonly (readonly [Key, Only])[],
): Key => {
  const [guess, half, to] = [of.room('guess of 1 / root'), of.room('half of the variance'), of.room('1 / root')];
  const channels = lowering.shape(name)[3];
  const least = lowering.constant(
    `−${epsilon} / 2 × ${channels}`,
    [channels],
    new Float32Array(channels).fill(-epsilon / 2),
    true,
  );
  const cube = (y: Parameters<typeof operation>[0], x: Parameters<typeof operation>[0]) => [
    operation({ ...y, ...x, ...product, write: 2 }),
    operation({ ...y, ...byRegister(2), ...product, write: 2 }),
    operation({ ...y, ...byRegister(2), ...product, write: 2 }),
  ];
  for (const [variance, only] of variances)
    of.step(
      '1 / root',
      {
        constants: [-0.5, -2, 1.5, 0],
        streams: { dynamic0: all(variance), stationary0: all(least) },
        operations: [
          operation({ p: 'dynamic0', ...times(0), q: 'stationary0', write: 0, output: 1 }),
          operation({ ...fromRegister(0), ...times(1), clip: 'root', write: 1 }),
          ...cube(fromRegister(1), byRegister(0)),
          operation({ ...fromRegister(1), ...times(2), ...byRegister(2), output: 0 }),
        ],
        outputs: [all(guess), all(half)],
      },
      only,
    );
  of.step('1 / root', {
    constants: [1.5, 0, 0, 0],
    streams: { dynamic0: all(guess), stationary0: all(half) },
    operations: [
      ...cube({ p: 'dynamic0' }, { q: 'stationary0' }),
      operation({ p: 'dynamic0', ...times(0), ...byRegister(2), write: 1 }),
      ...cube(fromRegister(1), { q: 'stationary0' }),
      operation({ ...fromRegister(1), ...times(0), ...byRegister(2), output: 0 }),
    ],
    outputs: [all(to)],
  });
  return to;
};

const training = { only: 'training' } as const;
const evaluation = { only: 'evaluation' } as const;

/**
 * Emits −mean and variance of the channels of x over a batch, given where their running means are: of values less those of the first pixel, or less the running
 * mean where a pass sums as it stores, so that a large mean costs no digits.
 */
const lowerMoments = (of: ByChannel, x: Key, count: number, running: Channels, { mean, variance }: Moments): void => {
  const [first, second] = [of.room('sum'), of.room('sum of squares')];
  const shift = of.room('−shift');
  const ofPixel = of.negated('first pixel', all(x), shift, training);
  of.push(ofPixel);
  of.sums(
    count,
    {
      streams: { dynamic0: all(x) },
      coefficients: [undefined, shift],
      operations: [
        operation({ p: 'dynamic0', q: 'coefficient', write: 0 }),
        operation({ ...fromRegister(0), q: 'sum', keep: 'sum' }),
        operation({ ...fromRegister(0), q: 'mac', qRegister: 0, keep: 'sum', second: true }),
      ],
    },
    [first, second],
    { ...training, earlier: { by: of.negated('running mean', running, shift, training), instead: ofPixel } },
  );
  of.step(
    'mean and variance',
    {
      constants: [1 / count, -1 / count, 0, 0],
      streams: { dynamic0: all(first), stationary0: all(second), stationary1: all(shift) },
      operations: [
        operation({ p: 'dynamic0', ...times(0), write: 0 }),
        operation({ p: 'dynamic0', ...times(1), write: 1 }),
        operation({ ...fromRegister(0), ...byRegister(1), ...product, write: 2 }),
        // mean of squares − square of the mean
        operation({ ...fromRegister(2), q: 'stationary0', swap: true, ...times(0), clip: 'relu', output: 0 }),
        operation({ ...fromRegister(1), q: 'stationary1', output: 1 }),
      ],
      outputs: [all(variance), all(mean)],
    },
    training,
  );
};

/**
 * Emits the statistics of a batch that a normalisation goes by, once for each tensor: those of a concatenation are those of its parts, where some are known.
 */
const lowerBatch = (lowering: Lowering, made: BatchNormalization, x: Key, running: Key, to: Moments): void => {
  const { moments } = lowering;
  const [B, H, W, channels] = lowering.shape(made.name);
  const taken = [{ key: x, channels }];
  const joined = lowering.joined.get(x) ?? taken;
  const parts = !moments.has(x) && joined.some(({ key }) => moments.has(key)) ? joined : taken;
  let first = 0;
  for (const part of parts) {
    const of = new ByChannel(lowering, made.name, part.channels);
    const known = moments.get(part.key);
    const isWhole = part.channels === channels;
    const own = known ?? (isWhole ? to : { mean: of.room('−mean'), variance: of.room('variance') });
    if (!known) {
      lowerMoments(of, part.key, B * H * W, { key: running, first }, own);
      moments.set(part.key, own);
    }
    if (own !== to) {
      of.step(
        'mean and variance',
        {
          streams: { dynamic0: all(own.mean), dynamic1: all(own.variance) },
          operations: [operation({ p: 'dynamic0', output: 0 }), operation({ p: 'dynamic1', output: 1 })],
          outputs: [
            { key: to.mean, first },
            { key: to.variance, first },
          ],
        },
        training,
      );
    }
    first += part.channels;
  }
  if (!moments.has(x)) moments.set(x, to);
};

/**
 * Emits all of a batch normalisation in training but the normalising itself: statistics of the batch; running statistics; in evaluation the
 * running ones alone. Returns what values are multiplied by, and what is added to them.
 */
export const lowerStatistics = (
  lowering: Lowering,
  made: BatchNormalization,
  x: Key,
): { readonly factor: Key; readonly term: Key; readonly kept: Normalized } => {
  const { name, momentum } = made;
  const [B, H, W, channels] = lowering.shape(name);
  const count = B * H * W;
  const of = new ByChannel(lowering, name, channels);
  const parameter = (parameterName: string): Key => lowering.tensors.find('parameter', parameterName)!;
  const [running, runningVariance] = [parameter(made.mean), parameter(made.variance)];
  const [mean, variance] = [of.room('−mean'), of.room('variance')];
  lowerBatch(lowering, made, x, running, { mean, variance });
  of.step(
    'running statistics',
    {
      constants: [-momentum, 1 - momentum, (momentum * count) / (count - 1), 0],
      streams: {
        dynamic0: all(mean),
        stationary0: all(running),
        dynamic1: all(variance),
        stationary1: all(runningVariance),
      },
      operations: [
        operation({ p: 'dynamic0', ...times(0), write: 0 }),
        operation({ ...fromRegister(0), q: 'stationary0', swap: true, ...times(1), output: 0 }),
        operation({ p: 'dynamic1', ...times(2), write: 1 }),
        operation({ ...fromRegister(1), q: 'stationary1', swap: true, ...times(1), output: 1 }),
      ],
      outputs: [all(running), all(runningVariance)],
    },
    training,
  );
  of.push(of.negated('mean', all(running), mean, evaluation));
  const inverse = root(of, lowering, made, [
    [variance, training],
    [runningVariance, evaluation],
  ]);
  const [factor, term] = [of.room('factor'), of.room('term')];
  of.step('factor and term', {
    streams: {
      dynamic0: all(inverse),
      dynamic1: all(parameter(made.shift)),
      stationary0: all(parameter(made.scale)),
      stationary1: all(mean),
    },
    operations: [
      operation({ p: 'dynamic0', q: 'stationary0', ...product, write: 0, output: 0 }),
      operation({ ...fromRegister(0), q: 'stationary1', ...product, write: 1 }),
      operation({ p: 'dynamic1', ...byRegister(1), output: 1 }),
    ],
    outputs: [all(factor), all(term)],
  });
  return { factor, term, kept: { mean, root: inverse, factor } };
};

/** Where the gradients of a batch normalisation's parameters go. */
export interface NormalizationGradients {
  readonly scale?: Key;
  readonly shift?: Key;
  /** Of its operand, where it is wanted. */
  readonly x?: Key;
}

/**
 * Emits the gradients of a batch normalisation, given that of its result g and its operand x: Σg, Σg·(x − mean) = Σg·x − mean · Σg; and
 * dx = factor · g + x · p + q with p = −factor · root² · Σg·(x − mean) / n, q = −factor · Σg / n − p · mean.
 */
export const lowerNormalizationGradient = (
  lowering: Lowering,
  { name }: BatchNormalization,
  x: Key,
  gradient: Key,
  { mean, root: inverse, factor }: Normalized,
  to: NormalizationGradients,
): void => {
  const [B, H, W, channels] = lowering.shape(name);
  const count = B * H * W;
  const of = new ByChannel(lowering, name, channels);
  const first = to.shift ?? of.room('sum of gradients');
  const second = of.room('sum of gradients by values');
  of.sums(
    count,
    {
      streams: { dynamic0: all(gradient), stationary0: all(x) },
      operations: [
        operation({ p: 'dynamic0', q: 'stationary0', ...product, write: 0 }),
        operation({ p: 'dynamic0', q: 'sum', keep: 'sum' }),
        operation({ ...fromRegister(0), q: 'sum', keep: 'sum', second: true }),
      ],
    },
    [first, second],
  );
  const scale = to.scale ?? of.room('gradient of scale');
  const [slope, rest] = [of.room('of values'), of.room('of all')];
  of.step('gradients', {
    constants: [-1 / count, 0, 0, 0],
    streams: { dynamic0: all(first), stationary0: all(second), dynamic1: all(inverse), stationary1: all(mean) },
    operations: [
      operation({ p: 'dynamic0', q: 'stationary1', ...product, write: 0 }),
      operation({ ...fromRegister(0), q: 'stationary0', write: 0 }),
      operation({ p: 'dynamic1', ...byRegister(0), ...product, write: 0, output: 1 }),
      operation({ p: 'dynamic1', ...byRegister(0), ...product, write: 1 }),
      operation({ ...fromRegister(1), ...times(0), write: 1, output: 0 }),
      operation({ ...fromRegister(1), q: 'stationary1', ...product, write: 2 }),
      operation({ p: 'dynamic0', ...times(0), ...byRegister(2), output: 2 }),
    ],
    outputs: [all(slope), all(scale), all(rest)],
  });
  if (to.x === undefined) return;
  const [p, q] = [of.room('of values, by factor'), of.room('of all, by factor')];
  of.step('gradients', {
    streams: { dynamic0: all(slope), dynamic1: all(rest), stationary0: all(factor) },
    operations: [
      operation({ p: 'dynamic0', q: 'stationary0', ...product, output: 0 }),
      operation({ p: 'dynamic1', q: 'stationary0', ...product, output: 1 }),
    ],
    outputs: [all(p), all(q)],
  });
  lowering.steps.push({
    ...{ kind: 'elementwise', operation: name, pixels: count, channels },
    program: program('gradient', {
      ...{ streams: { dynamic0: all(gradient), dynamic1: all(x) }, coefficients: [p, q], third: factor },
      operations: [
        operation({ p: 'dynamic1', factor: 'coefficient', q: 'coefficient', write: 0 }),
        // by the sum, which is the third coefficient
        operation({ p: 'dynamic0', q: 'mac', qRegister: 0, swap: true, output: 0 }),
      ],
      outputs: [all(to.x)],
    }),
  });
};
