import type { Activation as ActivationOperation } from '../graph/operations.js';
import type { Builder } from './builder.js';
import { byChannel, channelParameter, channelsOf } from './channels.js';
import { type Activation, type Afterwards, sameSteps, sizesOf } from './layout.js';
import { axisIn, type Node } from './node.js';
import { malformed, unsupported } from './refusal.js';

/** A tensor whose elements each go through an operation, wherever they lie. */
const where = (
  builder: Builder,
  value: Activation,
): { readonly tensor: string; readonly axes: readonly Int32Array[] } => {
  const { tensor, axes } = builder.whole(value);
  const placed = builder.placed({ ...value, tensor, axes, border: undefined });
  if (!placed) throw unsupported(`${tensor} is reshaped in more than one way`, 'reshape the input only once');
  return { tensor, axes: placed };
};

type Curve = Pick<ActivationOperation, 'slope' | 'least' | 'most'>;

const NO_LIMITS = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };

/** Limits where one of 0 says that what is negative becomes 0, as in ReLU6. */
const clip = (least: number, most: number): Curve => {
  if (!(least <= most)) throw malformed(`its limits are ${least} and ${most}`);
  return least === 0 ? { slope: 0, least: Number.NEGATIVE_INFINITY, most } : { slope: 1, least, most };
};

const curveOf = (node: Node, input: number): Curve => {
  switch (node.message.opType) {
    case 'Relu':
      return { ...NO_LIMITS, slope: 0 };
    case 'LeakyRelu':
      return { ...NO_LIMITS, slope: node.real('alpha', 0.01) };
    case 'PRelu':
      return { ...NO_LIMITS, slope: node.constant(1).values[0] };
    case 'Abs':
      return { ...NO_LIMITS, slope: -1 };
    case 'Clip':
      return clip(node.scalar('min', 1, NO_LIMITS.least), node.scalar('max', 2, NO_LIMITS.most));
    case 'Max':
      return clip(node.scalar('', input, NO_LIMITS.least), NO_LIMITS.most);
    default:
      return clip(NO_LIMITS.least, node.scalar('', input, NO_LIMITS.most));
  }
};

export const activation = (node: Node, builder: Builder): Activation => {
  if (node.message.opType === 'PRelu' && node.constant(1).values.some((slope, _, all) => slope !== all[0]))
    return slopes(node, builder);
  const isSecond = node.value(0).kind === 'constant';
  if (/^M/.test(node.message.opType) && node.inputs.length !== 2)
    throw unsupported(`takes ${node.inputs.length} tensors`, 'compare a tensor with one number');
  const { tensor, axes } = where(builder, node.activation(isSecond ? 1 : 0));
  const curve = curveOf(node, isSecond ? 0 : 1);
  const made = builder.add({ kind: 'activation', name: node.name, x: tensor, ...curve });
  return { kind: 'activation', tensor: made, axes, shared: node.shared };
};

/** PRelu with a slope for each channel: the sum of what is above zero, and of the slopes times what is below. */
const slopes = (node: Node, builder: Builder): Activation => {
  const { name } = node;
  const x = channelsOf(node, builder, node.activation(), node.constant(1));
  const half = (curve: Curve, side: string): string =>
    builder.add({ kind: 'activation', name: `${name}/${side}`, x: x.tensor, ...curve });
  const above = half({ ...NO_LIMITS, slope: 0 }, 'above');
  const below = half({ ...NO_LIMITS, slope: 1, most: 0 }, 'below');
  const shape = builder.shapes.get(x.tensor)!;
  const slope = channelParameter(node, builder, 1, shape[3], 1, x.index);
  const sloped = builder.perChannel(below, shape, `${name}/sloped`, {}, slope);
  const made = builder.add({ kind: 'addition', name, x: above, y: sloped });
  return { kind: 'activation', tensor: made, axes: x.axes, shared: node.shared };
};

const negated = (builder: Builder, value: Activation, name: string, shared: boolean): Activation => {
  const { tensor, axes } = where(builder, value);
  const shape = builder.shapes.get(tensor)!;
  const factor = builder.constants(`${name}/factor`, new Float32Array(shape[3]).fill(-1));
  return { kind: 'activation', tensor: builder.perChannel(tensor, shape, name, {}, factor), axes, shared };
};

export const negation = (node: Node, builder: Builder): Activation =>
  negated(builder, node.activation(), node.name, node.shared);

export const dropout = (node: Node, builder: Builder): Activation => {
  node.onlyFirstOutput('its mask');
  if (node.optional(2)?.values[0])
    node.refusals.push(
      unsupported(
        'drops values in every run (training mode)',
        'export the network for inference, as of model.eval(); train drops values by itself',
      ),
    );
  const rate = node.scalar('ratio', 1, 0.5);
  if (!(rate >= 0 && rate < 1)) throw malformed(`drops ${rate} of all values`);
  const { tensor, axes } = where(builder, node.activation());
  const made = builder.add({ kind: 'dropout', name: node.name, x: tensor, rate });
  return { kind: 'activation', tensor: made, axes, shared: node.shared };
};

const sameAxes = (a: readonly Int32Array[], b: readonly Int32Array[]): boolean =>
  a.length === b.length && a.every((axis, i) => sameSteps(axis, b[i]));

/** The sum of two tensors. */
const sum = (node: Node, builder: Builder, x: Activation, y: Activation, name: string): Activation => {
  const [first, second] = [builder.whole(x), builder.whole(y)];
  const [a, b] = [where(builder, first), where(builder, second)];
  const sizes = (axes: readonly Int32Array[]): string => sizesOf(axes).join('×');
  if (sizes(a.axes) !== sizes(b.axes))
    throw unsupported(
      `adds images of ${sizes(a.axes)} and ${sizes(b.axes)}; only tensors of one shape are added`,
      'let both have one shape',
    );
  const add = (left: string, right: string): string => builder.add({ kind: 'addition', name, x: left, y: right });
  if (sameAxes(a.axes, b.axes) && sameSteps(shapeOf(builder, a.tensor), shapeOf(builder, b.tensor)))
    return { kind: 'activation', tensor: add(a.tensor, b.tensor), axes: a.axes, shared: node.shared };
  if (a.axes.length === 1) {
    const [left, right] = [builder.vector(first), builder.vector(second)];
    if (!sameSteps(left.order, right.order)) throw unsupported('adds vectors whose features lie in another order');
    return { kind: 'activation', tensor: add(left.tensor, right.tensor), axes: [left.order], shared: node.shared };
  }
  const left = builder.map(first);
  const right = builder.map(second);
  return builder.result(add(left.tensor, right.tensor), left.rank, node.shared);
};

const shapeOf = (builder: Builder, tensor: string): Int32Array => Int32Array.from(builder.shapes.get(tensor)!);

/** Add, Sum: of two tensors or more, or of a tensor and a constant. */
export const addition = (node: Node, builder: Builder): Activation => {
  const count = node.inputs.length;
  if (count === 2 && node.inputs.some((value) => value?.kind === 'constant')) return byChannel(node, builder);
  const operands = node.inputs.map((_, i) => node.activation(i));
  if (operands.length === 0) throw malformed('has no inputs');
  return operands.reduce((x, y, i) => sum(node, builder, x, y, i === count - 1 ? node.name : `${node.name}/sum`));
};

/** Mul and Div of two tensors are refused; what comes behind them is read as of the larger one. */
const product = (node: Node, builder: Builder): Activation => {
  node.refusals.push(
    unsupported(
      'joins two tensors that both depend on the input',
      'only sums and differences of such tensors can be taken',
    ),
  );
  const size = (x: Activation): number => builder.shapeOf(x).reduce((all, each) => all * each, 1);
  const operands = node.inputs.filter((value) => value?.kind === 'activation');
  const larger = operands.reduce((a, b) => (size(b) > size(a) ? b : a));
  return { ...larger, shared: true, afterwards: undefined };
};

/** Sub, Mul, Div: with a constant; a difference also of two tensors. */
export const scaling = (node: Node, builder: Builder): Activation => {
  if (node.inputs.every((value) => value?.kind !== 'constant')) {
    if (node.message.opType !== 'Sub') return product(node, builder);
    const [x, y] = [node.activation(0), node.activation(1)];
    return sum(node, builder, x, negated(builder, y, `${node.name}/negated`, false), node.name);
  }
  return byChannel(node, builder);
};

const AFTERWARDS: Readonly<Record<string, Afterwards>> = {
  Softmax: 'softmax',
  LogSoftmax: 'logSoftmax',
  Sigmoid: 'sigmoid',
};

/** What only the last operation of a network may be: the host does it, on what the network makes. */
export const afterwards = (node: Node, builder: Builder): Activation => {
  const kind = AFTERWARDS[node.message.opType];
  const x = builder.whole(node.activation());
  const sizes = builder.shapeOf(x);
  if (kind !== 'sigmoid') {
    const axis = axisIn(node.whole('axis', node.opset < 13 ? 1 : -1), sizes.length);
    const over = node.opset < 13 ? sizes.slice(axis) : [sizes[axis]];
    const all = over.reduce((a, b) => a * b, 1);
    if (axis === 0 || all !== sizes.slice(1).reduce((a, b) => a * b, 1))
      node.refusals.push(unsupported('is taken over a part of each image', 'take it over all classes of an image'));
  }
  if (node.refusals.length > 0) return { ...x, shared: true };
  return { ...x, shared: true, afterwards: kind };
};
