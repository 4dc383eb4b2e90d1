import type { Builder } from './builder.js';
import type { Constant } from './constants.js';
import { type Activation, sameSteps, steps } from './layout.js';
import type { Node } from './node.js';
import { malformed, unsupported } from './refusal.js';

/** A parameter with one value a channel, from an input with as many values, or with one for all. */
export const channelParameter = (
  node: Node,
  builder: Builder,
  input: number,
  count: number,
  scale = 1,
  order?: Int32Array,
): string => {
  const { values } = node.constant(input);
  if (values.length !== 1 && values.length !== count)
    throw malformed(`its input ${input + 1} has ${values.length} values for ${count} channels`);
  const isOne = values.length === 1 && count > 1;
  const inOrder = !order || sameSteps(order, steps(count));
  return builder.parameter(node, {
    ...{ input, count, scale },
    trainable: !isOne,
    at: (i) => (isOne ? 0 : inOrder ? i : order[i]),
    order: inOrder ? '' : order.join(),
  });
};

/** x by a factor and plus a term, each a constant that is one for all or one for each channel. */
export const byChannel = (node: Node, builder: Builder): Activation => {
  const { opType } = node.message;
  const isFirst = node.value(0).kind === 'activation';
  const input = isFirst ? 1 : 0;
  const constant = node.constant(input);
  const x = node.activation(1 - input);
  if (opType === 'Div' && !isFirst) throw unsupported('divides a constant by a tensor');
  const { tensor, axes, index } = channelsOf(node, builder, x, constant);
  const count = builder.shapes.get(tensor)![3];
  const parameter = (scale: number): string => channelParameter(node, builder, input, count, scale, index);
  const done = (made: string): Activation => ({ kind: 'activation', tensor: made, axes, shared: node.shared });
  const isSum = opType === 'Add' || opType === 'Sub';
  const sign = opType === 'Sub' && isFirst ? -1 : 1;
  if (isSum && (isFirst || opType === 'Add') && !x.shared && builder.addBias(tensor, () => parameter(sign)))
    return done(tensor);
  const own = (value: (constant: number) => number): string =>
    builder.constants(
      `${node.name}/factor`,
      Float32Array.from({ length: count }, (_, i) =>
        value(constant.values[constant.values.length === 1 ? 0 : (index?.[i] ?? i)]),
      ),
    );
  const isNegated = opType === 'Sub' && !isFirst;
  const factor = isSum ? own(() => (isNegated ? -1 : 1)) : opType === 'Div' ? own((value) => 1 / value) : parameter(1);
  const made = builder.perChannel(tensor, builder.shapes.get(tensor)!, node.name, {}, factor);
  if (isSum) builder.addBias(made, () => parameter(sign));
  return done(made);
};

interface Channels {
  readonly tensor: string;
  readonly axes: readonly Int32Array[];
  /** Which of ONNX's axes is that of the channels. */
  readonly channel: number;
  /** Of vectors the feature of each place. */
  readonly index?: Int32Array;
}

/** A tensor with one axis of channels, such that a constant goes with it. */
export const channelsOf = (node: Node, builder: Builder, x: Activation, constant: Constant): Channels => {
  const found = withChannels(builder, builder.whole(x));
  checkPerChannel(node, constant, found.axes, found.channel);
  return found;
};

const withChannels = (builder: Builder, x: Activation): Channels => {
  if (x.axes.length === 1) {
    const { tensor, order, index } = builder.vector(x);
    return { tensor, axes: [order], channel: 0, index };
  }
  const placed = builder.placed(x);
  const channels = steps(builder.shapes.get(x.tensor)![3]);
  const channel = placed ? placed.findIndex((axis) => sameSteps(axis, channels)) : -1;
  if (placed && channel >= 0) return { tensor: x.tensor, axes: placed, channel };
  const { tensor, rank } = builder.map(x);
  return { tensor, axes: builder.result(tensor, rank, false).axes, channel: 0 };
};

const checkPerChannel = (
  node: Node,
  { shape, values }: Constant,
  axes: readonly Int32Array[],
  channel: number,
): void => {
  if (values.length === 1) return;
  // operator sets before 7 say with which axis the constant's first one goes, and slopes go with the channels
  const isOldSlope = node.message.opType === 'PRelu' && node.opset < 7;
  const behind =
    isOldSlope || node.has('axis') ? axes.length + 1 - node.whole('axis', isOldSlope ? 1 : 0) - shape.length : 0;
  const own = [...shape, ...new Array<number>(Math.max(behind, 0)).fill(1)];
  const first = axes.length + 1 - own.length;
  if (first < 0 || own.some((size, i) => size !== 1 && (i + first !== channel + 1 || size !== axes[channel].length)))
    throw unsupported(
      `joins a tensor with a constant of shape [${shape}]`,
      'let the constant have one value, or one for each channel',
    );
};
