import type { Layer } from '../../description/layer.js';
import type { Widths } from '../../description/widths.js';
import type { Axis } from '../axis.js';

/**
 * The width axis in elements of (pixel, channel) instead of pixels: for a fixed kh the kernel·channels elements of a window are
 * contiguous, and are cut into taps of `lanes` elements.
 */
export const fuse = (axis: Axis, channels: number, lanes: number): Axis => ({
  inputs: axis.inputs * channels,
  outputs: axis.outputs,
  kernel: Math.ceil((axis.kernel * channels) / lanes),
  stride: axis.stride * channels,
  dilation: lanes,
  pad: axis.pad * channels,
  unit: channels,
  lanes,
});

/** True when fusing takes fewer taps than channel tiles do, and all its numbers fit their fields. */
export const fusible = (widths: Widths, layer: Layer, axis: Axis, lanes: number): boolean => {
  const channels = layer.C;
  const holds = (bits: number, value: number): boolean => value < 2 ** bits;
  const fused = fuse(axis, channels, lanes);
  return (
    layer.G === 1 &&
    axis.kernel > 1 &&
    axis.dilation === 1 &&
    fused.kernel < axis.kernel * Math.ceil(channels / lanes) &&
    holds(widths.kernel, fused.kernel) &&
    // else the last, shorter tap would visit windows that lie before the image
    axis.pad < axis.kernel &&
    holds(widths.stride, fused.stride) &&
    // coordinates have a sign, and in elements two bits more
    axis.outputs + lanes <= 2 ** (widths.coordinate - 1) &&
    holds(widths.map, fused.inputs) &&
    holds(widths.map, axis.outputs * fused.stride + (axis.kernel + axis.pad) * channels)
  );
};
