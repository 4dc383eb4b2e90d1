import { type Builder, type ChannelMap, layerOf, MOST_REORDERED } from './builder.js';
import type { Activation } from './layout.js';
import type { Node } from './node.js';
import { malformed, unsupported } from './refusal.js';

/** Where a pixel of the larger map lies in the smaller one, by the name that ONNX gives the way. */
const POSITIONS: Readonly<Record<string, (at: number, factor: number, size: number) => number>> = {
  asymmetric: (at, factor) => at / factor,
  half_pixel: (at, factor) => (at + 0.5) / factor - 0.5,
  pytorch_half_pixel: (at, factor) => (at + 0.5) / factor - 0.5,
  half_pixel_symmetric: (at, factor) => (at + 0.5) / factor - 0.5,
  align_corners: (at, factor, size) => (at * (size - 1)) / Math.max(factor * size - 1, 1),
};

const ROUNDINGS: Readonly<Record<string, (at: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
};

/** How much longer each axis behind the batch becomes. */
const factorsOf = (node: Node, sizes: readonly number[]): readonly number[] => {
  const isNew = node.message.opType === 'Resize' && node.opset > 10;
  const scales = node.optional(isNew ? 2 : 1)?.values ?? node.reals('scales');
  const wanted = isNew ? node.optional(3)?.values : undefined;
  if (node.has('axes')) throw unsupported('names the axes that it resizes', 'export it with a factor for each axis');
  const given = wanted?.length ? Array.from(wanted, (size, axis) => size / sizes[axis]) : [...(scales ?? [])];
  if (given.length !== sizes.length) throw malformed(`has ${given.length} factors for ${sizes.length} axes`);
  if (given[0] !== 1 || given[1] !== 1) throw unsupported('resizes batch or channels', 'resize only height and width');
  if (given.some((factor) => !Number.isInteger(factor) || factor < 1))
    throw unsupported(`resizes by [${given}]`, 'resize by whole factors');
  return given.slice(2);
};

/** Resize and Upsample by whole factors, each pixel repeated: the gradient (dgrad) of sums of pixels side by side. */
export const repetition = (node: Node, builder: Builder): Activation => {
  const mode = node.text('mode', 'nearest');
  if (mode !== 'nearest') node.refusals.push(unsupported(`interpolates (${mode})`, "resize with mode = 'nearest'"));
  const map = builder.map(node.activation());
  const [B, H, W, C] = map.shape;
  const factors = factorsOf(node, [B, C, ...(map.rank === 3 ? [H, W] : [W]).slice(0, map.rank - 1)]);
  const [Kh, Kw] = factors.length === 2 ? factors : [1, factors[0] ?? 1];
  const isOld = node.message.opType === 'Upsample' || node.opset < 11;
  const position = POSITIONS[node.text('coordinate_transformation_mode', isOld ? 'asymmetric' : 'half_pixel')];
  const rounded = ROUNDINGS[node.text('nearest_mode', isOld ? 'floor' : 'round_prefer_floor')];
  const repeats = (factor: number, size: number): boolean =>
    Array.from({ length: factor * size }, (_, at) => at).every(
      (at) => Math.min(Math.max(rounded(position(at, factor, size)), 0), size - 1) === Math.floor(at / factor),
    );
  if (!position || !rounded) throw malformed('has a coordinate_transformation_mode or nearest_mode that is not ONNX');
  if (mode === 'nearest' && !(repeats(Kh, H) && repeats(Kw, W)))
    throw unsupported(
      'takes pixels that are not the nearest by whole factors',
      "resize with coordinate_transformation_mode = 'asymmetric' and nearest_mode = 'floor'",
    );
  const layer = layerOf([B, H * Kh, W * Kw, C], { N: C, G: C, Kh, Kw, Sh: Kh, Sw: Kw });
  const weights = builder.constants(`${node.name}/ones`, new Float32Array(Kh * Kw * C).fill(1));
  const { name } = node;
  const made = builder.add({ kind: 'convolution', name, x: map.tensor, layer, transposed: true, weights });
  return builder.result(made, map.rank, node.shared);
};

/** Blocks of pixels as channels, or (transposed) channels as blocks of pixels: a convolution that moves each value by a weight of one. */
const blocks = (node: Node, builder: Builder, map: ChannelMap, transposed: boolean): Activation => {
  const size = node.whole('blocksize', 0);
  if (map.rank !== 3 || size < 1) throw malformed(`its blocksize is ${size}, of a map of ${map.rank - 1} axes`);
  const mode = node.text('mode', 'DCR');
  const [B, H, W, given] = map.shape;
  const taps = size * size;
  const C = transposed ? given / taps : given;
  const N = C * taps;
  const fits = transposed ? Number.isInteger(C) : H % size === 0 && W % size === 0;
  if (!fits) throw malformed(`its blocksize ${size} does not fit [${[given, H, W]}]`);
  if (N > MOST_REORDERED) throw unsupported(`moves ${N} channels; at most ${MOST_REORDERED} can be`);
  const { name } = node;
  const weights = new Float32Array(taps * C * N);
  for (let tap = 0; tap < taps; tap++)
    for (let c = 0; c < C; c++) {
      const n = mode === 'CRD' ? c * taps + tap : tap * C + c;
      weights[(tap * C + c) * N + n] = 1;
    }
  const larger: readonly [number, number] = transposed ? [H * size, W * size] : [H, W];
  const made = builder.add({
    ...{ kind: 'convolution', name, x: map.tensor, transposed },
    layer: layerOf([B, ...larger, C], { N, Kh: size, Kw: size, Sh: size, Sw: size }),
    weights: builder.constants(`${name}/order`, weights),
  });
  return builder.result(made, map.rank, node.shared);
};

export const spaceToDepth = (node: Node, builder: Builder): Activation =>
  blocks(node, builder, builder.map(node.activation()), false);

export const depthToSpace = (node: Node, builder: Builder): Activation =>
  blocks(node, builder, builder.map(node.activation()), true);
