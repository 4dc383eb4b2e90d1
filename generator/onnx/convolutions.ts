import { layerLimits } from '../description/layer.js';
import type { Convolution } from '../graph/operations.js';
import { type Builder, layerOf } from './builder.js';
import { channelParameter } from './channels.js';
import type { Constant } from './constants.js';
import { type Activation, sameSteps, steps } from './layout.js';
import type { Node } from './node.js';
import { malformed, unsupported } from './refusal.js';
import { convolutionWindow, NO_BORDER, transposedWindow, type Window } from './windows.js';

/** Element of ONNX's [N][C/G][Kh][Kw] that is element i of a layer's [Kh][Kw][C/G][N]. */
const weightAt =
  ({ Kh, Kw }: Pick<Window, 'Kh' | 'Kw'>, channels: number, N: number) =>
  (i: number): number => {
    const n = i % N;
    const c = Math.floor(i / N) % channels;
    const tap = Math.floor(i / (N * channels));
    return (n * channels + c) * Kh * Kw + tap;
  };

/** The kernel of weights with 1 or 2 spatial axes, refused where the node says another. */
const kernelIn = (node: Node, { shape }: Constant, rank: number): readonly [number, number] => {
  if (rank < 2) throw malformed('takes a map, and gets vectors');
  if (shape.length !== rank + 1) throw malformed(`its weights have ${shape.length} axes, and its map has ${rank + 1}`);
  const kernel = shape.slice(2);
  const said = node.wholes('kernel_shape');
  if (said && (said.length !== kernel.length || said.some((taps, i) => taps !== kernel[i])))
    throw malformed(`its kernel_shape is [${said}], and its weights are of [${kernel}]`);
  return rank === 2 ? [1, kernel[0]] : [kernel[0], kernel[1]];
};

/** A convolution over a map, whose weights and bias are the node's second and third input. */
const added = (
  node: Node,
  builder: Builder,
  map: ReturnType<Builder['map']>,
  how: Pick<Convolution, 'layer' | 'transposed'>,
): Activation => {
  const { N, C, G, Kh, Kw } = how.layer;
  const count = node.constant(1).values.length;
  const made = builder.add({
    ...{ kind: 'convolution', name: node.name, x: map.tensor, ...how },
    weights: builder.parameter(node, { input: 1, count, at: weightAt({ Kh, Kw }, C / G, N), order: 'taps' }),
    ...(node.optional(2) && { bias: channelParameter(node, builder, 2, how.transposed ? C : N) }),
  });
  return builder.result(made, map.rank, node.shared);
};

export const convolution = (node: Node, builder: Builder): Activation => {
  const x = node.activation();
  const weights = node.constant(1);
  const border = x.border?.value === 0 ? x.border : undefined;
  const map = builder.map(border ? { ...x, border: undefined } : x);
  const kernel = kernelIn(node, weights, map.rank);
  const G = node.whole('group', 1);
  const [N, channels] = weights.shape;
  if (channels * G !== map.shape[3])
    throw malformed(`its weights take ${channels * G} channels, and its map has ${map.shape[3]}`);
  const window = convolutionWindow(node, map, kernel, border ?? NO_BORDER);
  const layer = layerOf(map.shape, { N, G, ...window });
  return added(node, builder, map, { layer, transposed: false });
};

export const transposedConvolution = (node: Node, builder: Builder): Activation => {
  const weights = node.constant(1);
  const map = builder.map(node.activation());
  const kernel = kernelIn(node, weights, map.rank);
  const G = node.whole('group', 1);
  const [N, channels] = weights.shape;
  if (N !== map.shape[3]) throw malformed(`its weights take ${N} channels, and its map has ${map.shape[3]}`);
  const { H, W, ...window } = transposedWindow(node, map, kernel);
  const C = channels * G;
  const layer = layerOf([builder.batch, H, W, C], { N, G, ...window });
  return added(node, builder, map, { layer, transposed: true });
};

/** x · W, of vectors: a convolution of 1×1 over a map of one pixel; or, of more features than a pixel can have, one as large as its map. `isColumns`: W is [outputs][features]. */
const linear = (
  node: Node,
  builder: Builder,
  isColumns: boolean,
  scale: number,
  bias?: (N: number) => string,
): Activation => {
  const weights = node.constant(1);
  const x = node.activation();
  const isLarge = builder.features(x).order.length > layerLimits.C.most;
  const { tensor, index } = isLarge ? builder.features(x) : builder.vector(x);
  const shape = builder.shapes.get(tensor)!;
  if (weights.shape.length !== 2) throw unsupported(`multiplies by a tensor of ${weights.shape.length} axes`);
  const [F, N] = isColumns ? [weights.shape[1], weights.shape[0]] : weights.shape;
  if (F !== index.length) throw malformed(`its weights take ${F} features, and there are ${index.length}`);
  const inOrder = sameSteps(index, steps(F));
  const made = builder.add({
    ...{ kind: 'convolution', name: node.name, x: tensor, transposed: false },
    layer: layerOf(shape, { N, Kh: shape[1], Kw: shape[2] }),
    weights: builder.parameter(node, {
      ...{ input: 1, count: F * N, scale, order: `${isColumns ? 'columns' : 'rows'} ${inOrder ? '' : index.join()}` },
      at: (i) => {
        const feature = index[Math.floor(i / N)];
        return isColumns ? (i % N) * F + feature : feature * N + (i % N);
      },
    }),
    ...(bias && { bias: bias(N) }),
  });
  return builder.result(made, 1, node.shared);
};

export const gemm = (node: Node, builder: Builder): Activation => {
  if (node.whole('transA', 0) !== 0) throw unsupported('transposes its first input', 'export it without transA');
  const scale = node.real('alpha', 1);
  const beta = node.real('beta', 1);
  const added = node.optional(2);
  const rows = added && added.shape.length > 1 ? added.shape[0] : 1;
  if (rows !== 1) throw unsupported('adds another bias to each image', 'export it with one bias for all images');
  const isAdded = added !== undefined && beta !== 0;
  return linear(
    node,
    builder,
    node.whole('transB', 0) !== 0,
    scale,
    isAdded ? (N) => channelParameter(node, builder, 2, N, beta) : undefined,
  );
};

export const matMul = (node: Node, builder: Builder): Activation => linear(node, builder, false, 1);

export const batchNormalization = (node: Node, builder: Builder): Activation => {
  // before operator set 14 its further outputs say that it is for training
  const isTraining =
    node.opset < 14 ? node.message.output.slice(1).some(Boolean) : node.whole('training_mode', 0) !== 0;
  if (isTraining)
    node.refusals.push(
      unsupported(
        "normalizes each batch by that batch's own statistics (training mode)",
        'export the network for inference, as of model.eval(); train takes the statistics of batches by itself',
      ),
    );
  if (node.whole('spatial', 1) !== 1)
    throw unsupported('normalizes every pixel by itself (spatial = 0)', 'export it with spatial = 1');
  const x = node.activation();
  const vector = x.axes.length === 1 ? builder.vector(x) : undefined;
  const map = vector ?? builder.map(x);
  const count = builder.shapes.get(map.tensor)![3];
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((input) => {
    const { values } = node.constant(input);
    if (values.length !== count)
      throw malformed(`its input ${input + 1} has ${values.length} values for ${count} channels`);
    const isStatistic = input > 2;
    const inOrder = !vector || sameSteps(vector.index, steps(count));
    return builder.parameter(node, {
      ...{ input, count, trainable: !isStatistic, order: inOrder ? '' : vector.index.join() },
      at: (i) => (inOrder ? i : vector.index[i]),
    });
  });
  const made = builder.add({
    ...{ kind: 'batchNormalization', name: node.name, x: map.tensor, scale, shift, mean, variance },
    ...{ epsilon: node.real('epsilon', 1e-5), momentum: 1 - node.real('momentum', 0.9) },
  });
  return vector
    ? { kind: 'activation', tensor: made, axes: [vector.order], shared: node.shared }
    : builder.result(made, x.axes.length, node.shared);
};
