import { type Builder, layerOf } from './builder.js';
import { productOf } from './constants.js';
import { type Activation, type Border, steps } from './layout.js';
import { axisIn, type Node } from './node.js';
import { malformed, unsupported } from './refusal.js';
import { NO_BORDER, poolingWindow } from './windows.js';

const isNothing = ({ Pt, Pb, Pl, Pr }: Border): boolean => Pt + Pb + Pl + Pr === 0;

/** Whether no value of a tensor is below zero, so that a border of zeros is none to a maximum. */
const isNotNegative = (builder: Builder, tensor: string): boolean => {
  const maker = builder.maker(tensor);
  return maker?.kind === 'activation' && (maker.least >= 0 || maker.slope === 0) && maker.most >= 0;
};

const hasOwnPadding = (node: Node): boolean =>
  (node.wholes('pads') ?? []).some((pad) => pad !== 0) || node.text('auto_pad', 'NOTSET').startsWith('SAME');

/** The border of a pool's input that can be made its padding. */
const mergedBorder = (node: Node, builder: Builder, { border, tensor }: Activation): Border | undefined => {
  if (!border) return undefined;
  const isMaximum = node.message.opType === 'MaxPool';
  const isLowest = border.value < -3e38;
  if (isMaximum) return isLowest || (border.value === 0 && isNotNegative(builder, tensor)) ? border : undefined;
  return border.value === 0 && !hasOwnPadding(node) ? border : undefined;
};

export const pooling = (node: Node, builder: Builder): Activation => {
  const isMaximum = node.message.opType === 'MaxPool';
  if (isMaximum) {
    node.onlyFirstOutput('the places of the maxima');
    if (node.whole('storage_order', 0) !== 0)
      throw unsupported('stores by columns', 'export it with storage_order = 0');
  }
  const x = node.activation();
  const own = mergedBorder(node, builder, x);
  const map = builder.map(own ? { ...x, border: undefined } : x);
  if (map.rank < 2) throw malformed('takes a map, and gets vectors');
  const { window, padded } = poolingWindow(node, map, own ?? NO_BORDER);
  const C = map.shape[3];
  const layer = layerOf(map.shape, { N: C, G: C, ...window });
  const isCounted = !isMaximum && (own !== undefined || node.whole('count_include_pad', 0) === 1);
  const isPadded = !isNothing({ ...window, ...padded, value: 0 });
  const made = builder.add({
    ...{ kind: 'pooling', name: node.name, x: map.tensor, of: isMaximum ? 'maximum' : 'average', layer },
    ...(isCounted && isPadded && { counted: padded }),
  });
  return builder.result(made, map.rank, node.shared);
};

/** The largest value of each channel. */
const maximum = (builder: Builder, name: string, tensor: string): string => {
  const shape = builder.shapes.get(tensor)!;
  const [, H, W, C] = shape;
  const layer = layerOf(shape, { N: C, G: C, Kh: H, Kw: W });
  return builder.add({ kind: 'pooling', name, x: tensor, of: 'maximum', layer });
};

const average = (builder: Builder, name: string, tensor: string): string =>
  builder.add({ kind: 'globalAverage', name, x: tensor });

const overMap =
  (reduce: typeof average) =>
  (node: Node, builder: Builder): Activation => {
    const map = builder.map(node.activation());
    return builder.result(reduce(builder, node.name, map.tensor), map.rank, node.shared);
  };

export const globalMaximum = overMap(maximum);
export const globalAverage = overMap(average);

/** A mean or maximum over the whole map, however its axes lie. */
export const reduction = (node: Node, builder: Builder): Activation => {
  const x = builder.whole(node.activation());
  const rank = x.axes.length + 1;
  const asked = node.numbers('axes', 1);
  if (!asked?.length && node.whole('noop_with_empty_axes', 0) === 1) return x;
  const over = new Set(
    (asked?.length ? asked : Array.from({ length: rank }, (_, i) => i)).map((axis) => axisIn(axis, rank)),
  );
  const refusal = unsupported('is taken over other axes than height and width', 'take it over the whole map');
  if (over.has(0)) throw refusal;
  const placed = builder.placed(x);
  const [, H, W, C] = builder.shapes.get(x.tensor)!;
  const kept = placed?.filter((axis, i) => !over.has(i + 1) && axis.length > 1) ?? [];
  const pixels = productOf((placed ?? []).filter((_, i) => over.has(i + 1)).map((axis) => axis.length));
  const [channels = steps(1)] = kept;
  const isMap = kept.length <= 1 && channels.length === C && channels.every((at) => at < C);
  if (!placed || pixels !== H * W || !isMap) throw refusal;
  const made = (node.message.opType === 'ReduceMax' ? maximum : average)(builder, node.name, x.tensor);
  const isKept = node.whole('keepdims', 1) === 1;
  const axes = placed.flatMap((axis, i) => (over.has(i + 1) ? (isKept ? [steps(1)] : []) : [axis]));
  return { kind: 'activation', tensor: made, axes, shared: node.shared };
};
