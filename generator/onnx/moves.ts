import { type Builder, layerOf, MOST_REORDERED } from './builder.js';
import { type Constant, elementsIn, productOf, wholeNumbers } from './constants.js';
import { cutsOf, flattenedShape, orderOf, partsOf, reshapeSizes, shapeConstant, squeezedShape } from './fold.js';
import { type Activation, type Border, merged, split, steps } from './layout.js';
import { axisIn, type Node } from './node.js';
import { malformed, unsupported } from './refusal.js';
import { isFloating } from './tensors.js';

/** A tensor by another name. */
const renamed = (node: Node, x: Activation): Activation => ({ ...x, shared: x.shared || node.shared });

/** The first input, which may come after what the host does: a change of its shape changes nothing of that. */
const last = (node: Node): Activation => {
  const value = node.value(0);
  return value.kind === 'activation' ? value : node.activation();
};

export const identity = (node: Node): Activation => renamed(node, last(node));

export const cast = (node: Node): Activation => {
  if (node.message.opType === 'Cast' && !isFloating(node.whole('to', Number.NaN)))
    throw unsupported('makes whole numbers of a tensor', 'export the network in floating point');
  return identity(node);
};

const viewed = (node: Node, builder: Builder, shape: readonly number[]): Activation => {
  const x = builder.whole(last(node));
  const own = builder.shapeOf(x);
  if (shape[0] !== builder.batch) {
    const isBatch = productOf(shape.slice(1)) === productOf(own.slice(1));
    throw unsupported(
      isBatch ? `is fixed to a batch of ${shape[0]}` : `makes [${shape}] of [${own}], and images would mix`,
      isBatch ? `read the file with a batch of ${shape[0]}` : 'keep the batch as the first axis',
    );
  }
  const sizes = shape.slice(1);
  if (elementsIn(sizes) !== productOf(own.slice(1))) throw malformed(`makes the shape [${shape}] of [${own}]`);
  const axes = split(merged(x.axes), sizes);
  if (axes) return renamed(node, { ...x, axes });
  // channels in another order may not split where those in order do
  const { tensor, rank } = builder.map(x);
  const ordered = tensor === x.tensor ? x : builder.result(tensor, rank, x.shared);
  const again = split(merged(ordered.axes), sizes);
  if (again) return renamed(node, { ...ordered, axes: again });
  throw unsupported(`makes [${shape}] of a tensor that was transposed before`, 'reshape it before it is transposed');
};

/** Where the exporter wrote its own batch into the shape, the batch that the caller asks for takes its place. */
export const reshape = (node: Node, builder: Builder): Activation =>
  viewed(node, builder, reshapeSizes(node, builder.shapeOf(last(node)), builder.exported));

export const flatten = (node: Node, builder: Builder): Activation =>
  viewed(node, builder, flattenedShape(node, builder.shapeOf(last(node))));

export const squeeze = (node: Node, builder: Builder): Activation => {
  const own = builder.shapeOf(last(node));
  const isNamed = node.numbers('axes', 1) !== undefined || node.message.opType === 'Unsqueeze';
  // without axes, a batch of 1 would go too
  return viewed(
    node,
    builder,
    isNamed ? squeezedShape(node, own) : [own[0], ...own.slice(1).filter((size) => size !== 1)],
  );
};

export const transpose = (node: Node, builder: Builder): Activation => {
  const x = builder.whole(last(node));
  const [first, ...order] = orderOf(node, x.axes.length + 1);
  if (first !== 0) throw unsupported('moves the batch', 'keep the batch as the first axis');
  return renamed(node, { ...x, axes: order.map((axis) => x.axes[axis - 1]) });
};

export const shape = (node: Node, builder: Builder): Constant => shapeConstant(node, builder.shapeOf(last(node)));

/** Channels of zeros around those of a tensor, `before` of them before: a convolution of 1×1 whose weights are ones and zeros. */
const moreChannels = (node: Node, builder: Builder, x: Activation, before: number, more: number): Activation => {
  const { tensor, shape, rank } = builder.map(x);
  const C = shape[3];
  const N = C + more;
  if (N > MOST_REORDERED) throw unsupported(`makes ${N} channels; at most ${MOST_REORDERED} can be`);
  const weights = new Float32Array(C * N);
  for (let c = 0; c < C; c++) weights[c * N + before + c] = 1;
  const { name } = node;
  const made = builder.add({
    ...{ kind: 'convolution', name, x: tensor, layer: layerOf(shape, { N }), transposed: false },
    weights: builder.constants(`${name}/order`, weights),
  });
  return builder.result(made, rank, node.shared);
};

/** A border of one value around a map, which the next operation takes as padding where it can. */
export const pad = (node: Node, builder: Builder): Activation => {
  const x = builder.whole(node.activation());
  const rank = x.axes.length + 1;
  const mode = node.text('mode', 'constant');
  if (mode !== 'constant') node.refusals.push(unsupported(`pads by ${mode}`, 'pad with zeros'));
  const given = node.numbers('pads', 1);
  const axes = node.optional(3)
    ? wholeNumbers(node.constant(3), 'its axes').map((axis) => axisIn(axis, rank))
    : undefined;
  const count = axes?.length ?? rank;
  if (given?.length !== 2 * count) throw malformed(`its pads are [${given ?? ''}], of ${count} axes`);
  const at = (axis: number, end: 0 | 1): number => {
    const i = axes ? axes.indexOf(axis) : axis;
    return i < 0 || axis >= rank ? 0 : given[i + end * count];
  };
  if (given.some((size) => size < 0)) throw unsupported('cuts the map', 'pad by 0 or more');
  if (given.every((size) => size === 0)) return renamed(node, x);
  if (at(0, 0) + at(0, 1) > 0) throw unsupported('pads the batch', 'pad channels, height and width');
  const value = node.scalar('value', 2, 0);
  const more = rank < 2 ? 0 : at(1, 0) + at(1, 1);
  if (more > 0) {
    const isAlone = given.reduce((sum, size) => sum + size, 0) === more;
    if (!isAlone || value !== 0)
      throw unsupported('pads channels by other than zeros, or also height and width', 'pad channels by themselves');
    return moreChannels(node, builder, x, at(1, 0), more);
  }
  if (rank < 3 || rank > 4) throw unsupported(`pads a tensor of ${rank} axes`, 'pad images (4 axes) or rows (3)');
  const w = rank - 1;
  const [Pt, Pb] = rank === 4 ? [at(2, 0), at(2, 1)] : [0, 0];
  const border: Border = { Pt, Pb, Pl: at(w, 0), Pr: at(w, 1), value };
  const { tensor, rank: axesCount } = builder.map(x);
  return { ...(tensor === x.tensor ? x : builder.result(tensor, axesCount, true)), shared: true, border };
};

/** Channels `first` to `first + count - 1` of a tensor. */
const channels = (builder: Builder, x: Activation, first: number, count: number, name: string): Activation => {
  if (count < 1) throw malformed('takes no channels');
  if (x.axes.length === 1) {
    const { tensor, order } = builder.vector(x);
    const part = order.slice(first, first + count);
    const lowest = part.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
    if (part.some((at) => at >= lowest + count))
      throw unsupported('takes a part of a flattened map', 'take it before the map is flattened');
    const made = builder.add({ kind: 'slice', name, x: tensor, first: lowest, channels: count });
    return { kind: 'activation', tensor: made, axes: [part.map((at) => at - lowest)], shared: true };
  }
  const map = builder.map(x);
  const made = builder.add({ kind: 'slice', name, x: map.tensor, first, channels: count });
  return builder.result(made, map.rank, true);
};

export const slice = (node: Node, builder: Builder): Activation => {
  const x = builder.whole(node.activation());
  const own = builder.shapeOf(x);
  const cuts = cutsOf(node, own).filter(
    ([axis, first, count, step]) => first !== 0 || count !== own[axis] || step !== 1,
  );
  if (cuts.length === 0) return renamed(node, x);
  const isStrided = cuts.every(
    ([axis, first, count, step]) => axis > 1 && first === 0 && step > 0 && count === Math.ceil(own[axis] / step),
  );
  if (isStrided) {
    const { tensor, shape, rank } = builder.map(x);
    const stride = (axis: number): number => cuts.find(([each]) => each === axis)?.[3] ?? 1;
    const [Sh, Sw] = rank === 3 ? [stride(2), stride(3)] : [1, stride(2)];
    return builder.result(builder.perChannel(tensor, shape, node.name, { Sh, Sw }), rank, node.shared);
  }
  const [[axis, first, count, step]] = cuts;
  if (cuts.length > 1 || axis !== 1 || step !== 1)
    throw unsupported(
      'cuts a part out of the map, or channels with steps',
      'take whole maps or every n-th pixel of them, and channels side by side',
    );
  return channels(builder, x, first, count, node.name);
};

export const splitChannels = (node: Node, builder: Builder): readonly Activation[] => {
  const x = builder.whole(node.activation());
  const own = builder.shapeOf(x);
  if (axisIn(node.whole('axis', 0), own.length) !== 1)
    throw unsupported('splits another axis than the channels', 'split axis 1');
  let first = 0;
  return partsOf(node, own[1]).map((count, i) => {
    const part = channels(builder, x, first, count, node.message.output[i] || `${node.message.output[0]}/${i}`);
    first += count;
    return part;
  });
};

export const concatenation = (node: Node, builder: Builder): Activation => {
  const operands = node.inputs.map((_, i) => node.activation(i));
  const rank = operands[0]?.axes.length ?? 0;
  if (operands.length === 0) throw malformed('joins nothing');
  if (axisIn(node.whole('axis', 1), rank + 1) !== 1)
    throw unsupported('joins along another axis than the channels', 'join along axis 1');
  if (operands.some(({ axes }) => axes.length !== rank)) throw malformed('joins tensors of different numbers of axes');
  const join = (parts: readonly string[]): string => builder.add({ kind: 'concatenation', name: node.name, parts });
  if (rank > 1) {
    const maps = operands.map((operand) => builder.map(operand));
    return builder.result(join(maps.map(({ tensor }) => tensor)), rank, node.shared);
  }
  const vectors = operands.map((operand) => builder.vector(operand));
  const order = steps(vectors.reduce((all, vector) => all + vector.order.length, 0));
  let first = 0;
  for (const vector of vectors) {
    for (const [i, at] of vector.order.entries()) order[first + i] = first + at;
    first += vector.order.length;
  }
  const made = join(vectors.map(({ tensor }) => tensor));
  return { kind: 'activation', tensor: made, axes: [order], shared: node.shared };
};
