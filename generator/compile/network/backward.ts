import { derive } from '../../description/derive.js';
import { makeLayer } from '../../description/layer.js';
import {
  type Activation,
  type Concatenation,
  type Convolution,
  type Operation,
  type OperationKind,
  operandsOf,
  parametersOf,
} from '../../graph/operations.js';
import { keptFactor } from './forward.js';
import type { Lowering } from './lowering.js';
import { lowerMaximumGradient } from './maximumGradient.js';
import { lowerNormalizationGradient } from './normalization.js';
import { type Averages, averagesOf, averagesOfMap } from './poolingWindows.js';
import { onlyReader } from './readers.js';
import { all, type Channels, type Key, type VectorProgram } from './steps.js';
import {
  FROM_SUMS,
  type GateParts,
  gateParts,
  maskProgram,
  operation,
  program,
  sumProgram,
  zeroProgram,
} from './vectorPrograms.js';

/** What an operation adds to the gradient of a tensor: some channels of a tensor, to channels from `first` on. */
interface Contribution {
  readonly from: Channels;
  readonly channels: number;
  readonly first: number;
}

/** Emits the backward pass: only what the gradients of parameters that learn ask for. */
export class Backward {
  private readonly contributions = new Map<string, Contribution[]>();
  private readonly parameterSums = new Map<string, Key[]>();

  /**
   * @param learning names of the parameters that learn.
   * @param wanted names of the tensors whose gradients are needed for them.
   */
  constructor(
    private readonly lowering: Lowering,
    private readonly learning: ReadonlySet<string>,
    private readonly wanted: ReadonlySet<string>,
  ) {}

  /** @param outputs the tensors whose gradients the host gives. */
  lower(outputs: readonly string[]): void {
    const { tensors, graph } = this.lowering;
    for (const name of outputs) {
      const shape = this.lowering.shape(name);
      this.whole(name, tensors.add({ role: 'outputGradient', name, shape, format: 'bf16', base: 3 }));
    }
    for (const made of [...graph.operations].reverse()) {
      const gradient = this.wanted.has(made.name) ? this.gradientOf(made.name) : undefined;
      if (gradient !== undefined) this.operation(made, gradient);
    }
    for (const name of this.learning) this.parameterGradient(name);
  }

  private whole(name: string, key: Key): void {
    this.contribute(name, { from: all(key), channels: this.lowering.shape(name)[3], first: 0 });
  }

  private contribute(name: string, contribution: Contribution): void {
    if (!this.wanted.has(name)) return;
    this.contributions.set(name, [...(this.contributions.get(name) ?? []), contribution]);
  }

  private elementwise(
    made: string,
    tensor: string,
    step: VectorProgram,
    channels = this.lowering.shape(tensor)[3],
  ): void {
    const [B, H, W] = this.lowering.shape(tensor);
    this.lowering.steps.push({ kind: 'elementwise', operation: made, pixels: B * H * W, channels, program: step });
  }

  /** The sum of what reaches a tensor, where something does. */
  private gradientOf(name: string): Key | undefined {
    const { tensors } = this.lowering;
    const found = this.contributions.get(name) ?? [];
    if (found.length === 0) return undefined;
    const shape = this.lowering.shape(name);
    const isWhole = ({ channels }: Contribution): boolean => channels === shape[3];
    const isDense = ({ from }: Contribution): boolean =>
      from.first === 0 && tensors.get(from.key).shape[3] === shape[3];
    const [only] = found;
    if (found.length === 1 && only && isWhole(only) && isDense(only)) {
      tensors.alias('gradient', name, only.from.key);
      return only.from.key;
    }
    const to = tensors.add({ role: 'gradient', name, shape, format: 'bf16', base: 2 });
    const [first, second] = found.filter(isWhole);
    const rest = found.filter((one) => one !== first && one !== second);
    const add = (x: Channels, y: Channels | undefined, channels: number, into: Channels): void =>
      this.elementwise(name, name, sumProgram(y ? 'sum of gradients' : 'copy', x, y, into), channels);
    if (first) add(first.from, second?.from, shape[3], all(to));
    else this.elementwise(name, name, zeroProgram(all(to)));
    for (const { from, channels, first: at } of rest) {
      const into = { key: to, first: at };
      add(into, from, channels, into);
    }
    return to;
  }

  /** Room for what an operation adds to the gradient of a tensor, all of its channels. */
  private room(name: string, by: string): Key {
    const shape = this.lowering.shape(name);
    const key = this.lowering.scratch(`gradient of ${name} by ${by}`, shape, 'bf16');
    this.whole(name, key);
    return key;
  }

  private readonly handlers: {
    readonly [K in OperationKind]: (made: Extract<Operation, { readonly kind: K }>, gradient: Key) => void;
  } = {
    convolution: (made, gradient) => this.convolution(made, gradient),
    addition: ({ x, y }, gradient) => {
      for (const name of [x, y]) this.whole(name, gradient);
    },
    concatenation: (made, gradient) => {
      const shared = this.sharedActivation(made);
      const from = shared ? this.gatedTogether(made, shared, gradient) : gradient;
      let first = 0;
      for (const part of shared ? shared.map(({ x }) => x) : made.parts) {
        const channels = this.lowering.shape(part)[3];
        this.contribute(part, { from: { key: from, first }, channels, first: 0 });
        first += channels;
      }
    },
    slice: ({ x, channels, first }, gradient) => this.contribute(x, { from: all(gradient), channels, first }),
    // what counts is the order of values, and that is one
    flattening: ({ name, x }, gradient) => this.whole(x, this.reshaped(x, name, gradient)),
    activation: (made, gradient) => this.activation(made, gradient),
    dropout: (made, gradient) => {
      const { name, x } = made;
      const mask = this.lowering.tensors.find('mask', name)!;
      this.elementwise(name, x, maskProgram('gate', gradient, mask, keptFactor(made), this.room(x, name)));
    },
    globalAverage: ({ name, x }, gradient) => this.average(name, x, averagesOfMap(this.lowering.shape(x)), gradient),
    pooling: (made, gradient) => {
      const { name, x, of, layer } = made;
      if (of === 'average') this.average(name, x, averagesOf(made), gradient);
      else
        lowerMaximumGradient(this.lowering, name, layer, this.lowering.maxima.get(name)!, gradient, this.room(x, name));
    },
    batchNormalization: (made, gradient) => {
      const { scale, shift, name, x } = made;
      const { tensors } = this.lowering;
      const term = (parameter: string): Key | undefined =>
        this.learning.has(parameter) ? this.term(parameter, name) : undefined;
      const to = { scale: term(scale), shift: term(shift), x: this.wanted.has(x) ? this.room(x, name) : undefined };
      const kept = this.lowering.normalized.get(name)!;
      lowerNormalizationGradient(this.lowering, made, tensors.find('tensor', x)!, gradient, kept, to);
    },
  };

  /** Emits what an operation contributes to gradients, given that of its result. */
  private operation(made: Operation, gradient: Key): void {
    const reaches = parametersOf(made).length > 0 || operandsOf(made).some((name) => this.wanted.has(name));
    if (reaches) (this.handlers[made.kind] as (made: Operation, gradient: Key) => void)(made, gradient);
  }

  /** A gradient under the shape of another tensor. */
  private reshaped(name: string, by: string, gradient: Key): Key {
    const { tensors } = this.lowering;
    const shape = this.lowering.shape(name);
    const { format, base, within = { key: gradient, element: 0 } } = tensors.get(gradient);
    const fresh = tensors.fresh('scratch', `gradient of ${name} by ${by}`);
    return tensors.add({ role: 'scratch', name: fresh, shape, format, base, within });
  }

  private activation(made: Activation, gradient: Key): void {
    const gates = gateParts(made);
    if (gates.length === 0) this.whole(made.x, gradient);
    else this.gated(made.name, gates, gradient, made, () => this.room(made.x, made.name));
  }

  /** Emits gates one behind the other, by the tensors x and y; the last one's result goes where it is told to, and is returned. */
  private gated(
    name: string,
    gates: readonly GateParts[],
    gradient: Key,
    by: { readonly x: string; readonly name: string },
    room: () => Key,
  ): Key {
    const { tensors } = this.lowering;
    let from = gradient;
    gates.forEach((gate, index) => {
      const { operations, constants } = gate;
      const isLast = index === gates.length - 1;
      const to = isLast ? room() : this.lowering.scratch(`${name} gated`, this.lowering.shape(name), 'bf16');
      const side = all(tensors.find('tensor', gate.by === 'x' ? by.x : by.name)!);
      const streams = { dynamic0: all(from), stationary0: side };
      this.elementwise(name, name, program('gate', { operations, constants, streams, outputs: [all(to)] }));
      from = to;
    });
    return from;
  }

  /**
   * The activations whose results are joined, where they are alike and nothing else reads those: their gates are one. Only where passes can read whatever
   * lies behind each of them as it lies among the others.
   */
  private sharedActivation({ parts }: Concatenation): readonly Activation[] | undefined {
    const { lowering } = this;
    const { graph, config } = lowering;
    const makers = parts.map((part) => graph.operations.find(({ name }) => name === part));
    const activations = makers.filter((one) => one?.kind === 'activation');
    const [first] = activations;
    if (!first || activations.length < parts.length) return undefined;
    const isAlike = ({ slope, least, most, name, x }: Activation): boolean =>
      slope === first.slope &&
      least === first.least &&
      most === first.most &&
      onlyReader(lowering, name) !== undefined &&
      lowering.shape(x)[3] % derive(config).beatElements === 0;
    const gates = gateParts(first);
    return activations.every(isAlike) && gates.length > 0 && gates.every(({ by }) => by === 'y')
      ? activations
      : undefined;
  }

  /** The gradient of what was joined behind the gates of its parts. */
  private gatedTogether({ name }: Concatenation, [first]: readonly Activation[], gradient: Key): Key {
    const to = this.lowering.scratch(`gradient of ${name} gated`, this.lowering.shape(name), 'bf16');
    return this.gated(name, gateParts(first!), gradient, { x: name, name }, () => to);
  }

  /** Room for a gradient of a parameter, which may have several terms. */
  private term(name: string, by: string): Key {
    const { tensors } = this.lowering;
    const terms = this.parameterSums.get(name) ?? [];
    const own = tensors.find('parameterGradient', name)!;
    const key = terms.length === 0 ? own : this.lowering.scratch(`${name} by ${by}`, tensors.get(own).shape, 'fp32');
    this.parameterSums.set(name, [...terms, key]);
    return key;
  }

  /** Adds the terms of a parameter's gradient. */
  private parameterGradient(name: string): void {
    const { tensors, steps } = this.lowering;
    const [own, ...others] = this.parameterSums.get(name) ?? [];
    const to = tensors.find('parameterGradient', name);
    if (to === undefined) return;
    const { shape } = tensors.get(to);
    const channels = shape.reduce((product, size) => product * size, 1);
    const push = (step: VectorProgram): number =>
      steps.push({ kind: 'elementwise', operation: name, pixels: 1, channels, program: step });
    if (own === undefined) push(zeroProgram(all(to)));
    for (const other of others) push(sumProgram('sum of gradients', all(to), all(other), all(to)));
  }

  private convolution({ name, layer, transposed, x, weights, bias }: Convolution, gradient: Key): void {
    const { tensors, steps } = this.lowering;
    const read = tensors.find('tensor', x)!;
    const shape = this.lowering.shape(name);
    if (this.learning.has(weights)) {
      const operands = transposed ? { first: gradient, second: read } : { first: read, second: gradient };
      steps.push({
        kind: 'pass',
        operation: name,
        pass: 'wgrad',
        layer,
        ...operands,
        result: this.term(weights, name),
      });
    }
    if (bias !== undefined && this.learning.has(bias)) {
      // the sum over pixels, as the weight gradient of a layer that reads ones
      const [B, H, W, N] = shape;
      const alone = { G: 1, Kh: 1, Kw: 1, Sh: 1, Sw: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0 };
      const sum = makeLayer({ B, C: 1, H, W, N, ...alone });
      const first = this.lowering.ones([B, H, W, 1]);
      steps.push({
        ...{ kind: 'pass', operation: name, pass: 'wgrad', layer: sum },
        ...{ first, second: gradient, result: this.term(bias, name) },
      });
    }
    if (!this.wanted.has(x)) return;
    const second = tensors.find('operand', weights)!;
    const result = this.room(x, name);
    const pass = transposed ? 'fprop' : 'dgrad';
    steps.push({ kind: 'pass', operation: name, pass, layer, first: gradient, second, result });
  }

  /** The gradient of averages: a sum of what windows of one count give, times 1 / count, for each count. */
  private average(name: string, x: string, averages: Averages, gradient: Key): void {
    const { layer, counts } = averages;
    const { lowering } = this;
    const shape = lowering.shape(x);
    const [B, Ho, Wo, C] = lowering.shape(name);
    const second = lowering.ones([layer.Kh, layer.Kw, 1, layer.N]);
    const kinds = [...new Set(counts)].filter((count) => count > 0);
    const to = this.room(x, name);
    if (kinds.length === 0) this.elementwise(name, x, zeroProgram(all(to)));
    let before: Key | undefined;
    kinds.forEach((count, index) => {
      const isLast = index === kinds.length - 1;
      let from = gradient;
      if (kinds.length > 1) {
        from = lowering.scratch(`gradient of ${name} of ${count}`, [B, Ho, Wo, C], 'bf16');
        const values = Float32Array.from({ length: B * Ho * Wo * C }, (_, i) =>
          counts[Math.floor(i / C) % (Ho * Wo)] === count ? 1 : 0,
        );
        const mask = lowering.constant(`${name} windows of ${count}`, [B, Ho, Wo, C], values);
        this.elementwise(name, name, maskProgram('windows of one count', gradient, mask, 1, from));
      }
      const result = isLast ? to : lowering.scratch(`gradient of ${x} by ${name}, sum`, shape, 'fp32');
      const share = { ...FROM_SUMS, factor: 'constant', output: 0 } as const;
      const parts = {
        operations: [operation({ ...share, q: before === undefined ? 'none' : 'stationary0' })],
        constants: [1 / count, 0, 0, 0] as const,
        streams: before === undefined ? {} : { stationary0: all(before) },
        outputs: [all(result)],
      };
      lowering.steps.push({
        ...{ kind: 'pass', operation: name, pass: 'dgrad', layer, first: from, second, result },
        program: program('share', parts),
      });
      before = result;
    });
  }
}
