import type { LayerShape } from '../description/layer.js';
import type { ChannelMap } from './builder.js';
import type { Border } from './layout.js';
import type { Node } from './node.js';
import { malformed, unsupported } from './refusal.js';

/** Taps of a window, how they move, and zeros around the map, on one axis. */
interface WindowAxis {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

export type Window = Pick<LayerShape, 'Kh' | 'Kw' | 'Sh' | 'Sw' | 'Dh' | 'Dw' | 'Pt' | 'Pb' | 'Pl' | 'Pr'>;

export const NO_BORDER: Border = { Pt: 0, Pb: 0, Pl: 0, Pr: 0, value: 0 };

/** Pixels from the first tap to the last. */
export const spanOf = ({ taps, dilation }: Pick<WindowAxis, 'taps' | 'dilation'>): number => dilation * (taps - 1) + 1;

/** One number for each axis of a map: of rows of pixels (1-D) the vertical one is `plain`. */
const forAxes = (node: Node, name: string, rank: number, plain: number): readonly [number, number] => {
  const given = node.wholes(name);
  if (!given) return [plain, plain];
  if (given.length !== rank) throw malformed(`its ${name} is [${given}], of a map of ${rank} axes`);
  if (given.some((value) => value < 1)) throw malformed(`its ${name} is [${given}]`);
  return rank === 1 ? [plain, given[0]] : [given[0], given[1]];
};

/** Padding as the file gives it: [above, left, below, right]. */
const padsOf = (node: Node, rank: number): readonly [number, number, number, number] => {
  const pads = node.wholes('pads');
  if (!pads) return [0, 0, 0, 0];
  if (pads.length !== 2 * rank) throw malformed(`its pads are [${pads}], of a map of ${rank} axes`);
  if (pads.some((pad) => pad < 0)) throw unsupported('has negative padding', 'cut the map before it');
  return rank === 1 ? [0, pads[0], 0, pads[1]] : (pads as [number, number, number, number]);
};

/** Axes of a window over a map, padding worked out where the file says only how. */
const axesOf = (
  node: Node,
  { shape, rank }: ChannelMap,
  kernel: readonly [number, number],
  border: Border,
): readonly [WindowAxis, WindowAxis] => {
  const spatial = rank - 1;
  const strides = forAxes(node, 'strides', spatial, 1);
  const dilations = forAxes(node, 'dilations', spatial, 1);
  const [top, left, bottom, right] = padsOf(node, spatial);
  const auto = node.text('auto_pad', 'NOTSET');
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(auto)) throw malformed(`its auto_pad is ${auto}`);
  const outer = [
    [border.Pt, border.Pb],
    [border.Pl, border.Pr],
  ];
  const inner = [
    [top, bottom],
    [left, right],
  ];
  return [0, 1].map((i): WindowAxis => {
    const [taps, stride, dilation] = [kernel[i], strides[i], dilations[i]];
    const size = shape[i + 1];
    const padded = size + outer[i][0] + outer[i][1];
    const total = Math.max((Math.ceil(padded / stride) - 1) * stride + spanOf({ taps, dilation }) - padded, 0);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    const [before, after] =
      auto === 'NOTSET' ? inner[i] : auto === 'VALID' ? [0, 0] : auto === 'SAME_UPPER' ? [less, more] : [more, less];
    return { size, taps, stride, dilation, before: before + outer[i][0], after: after + outer[i][1] };
  }) as [WindowAxis, WindowAxis];
};

const windowOf = ([h, w]: readonly [WindowAxis, WindowAxis]): Window => ({
  ...{ Kh: h.taps, Kw: w.taps, Sh: h.stride, Sw: w.stride, Dh: h.dilation, Dw: w.dilation },
  ...{ Pt: h.before, Pb: h.after, Pl: w.before, Pr: w.after },
});

/** The window of a convolution with this kernel. */
export const convolutionWindow = (
  node: Node,
  map: ChannelMap,
  kernel: readonly [number, number],
  border: Border,
): Window => windowOf(axesOf(node, map, kernel, border));

/** Taps that a pooling node says. */
export const kernelOf = (node: Node, rank: number): readonly [number, number] => {
  if (!node.has('kernel_shape')) throw malformed('is given no kernel_shape');
  return forAxes(node, 'kernel_shape', rank, 1);
};

/** Padding after an axis, such that the number of windows is rounded up. One that would begin behind the map is none. */
const roundedUp = (axis: WindowAxis): WindowAxis => {
  const { size, stride, before, after } = axis;
  const span = spanOf(axis);
  const most = Math.ceil((size + before + after - span) / stride) + 1;
  const count = (most - 1) * stride >= size + before ? most - 1 : most;
  return { ...axis, after: Math.max(after, (count - 1) * stride + span - size - before) };
};

/** The window of a pooling node, and the rows and columns behind the map that an average counts. */
export const poolingWindow = (
  node: Node,
  map: ChannelMap,
  border: Border,
): { readonly window: Window; readonly padded: { readonly Pb: number; readonly Pr: number } } => {
  const axes = axesOf(node, map, kernelOf(node, map.rank - 1), border);
  if (axes.some((axis) => Math.max(axis.before, axis.after) >= spanOf(axis)))
    throw unsupported('has windows that lie wholly in the padding', 'pad less');
  const [h, w] = axes;
  const isUp = node.whole('ceil_mode', 0) === 1 && ['NOTSET', 'VALID'].includes(node.text('auto_pad', 'NOTSET'));
  return { window: windowOf(isUp ? [roundedUp(h), roundedUp(w)] : axes), padded: { Pb: h.after, Pr: w.after } };
};

/** The layer whose dgrad a transposed convolution is, but for batch, channels and groups. */
export const transposedWindow = (
  node: Node,
  map: ChannelMap,
  kernel: readonly [number, number],
): Window & Pick<LayerShape, 'H' | 'W'> => {
  const spatial = map.rank - 1;
  const axes = axesOf(node, map, kernel, NO_BORDER);
  const extra = node.wholes('output_padding') ?? new Array<number>(spatial).fill(0);
  const wanted = node.wholes('output_shape')?.slice(-spatial);
  if (extra.length !== spatial || extra.some((value) => value < 0) || (wanted && wanted.length !== spatial))
    throw malformed('its output_padding or output_shape does not fit its map');
  const auto = node.text('auto_pad', 'NOTSET');
  const made = axes.map((axis, i) => {
    const at = i - 2 + spatial;
    const more = extra[at] ?? 0;
    const full = (axis.size - 1) * axis.stride + spanOf(axis) + more;
    const asked =
      at < 0 ? undefined : (wanted?.[at] ?? (auto.startsWith('SAME') ? axis.size * axis.stride : undefined));
    const total = asked === undefined ? axis.before + axis.after : Math.max(full - asked, 0);
    const half = auto === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
    const before = asked === undefined ? axis.before : half;
    const size = asked ?? full - total;
    // ONNX says input times stride, onnxruntime makes no more than the windows reach
    if (!wanted && size > full)
      throw unsupported(
        `leaves open which size it makes: ${size} or ${full}`,
        'export it with output_shape, or with pads',
      );
    if (size < 1)
      throw unsupported(`makes ${size} pixels of ${axis.size}, and ${full} can be`, 'ask for another output');
    // the layer has as many outputs as the map has pixels: padding behind takes what the extra pixels leave
    const least = (axis.size - 1) * axis.stride + spanOf(axis) - size - before;
    const after = Math.max(least, 0);
    if (size + before + after >= axis.size * axis.stride + spanOf(axis))
      throw unsupported('has an output_padding of a stride or more', 'pad the output by less than the stride');
    return { ...axis, size, before, after };
  }) as [WindowAxis, WindowAxis];
  return { H: made[0].size, W: made[1].size, ...windowOf(made) };
};
