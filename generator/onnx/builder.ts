import { type Layer, type LayerShape, makeLayer } from '../description/layer.js';
import type { Operation, Parameter, Shape } from '../graph/operations.js';
import { resultShape } from '../graph/shapes.js';
import { type Constant, productOf } from './constants.js';
import { type Activation, inverse, mapAxes, merged, sameSteps, sizesOf, split, steps } from './layout.js';
import type { Node } from './node.js';
import { unsupported } from './refusal.js';

/** Where the values of a parameter come from: value i is `scale` times element `at(i)` of the file's tensor `tensor`. */
export interface Placement {
  readonly parameter: string;
  readonly tensor: string;
  readonly constant: Constant;
  readonly at: (i: number) => number;
  readonly scale: number;
}

/** What a parameter is made of. */
export interface ParameterSource {
  /** Input of the node that gives it. */
  readonly input: number;
  readonly count: number;
  readonly at?: (i: number) => number;
  /** Values of one tensor in another order are another parameter; this names the order. */
  readonly order?: string;
  readonly scale?: number;
  readonly trainable?: boolean;
}

/** A tensor of the graph with its size, its channels the axis 1 of ONNX. */
export interface ChannelMap {
  readonly tensor: string;
  readonly shape: Shape;
  /** Axes behind the batch, as ONNX sees them: 1 to 3. */
  readonly rank: number;
}

/** Vectors, and where their features lie. */
export interface Features {
  readonly tensor: string;
  readonly order: Int32Array;
  readonly index: Int32Array;
}

/** Above this a reordering of channels by a convolution would cost more than the network. */
export const MOST_REORDERED = 4096;

/** A layer of 1×1, stride 1 and one group, but for what is said. */
export const layerOf = ([B, H, W, C]: Shape, shape: Partial<LayerShape> & { readonly N: number }): Layer => {
  const plain = { Kh: 1, Kw: 1, Sh: 1, Sw: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0, G: 1 };
  return makeLayer({ ...plain, B, H, W, C, ...shape });
};

/** The graph as far as it is read. */
export class Builder {
  readonly operations: Operation[] = [];
  readonly parameters: Parameter[] = [];
  readonly placements: Placement[] = [];
  readonly shapes = new Map<string, Shape>();
  /** Of an input: where each element of an image, in ONNX's order, lies in the graph's tensor. */
  readonly orders = new Map<string, Int32Array>();
  /** Inputs of which no operation has yet said how they lie in memory. */
  private readonly undecided = new Set<string>();
  private readonly positions = new Map<string, number>();
  private readonly known = new Map<string, string>();
  private readonly flat = new Map<string, string>();

  constructor(
    readonly batch: number,
    /** The batch that the file was exported with, where it says one. */
    readonly exported: number | undefined,
    private readonly taken: ReadonlySet<string>,
  ) {}

  /** An input with these axes behind the batch. It lies in memory as the first operation wants it. */
  input(tensor: string, sizes: readonly number[]): readonly Int32Array[] {
    this.shapes.set(tensor, [this.batch, 1, 1, productOf(sizes)]);
    this.undecided.add(tensor);
    return split(steps(productOf(sizes)), sizes)!;
  }

  /** The shape that ONNX gives a tensor, its border put around it. */
  shapeOf({ axes, border }: Activation): readonly number[] {
    const sizes = [this.batch, ...sizesOf(axes)];
    if (!border) return sizes;
    const { Pt, Pb, Pl, Pr } = border;
    const more = [Pt + Pb, Pl + Pr];
    return sizes.map((size, axis) => size + (axis > 1 ? more[axis - sizes.length + 2] : 0));
  }

  private freeName(wanted: string): string {
    const isFree = (name: string): boolean => !this.shapes.has(name) && (name === wanted || !this.taken.has(name));
    if (isFree(wanted)) return wanted;
    for (let i = 2; ; i++) if (isFree(`${wanted}/${i}`)) return `${wanted}/${i}`;
  }

  /** Adds an operation and returns the name of what it makes. */
  add(operation: Operation): string {
    const named = { ...operation, name: this.freeName(operation.name) };
    const shape = resultShape(named, (tensor) => this.shapes.get(tensor)!);
    if (typeof shape === 'string') throw unsupported(shape, 'check the shapes of its inputs');
    this.positions.set(named.name, this.operations.length);
    this.operations.push(named);
    this.shapes.set(named.name, shape);
    return named.name;
  }

  /** Gives a convolution that has none a bias; false when the tensor does not come from such a convolution. */
  addBias(tensor: string, bias: () => string): boolean {
    const position = this.positions.get(tensor);
    const operation = position === undefined ? undefined : this.operations[position];
    if (operation?.kind !== 'convolution' || operation.bias !== undefined) return false;
    this.operations[position!] = { ...operation, bias: bias() };
    return true;
  }

  /** The operation that makes a tensor. */
  maker(tensor: string): Operation | undefined {
    const position = this.positions.get(tensor);
    return position === undefined ? undefined : this.operations[position];
  }

  /** A parameter from a constant input of a node; one for all nodes that read the same values in the same order. */
  parameter(node: Node, source: ParameterSource): string {
    const { input, count, at = (i) => i, order = '', scale = 1, trainable = true } = source;
    const constant = node.constant(input);
    const tensor = node.message.input[input];
    const key = JSON.stringify([tensor, order, count, scale]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = constant.values[at(i)] * scale;
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw unsupported(`${tensor} holds ${values[odd]}`, 'export the network with finite weights');
    const parameter = this.constants(tensor, values, trainable);
    this.placements.push({ parameter, tensor, constant, at, scale });
    this.known.set(key, parameter);
    return parameter;
  }

  /** A parameter of values that the file does not hold. */
  constants(wanted: string, values: Float32Array, trainable = false): string {
    let name = wanted;
    for (let i = 2; this.parameters.some((each) => each.name === name); i++) name = `${wanted}/${i}`;
    this.parameters.push({ name, values, trainable });
    return name;
  }

  /** Lets an input lie as ONNX's axes [C], [C, W] or [C, H, W] want it. */
  decide({ tensor, axes }: Activation): void {
    if (!this.undecided.delete(tensor)) return;
    const [c, h, w] =
      axes.length === 3 ? axes : axes.length === 2 ? [axes[0], steps(1), axes[1]] : [merged(axes), steps(1), steps(1)];
    const order = new Int32Array(c.length * h.length * w.length);
    let next = 0;
    for (const row of h) for (const column of w) for (const channel of c) order[row + column + channel] = next++;
    this.orders.set(tensor, order);
    this.shapes.set(tensor, [this.batch, h.length, w.length, c.length]);
  }

  /** How far each index of each axis moves in the graph's tensor; nothing when that differs from place to place. */
  placed(value: Activation): readonly Int32Array[] | undefined {
    this.decide(value);
    const order = this.orders.get(value.tensor);
    if (!order) return value.axes;
    return split(
      merged(value.axes).map((at) => order[at]),
      sizesOf(value.axes),
    );
  }

  /** Where each element of an image, in ONNX's order, lies in the graph's tensor. */
  orderOf(value: Activation): Int32Array {
    this.decide(value);
    const order = this.orders.get(value.tensor);
    return order ? merged(value.axes).map((at) => order[at]) : merged(value.axes);
  }

  /** The tensor itself, its border put around it. */
  whole(value: Activation): Activation {
    const { border } = value;
    if (!border) return value;
    if (border.value !== 0) throw unsupported(`comes after a border of ${border.value}`, 'pad with zeros');
    const { tensor, shape, rank } = this.map({ ...value, border: undefined });
    const { value: _, ...padding } = border;
    return this.result(this.perChannel(tensor, shape, `${tensor}/padded`, padding), rank, value.shared);
  }

  /** A convolution of one channel by itself, 1×1, with weights of one. */
  perChannel(tensor: string, shape: Shape, name: string, padding: Partial<LayerShape> = {}, weights?: string): string {
    const C = shape[3];
    const layer = layerOf(shape, { N: C, G: C, ...padding });
    const ones = weights ?? this.constants(`${name}/ones`, new Float32Array(C).fill(1));
    return this.add({ kind: 'convolution', name, x: tensor, layer, transposed: false, weights: ones });
  }

  /** A tensor as a map of channels; one whose channels alone lie in another order is put in order. */
  map(value: Activation): ChannelMap {
    const { tensor, axes, border } = value;
    if (border) return this.map(this.whole(value));
    const rank = axes.length;
    if (rank < 1 || rank > 3)
      throw unsupported(`takes a tensor of ${rank + 1} axes`, 'use images (4 axes), rows of pixels (3) or vectors (2)');
    const isFlat = rank > 1 && axes.slice(1).every(({ length }) => length === 1);
    if (isFlat && axes[0].length > this.shapes.get(tensor)![3] && !this.undecided.has(tensor)) {
      const flat = this.vector({ ...value, axes: [axes[0]] });
      return { ...this.map({ ...value, tensor: flat.tensor, axes: [flat.order] }), rank };
    }
    const placed = this.placed(value);
    const shape = this.shapes.get(tensor)!;
    const [B, H, W, C] = shape;
    const given = placed && rank === 3 ? placed : placed && [placed[0], steps(1), placed[1] ?? steps(1)];
    const want = mapAxes(H, W, C);
    if (!given || !sameSteps(given[1], want[1]) || !sameSteps(given[2], want[2]) || given[0].length !== C)
      throw unsupported(
        `takes channels as axis 1, and ${tensor} lies otherwise after the reshapes and transpositions before it`,
        'export the network in the order [batch, channels, height, width]',
      );
    if (sameSteps(given[0], want[0])) return { tensor, shape, rank };
    if (C > MOST_REORDERED) throw unsupported(`reorders ${C} channels; at most ${MOST_REORDERED} can be`);
    const weights = new Float32Array(C * C);
    for (let c = 0; c < C; c++) weights[given[0][c] * C + c] = 1;
    const name = `${tensor}/reordered`;
    const reordered = this.add({
      ...{ kind: 'convolution', name, x: tensor, layer: layerOf(shape, { N: C }), transposed: false },
      weights: this.constants(`${name}/order`, weights),
    });
    return { tensor: reordered, shape: [B, H, W, C], rank };
  }

  /** A tensor of two axes, however its map lies: feature i of ONNX is element `order[i]` of an image, and the other way round with `index`. */
  features(value: Activation): Features {
    const whole = this.whole(value);
    if (whole.axes.length !== 1)
      throw unsupported(`takes vectors [batch, features], and gets ${whole.axes.length + 1} axes`, 'flatten before it');
    const order = this.orderOf(whole);
    return { tensor: whole.tensor, order, index: inverse(order) };
  }

  /** A tensor of two axes as vectors. */
  vector(value: Activation): Features {
    const { tensor, ...order } = this.features(value);
    const [, H, W] = this.shapes.get(tensor)!;
    if (H * W === 1) return { tensor, ...order };
    const flat = this.flat.get(tensor) ?? this.add({ kind: 'flattening', name: `${tensor}/flat`, x: tensor });
    this.flat.set(tensor, flat);
    return { tensor: flat, ...order };
  }

  /** What an operation made, as ONNX sees it: channels on axis 1. */
  result(tensor: string, rank: number, shared: boolean): Activation {
    const [, H, W, C] = this.shapes.get(tensor)!;
    const [c, h, w] = mapAxes(H, W, C);
    const axes = rank === 3 ? [c, h, w] : rank === 2 ? [c, H > 1 ? h : w] : [c];
    return { kind: 'activation', tensor, axes, shared };
  }
}
