import * as tf from '@tensorflow/tfjs';
import type { Layer } from '../../generator/description/layer.js';
import { dropoutMask } from '../../generator/graph/dropoutMask.js';
import {
  type Graph,
  type Operation,
  operandsOf,
  type Pooling,
  parametersOf,
} from '../../generator/graph/operations.js';
import { shapesOf } from '../../generator/graph/shapes.js';

type Map4 = tf.Tensor4D;
type Data = ReadonlyMap<string, Float32Array>;

/** Channels g·count and on, of a tensor or of a kernel. */
const channels = (x: Map4, first: number, count: number): Map4 =>
  x.slice([0, 0, 0, first], [x.shape[0], x.shape[1], x.shape[2], count]);

/** A kernel with zeros for its dilation, which TensorFlow's gradients refuse. */
export const spread = (kernel: Map4, { Dh, Dw }: Layer): Map4 => {
  const [Kh, Kw, c, n] = kernel.shape;
  const wide = tf.pad(kernel.reshape([Kh, 1, Kw, 1, c, n]), [
    [0, 0],
    [0, Dh - 1],
    [0, 0],
    [0, Dw - 1],
    [0, 0],
    [0, 0],
  ]);
  return wide.reshape([Kh * Dh, Kw * Dw, c, n]).slice([0, 0], [Dh * (Kh - 1) + 1, Dw * (Kw - 1) + 1]) as Map4;
};

const padded = (x: Map4, { Pt, Pb, Pl, Pr }: Pick<Layer, 'Pt' | 'Pb' | 'Pl' | 'Pr'>, value = 0): Map4 =>
  tf.pad(
    x,
    [
      [0, 0],
      [Pt, Pb],
      [Pl, Pr],
      [0, 0],
    ],
    value,
  ) as Map4;

/** Every Sh-th row and Sw-th column of [B, Ho · Sh, Wo · Sw, C]. Slices of rank 3 are fast. */
const every = (x: Map4, { Sh, Sw }: Pick<Layer, 'Sh' | 'Sw'>): Map4 => {
  const [B, H, W, C] = x.shape;
  const [Ho, Wo] = [H / Sh, W / Sw];
  return x
    .reshape([B * Ho, Sh, W * C])
    .slice([0, 0, 0], [B * Ho, 1, W * C])
    .reshape([B * Ho * Wo, Sw, C])
    .slice([0, 0, 0], [B * Ho * Wo, 1, C])
    .reshape([B, Ho, Wo, C]);
};

/**
 * A convolution without padding. TensorFlow.js in WebAssembly has the gradient of a kernel for maps with a depth only, and there it is
 * wrong where there are strides (4.22): so the depth is 1, and what strides leave out is computed and left out.
 */
const convolution = (x: Map4, kernel: Map4, { Sh, Sw, Ho, Wo }: Layer): Map4 => {
  const whole = tf
    .conv3d(x.expandDims<tf.Tensor5D>(1), kernel.expandDims<tf.Tensor5D>(0), 1, 'valid')
    .squeeze<Map4>([1]);
  if (Sh === 1 && Sw === 1) return whole;
  const [B, , , C] = whole.shape;
  // room behind, so that there are whole strides
  const wide = padded(whole, { Pt: 0, Pl: 0, Pb: Sh, Pr: Sw });
  return every(wide.slice([0, 0, 0, 0], [B, Ho * Sh, Wo * Sw, C]), { Sh, Sw });
};

const convolve = (layer: Layer, transposed: boolean, x: Map4, weights: Map4): Map4 => {
  const { B, C, H, W, N, G, Sh, Sw, Pt, Pb, Pl, Pr } = layer;
  const groups = Array.from({ length: G }, (_, g) => {
    const kernel = spread(channels(weights, (g * N) / G, N / G), layer);
    if (!transposed) return convolution(padded(channels(x, (g * C) / G, C / G), layer), kernel, layer);
    const whole: [number, number, number, number] = [B, H + Pt + Pb, W + Pl + Pr, C / G];
    const y = tf.conv2dTranspose(channels(x, (g * N) / G, N / G), kernel, whole, [Sh, Sw], 'valid');
    return y.slice([0, Pt, Pl, 0], [B, H, W, C / G]);
  });
  return groups.length === 1 ? groups[0] : tf.concat(groups, 3);
};

/** What every window sees through each tap, row by row: padding has the value. */
const taps = (layer: Layer, x: Map4, value: number): readonly Map4[] => {
  const { B, C, Kh, Kw, Sh, Sw, Dh, Dw, Ho, Wo, Pb, Pr } = layer;
  // room behind, so that every tap has whole strides
  const wide = padded(x, { ...layer, Pb: Pb + Sh * 2, Pr: Pr + Sw * 2 }, value);
  return Array.from({ length: Kh * Kw }, (_, tap) =>
    every(wide.slice([0, Math.floor(tap / Kw) * Dh, (tap % Kw) * Dw, 0], [B, Ho * Sh, Wo * Sw, C]), layer),
  );
};

/** A tensor that no gradient passes: TensorFlow has none for comparisons. */
const fixed = (x: tf.Tensor): tf.Tensor => tf.tensor(x.dataSync(), x.shape);

const pool = ({ of, layer, counted }: Pooling, x: Map4): Map4 => {
  if (of === 'maximum')
    return taps(layer, x, -Infinity).reduce((most, tap) => tf.where(tf.greater(fixed(tap), fixed(most)), tap, most));
  const { Pt, Pl } = layer;
  const sum = (of: Map4): Map4 => taps(layer, of, 0).reduce((all, tap) => tf.add(all, tap));
  const whole = counted
    ? { ...layer, Pt, Pl, Pb: counted.Pb, Pr: counted.Pr }
    : { ...layer, Pt: 0, Pb: 0, Pl: 0, Pr: 0 };
  const ones = padded(tf.onesLike(x), whole, 1) as Map4;
  const left = { ...layer, Pt: Pt - whole.Pt, Pl: Pl - whole.Pl, Pb: layer.Pb - whole.Pb, Pr: layer.Pr - whole.Pr };
  const count = taps(left, ones, 0).reduce((all, tap) => tf.add(all, tap));
  return tf.div(sum(x), count);
};

/** One operation on tensors and parameters, of which kernels are tensors of rank 4. */
const apply = (operation: Operation, read: readonly Map4[], held: readonly tf.Tensor[], seed?: number): tf.Tensor => {
  const [x] = read;
  switch (operation.kind) {
    case 'convolution': {
      const { Kh, Kw, C, G, N } = operation.layer;
      const kernel = held[0].reshape([Kh, Kw, C / G, N]) as Map4;
      const y = convolve(operation.layer, operation.transposed, x, kernel);
      return held[1] ? tf.add(y, held[1]) : y;
    }
    case 'activation': {
      const { slope, least, most } = operation;
      const y = slope === 1 ? x : slope === 0 ? tf.relu(x) : tf.leakyRelu(x, slope);
      return least === -Infinity && most === Infinity
        ? y
        : tf.clipByValue(y, Math.max(least, -1e30), Math.min(most, 1e30));
    }
    case 'addition':
      return tf.add(x, read[1]);
    case 'concatenation':
      return read.length === 1 ? x : tf.concat([...read], 3);
    case 'slice':
      return channels(x, operation.first, operation.channels);
    case 'flattening':
      return x.reshape([x.shape[0], 1, 1, -1]);
    case 'dropout': {
      if (seed === undefined) return x;
      const kept = dropoutMask(seed, operation.name, operation.rate);
      const mask = Float32Array.from({ length: x.size }, (_, i) => (kept(i) ? 1 / (1 - operation.rate) : 0));
      return tf.mul(x, tf.tensor(mask, x.shape));
    }
    case 'pooling':
      return pool(operation, x);
    case 'globalAverage':
      return tf.mean(x, [1, 2], true);
    case 'batchNormalization': {
      const batch = tf.moments(x, [0, 1, 2]);
      const [mean, variance] = seed === undefined ? [held[2], held[3]] : [batch.mean, batch.variance];
      const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, operation.epsilon)));
      return tf.add(tf.mul(normal, held[0]), held[1]);
    }
  }
};

/** What makes of a tensor that an operation gave the one that others read. */
type Through = (name: string, y: tf.Tensor) => tf.Tensor;

/** Carries out a graph: of inputs and parameters by name all tensors. Dropouts drop, and batches are normalised by their own statistics, where a seed is given. */
export const forwardPass = (
  graph: Graph,
  given: ReadonlyMap<string, tf.Tensor>,
  seed?: number,
  through: Through = (_name, y) => y,
): ReadonlyMap<string, tf.Tensor> => {
  const all = new Map(given);
  for (const operation of graph.operations) {
    const read = operandsOf(operation).map((name) => all.get(name) as Map4);
    const held = parametersOf(operation).map((name) => all.get(name)!);
    all.set(operation.name, through(operation.name, apply(operation, read, held, seed)));
  }
  return all;
};

/**
 * Tensors, and gradients of tensors and parameters, of Σ output · its gradient, or of a loss of the first output: by TensorFlow.js in
 * fp32. The gradient of a tensor is that of a zero which is added to it.
 * @param stored values that operations are to have in place of their own, as rounded ones; gradients pass as if they were their own.
 */
export const tensorflow = (
  graph: Graph,
  inputs: Data,
  loss: Data | ((output: Map4) => tf.Tensor),
  seed?: number,
  stored: Data = new Map(),
): { readonly tensors: Data; readonly gradients: Data; readonly loss: number } => {
  const shapes = shapesOf(graph);
  tf.engine().startScope();
  try {
    const names = [...shapes.keys(), ...graph.parameters.map(({ name }) => name)];
    const variables = [
      ...[...shapes].map(([name, shape]) => {
        const values = inputs.get(name);
        return values ? tf.tensor(values, [...shape]) : tf.zeros([...shape]);
      }),
      ...graph.parameters.map(({ values }) => tf.tensor1d(values)),
    ];
    const made = new Map<string, Float32Array>();
    const run = (...given: tf.Tensor[]): tf.Tensor => {
      const of = (name: string): tf.Tensor => given[names.indexOf(name)];
      const sources = [...graph.parameters, ...graph.inputs].map(({ name }) => [name, of(name)] as const);
      const all = forwardPass(graph, new Map(sources), seed, (name, y) => {
        const values = stored.get(name);
        const moved = values ? tf.add(y, fixed(tf.sub(tf.tensor(values, y.shape), y))) : y;
        return tf.add(moved, of(name));
      });
      for (const name of shapes.keys()) made.set(name, all.get(name)!.dataSync() as Float32Array);
      if (typeof loss === 'function') return loss(all.get(graph.outputs[0]) as Map4);
      return graph.outputs
        .map((name) => tf.sum(tf.mul(all.get(name)!, tf.tensor(loss.get(name)!, [...shapes.get(name)!]))))
        .reduce((sum, more) => tf.add(sum, more));
    };
    // what the loss does not depend on has no gradient there; a zero of everything makes it one
    const whole = (...given: tf.Tensor[]): tf.Scalar =>
      given.reduce<tf.Tensor>((sum, one) => tf.add(sum, tf.sum(tf.mul(one, 0))), run(...given)) as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(whole as (...all: tf.Tensor[]) => tf.Scalar)(variables);
    const gradients = new Map(names.map((name, i) => [name, grads[i].dataSync() as Float32Array]));
    return { tensors: made, gradients, loss: value.dataSync()[0] };
  } finally {
    tf.engine().endScope();
  }
};

/** Mean softmax cross-entropy of images of classes, which are their labels. */
export const crossEntropy = (output: tf.Tensor, labels: Int32Array): tf.Scalar => {
  const logits = output.reshape([labels.length, -1]) as tf.Tensor2D;
  const hot = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]);
  return tf.neg(tf.mean(tf.sum(tf.mul(hot, tf.logSoftmax(logits)), 1))) as tf.Scalar;
};
