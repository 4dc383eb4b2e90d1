import type { Layer } from '../../description/layer.js';
import type {
  Activation,
  BatchNormalization,
  Concatenation,
  Convolution,
  Dropout,
  Flattening,
  Operation,
  OperationKind,
  Pooling,
  Slice,
} from '../../graph/operations.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { Lowering } from './lowering.js';
import { lowerStatistics } from './normalization.js';
import { type Averages, averagesOf, averagesOfMap } from './poolingWindows.js';
import { destiny, fusable, isAlias, onlyReader } from './readers.js';
import { all, type Key, type PassStep, type Step, type VectorProgram } from './steps.js';
import {
  activationParts,
  FROM_STREAM,
  FROM_SUMS,
  maskProgram,
  operation,
  program,
  sumProgram,
} from './vectorPrograms.js';

/** What makes a value, before an activation. */
interface Head {
  readonly pass?: Omit<PassStep, 'kind' | 'program' | 'result'>;
  readonly first: Partial<VectorOperation>;
  readonly parts: Partial<VectorProgram>;
  readonly does: readonly string[];
}

/** What a value that a dropout keeps is multiplied by. */
export const keptFactor = ({ rate }: Dropout): number => (rate === 1 ? 1 : 1 / (1 - rate));

/** Emits the steps of the forward pass. */
class Forward {
  /** Operations that were done with those before them. */
  private readonly done = new Set<string>();

  constructor(private readonly lowering: Lowering) {}

  private readonly handlers: {
    readonly [K in OperationKind]: (made: Extract<Operation, { readonly kind: K }>) => void;
  } = {
    convolution: (made) => this.convolution(made),
    activation: (made) => this.activation(made),
    addition: ({ name, x, y }) => {
      const streams = { dynamic0: all(this.key(x)), stationary0: all(this.key(y)) };
      this.finish(name, { first: { ...FROM_STREAM, q: 'stationary0' }, parts: { streams }, does: ['sum'] });
    },
    concatenation: (made) => this.concatenation(made),
    slice: (made) => this.slice(made),
    flattening: (made) => this.flattening(made),
    dropout: (made) => this.dropout(made),
    pooling: (made) => (made.of === 'maximum' ? this.maximum(made) : this.average(made.name, made.x, averagesOf(made))),
    globalAverage: ({ name, x }) => this.average(name, x, averagesOfMap(this.lowering.shape(x))),
    batchNormalization: (made) => {
      const coefficients = this.lowering.purpose === 'training' ? this.statistics(made) : this.scaleAndShift(made);
      const parts = { streams: { dynamic0: all(this.key(made.x)) }, coefficients };
      const first = { ...FROM_STREAM, factor: 'coefficient', q: 'coefficient' } as const;
      this.finish(made.name, { first, parts, does: ['scale and shift'] });
    },
  };

  lower(): void {
    const { graph, tensors } = this.lowering;
    for (const { name, shape } of graph.inputs) tensors.add({ role: 'tensor', name, shape, format: 'bf16', base: 3 });
    for (const made of graph.operations)
      if (!this.done.has(made.name)) (this.handlers[made.kind] as (made: Operation) => void)(made);
  }

  private key(tensor: string): Key {
    return this.lowering.tensors.find('tensor', tensor)!;
  }

  private elementwise(name: string, step: VectorProgram, channels = this.lowering.shape(name)[3]): void {
    const [B, H, W] = this.lowering.shape(name);
    this.lowering.steps.push({ kind: 'elementwise', operation: name, pixels: B * H * W, channels, program: step });
  }

  /** Room for the result of an operation: fp32 where it leaves the network, and nothing else reads it. */
  private result(name: string, kind: OperationKind): Key {
    const { lowering } = this;
    const { leaves, read } = destiny(lowering, name);
    const wide = leaves && !read && (lowering.purpose === 'inference' || kind !== 'activation');
    const shape = lowering.shape(name);
    return lowering.tensors.add({ role: 'tensor', name, shape, format: wide ? 'fp32' : 'bf16', base: leaves ? 3 : 2 });
  }

  /** Emits what makes a value, and the activation behind it. */
  private finish(name: string, { pass, first, parts, does }: Head): void {
    const { lowering } = this;
    const activation = fusable(lowering, name);
    if (activation) this.done.add(activation.name);
    const made = activation?.name ?? name;
    const { slope, range } = activation ? activationParts(activation) : {};
    const to = this.result(made, activation ? 'activation' : 'convolution');
    const plain = (first.q ?? 'none') === 'none' && (first.factor ?? 'one') === 'one';
    if (pass && plain && !first.value && !activation) {
      lowering.steps.push({ kind: 'pass', ...pass, result: to });
      return;
    }
    const before = parts.constants ?? [0, 0, 0, 0];
    const own = (slope ?? range)?.constants;
    const constants = own ? ([before[0], before[1], own[2], own[3]] as const) : before;
    const more = (slope ?? range)?.parts ?? {};
    // a gate looks at what there was before anything was added
    const operations =
      slope && !plain
        ? [operation({ ...first, write: 0 }), operation({ p: 'register', pRegister: 0, ...more, output: 0 })]
        : [operation({ ...first, ...more, output: 0 })];
    const both = slope !== undefined && range !== undefined;
    const output = both ? lowering.scratch(`${name} unbounded`, lowering.shape(name), 'fp32') : to;
    const words = [...does, ...(activation ? ['activation'] : [])].join(', ');
    const leading = program(words, { ...parts, operations, constants, outputs: [all(output)] });
    if (pass) lowering.steps.push({ kind: 'pass', ...pass, result: output, program: leading });
    else this.elementwise(name, leading);
    if (both) this.bounds(name, range, output, to);
  }

  /** The bounds of an activation that has a slope too. */
  private bounds(
    name: string,
    { parts, constants }: NonNullable<ReturnType<typeof activationParts>['range']>,
    from: Key,
    to: Key,
  ): void {
    const operations = [operation({ ...FROM_STREAM, ...parts, output: 0 })];
    this.elementwise(
      name,
      program('bounds', { operations, constants, streams: { dynamic0: all(from) }, outputs: [all(to)] }),
    );
  }

  private activation(made: Activation): void {
    const { name } = made;
    const { slope, range } = activationParts(made);
    const to = this.result(name, made.kind);
    const both = slope !== undefined && range !== undefined;
    const output = both ? this.lowering.scratch(`${name} unbounded`, this.lowering.shape(name), 'fp32') : to;
    const { parts, constants } = slope ?? range ?? { parts: {}, constants: [0, 0, 0, 0] as const };
    const operations = [operation({ ...FROM_STREAM, ...parts, output: 0 })];
    const streams = { dynamic0: all(this.key(made.x)) };
    this.elementwise(name, program('activation', { operations, constants, streams, outputs: [all(output)] }));
    if (both) this.bounds(name, range, output, to);
  }

  private convolution(made: Convolution): void {
    const { lowering } = this;
    const { name } = made;
    const pass: Head['pass'] = {
      ...{ operation: name, pass: made.transposed ? 'dgrad' : 'fprop', layer: made.layer },
      ...{ first: this.key(made.x), second: lowering.tensors.find('operand', made.weights)! },
    };
    const next = onlyReader(lowering, name);
    if (next?.kind === 'batchNormalization' && lowering.purpose === 'inference') {
      this.done.add(next.name);
      const coefficients = this.scaleAndShift(next, made.bias);
      const first = { ...FROM_SUMS, factor: 'coefficient', q: 'coefficient' } as const;
      this.finish(next.name, { pass, first, parts: { coefficients }, does: ['scale and shift'] });
      return;
    }
    const bias = made.bias === undefined ? undefined : lowering.tensors.find('parameter', made.bias);
    const first = { ...FROM_SUMS, q: bias === undefined ? 'none' : 'coefficient' } as const;
    this.finish(name, {
      pass,
      first,
      parts: { coefficients: [undefined, bias] },
      does: bias === undefined ? [] : ['bias'],
    });
  }

  /** Scale and shift of a batch normalisation in training, as steps work them out. */
  private statistics(made: BatchNormalization): readonly [Key, Key] {
    const { factor, term, kept } = lowerStatistics(this.lowering, made, this.key(made.x));
    this.lowering.normalized.set(made.name, kept);
    return [factor, term];
  }

  /** Scale and shift of a batch normalisation in evaluation, and of a bias before it. */
  private scaleAndShift(
    { name, scale, shift, mean, variance, epsilon }: BatchNormalization,
    bias?: string,
  ): readonly [Key, Key] {
    const { lowering } = this;
    const value = (parameter: string): Float32Array => lowering.parameter(parameter).values;
    const factors = Float64Array.from(value(scale), (each, c) => each / Math.sqrt(value(variance)[c]! + epsilon));
    const before = bias === undefined ? undefined : value(bias);
    const terms = value(shift).map((each, c) => each + ((before?.[c] ?? 0) - value(mean)[c]!) * factors[c]!);
    return [
      lowering.constant(`${name} scale`, [factors.length], Float32Array.from(factors), true),
      lowering.constant(`${name} shift`, [terms.length], terms, true),
    ];
  }

  private concatenation({ name, parts }: Concatenation): void {
    const to = this.result(name, 'concatenation');
    const joined = parts.map((part) => ({ key: this.key(part), channels: this.lowering.shape(part)[3] }));
    this.lowering.joined.set(to, joined);
    let first = 0;
    for (const { key, channels } of joined) {
      this.elementwise(name, sumProgram('copy', all(key), undefined, { key: to, first }), channels);
      first += channels;
    }
  }

  private slice({ name, x, first, channels }: Slice): void {
    const to = this.result(name, 'slice');
    this.elementwise(name, sumProgram('copy', { key: this.key(x), first }, undefined, all(to)), channels);
  }

  private flattening({ name, x }: Flattening): void {
    const { tensors } = this.lowering;
    const { format, base, within = { key: this.key(x), element: 0 } } = tensors.get(this.key(x));
    tensors.add({ role: 'tensor', name, shape: this.lowering.shape(name), format, base, within });
  }

  private dropout(made: Dropout): void {
    const { lowering } = this;
    const { name } = made;
    if (isAlias(made, lowering)) {
      lowering.tensors.alias('tensor', name, this.key(made.x));
      return;
    }
    const mask = lowering.tensors.add({ role: 'mask', name, shape: lowering.shape(name), format: 'bf16', base: 3 });
    const to = this.result(name, made.kind);
    this.elementwise(name, maskProgram('dropout', this.key(made.x), mask, keptFactor(made), to));
  }

  /** The greatest value of each window; where a window has no pixel, the accumulator gives 0, to which −∞ is added. */
  private maximum({ name, x, layer }: Pooling): void {
    const { counts } = averagesOf({ layer });
    const pass = { operation: name, pass: 'fprop', layer, maximum: true, ...this.ofWindows(x, layer) } as const;
    const { B, C, Ho, Wo } = layer;
    const hasAll = counts.every((count) => count > 0);
    if (this.lowering.purpose === 'training') {
      // the gradient asks which tap won
      const words = this.lowering.scratch(`${name} words`, [B, Ho, Wo, C], 'fp32');
      this.lowering.steps.push({ kind: 'pass', ...pass, result: words });
      this.lowering.maxima.set(name, words);
      const first = { ...FROM_STREAM, value: true, q: hasAll ? 'none' : 'stationary0' } as const;
      const stationary0 = hasAll ? {} : { stationary0: all(this.emptyWindows(name, layer, counts)) };
      this.finish(name, { first, parts: { streams: { dynamic0: all(words), ...stationary0 } }, does: ['value'] });
      return;
    }
    const first = { ...FROM_SUMS, value: true } as const;
    if (hasAll) {
      this.finish(name, { pass, first, parts: {}, does: ['value'] });
      return;
    }
    const streams = { stationary0: all(this.emptyWindows(name, layer, counts)) };
    this.finish(name, { pass, first: { ...first, q: 'stationary0' }, parts: { streams }, does: ['value'] });
  }

  /** −∞ for every value of a window without a pixel, else 0. */
  private emptyWindows(name: string, { B, C, Ho, Wo }: Layer, counts: Averages['counts']): Key {
    const values = Float32Array.from({ length: B * Ho * Wo * C }, (_, i) =>
      counts[Math.floor(i / C) % (Ho * Wo)] === 0 ? -Infinity : 0,
    );
    return this.lowering.constant(`${name} windows`, [B, Ho, Wo, C], values);
  }

  /** The operands of a pass over the windows of each channel by itself: weights are ones. */
  private ofWindows(x: string, { Kh, Kw, N }: Layer): Pick<PassStep, 'first' | 'second'> {
    return { first: this.key(x), second: this.lowering.ones([Kh, Kw, 1, N]) };
  }

  /** The sum of each window, and what it is multiplied by. */
  private average(name: string, x: string, averages: Averages): void {
    const { layer, count } = averages;
    const pass = { operation: name, pass: 'fprop', layer, ...this.ofWindows(x, layer) } as const;
    if (count !== undefined) {
      const first = { ...FROM_SUMS, factor: 'constant' } as const;
      const parts = { constants: [count === 0 ? 0 : 1 / count, 0, 0, 0] as const };
      this.finish(name, { pass, first, parts, does: ['share'] });
      return;
    }
    const first = { ...FROM_SUMS, q: 'stationary0', factor: 'q' } as const;
    const streams = { stationary0: all(this.shares(name, averages)) };
    this.finish(name, { pass, first, parts: { streams }, does: ['share'] });
  }

  /** 1 / count for every value of a result. */
  private shares(name: string, { layer, counts }: Averages): Key {
    const { B, C, Ho, Wo } = layer;
    const values = Float32Array.from({ length: B * Ho * Wo * C }, (_, i) => {
      const count = counts[Math.floor(i / C) % (Ho * Wo)]!;
      return count === 0 ? 0 : 1 / count;
    });
    return this.lowering.constant(`${name} shares`, [B, Ho, Wo, C], values, true);
  }
}

/** Emits the steps of the forward pass. */
export const lowerForward = (lowering: Lowering): void => new Forward(lowering).lower();

/** The forward pass without dropout: what it drops is copied. */
export const evaluated = (steps: readonly Step[], { graph, tensors }: Lowering): readonly Step[] => {
  const dropouts = new Map(graph.operations.flatMap((one) => (one.kind === 'dropout' ? [[one.name, one]] : [])));
  return steps.map((step) => {
    const dropout = step.kind === 'elementwise' ? dropouts.get(step.operation) : undefined;
    if (step.kind !== 'elementwise' || !dropout) return step;
    const to = all(tensors.find('tensor', dropout.name)!);
    return { ...step, program: sumProgram('copy', all(tensors.find('tensor', dropout.x)!), undefined, to) };
  });
};
