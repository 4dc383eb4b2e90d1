import type { Layer } from '../../description/layer.js';
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
export const fusible = (layer: Layer, axis: Axis, lanes: number): boolean => {
  const channels = layer.C;
  const fused = fuse(axis, channels, lanes);
  return (
    layer.G === 1 &&
    axis.kernel > 1 &&
    axis.dilation === 1 &&
    fused.kernel < axis.kernel * Math.ceil(channels / lanes) &&
    fused.kernel <= 255 &&
    // else the last, shorter tap would visit windows that lie before the image
    axis.pad < axis.kernel &&
    fused.stride <= 255 &&
    // coordinates have 16 bits, in elements 18
    axis.outputs + lanes <= 32768 &&
    fused.inputs <= 65535 &&
    axis.outputs * fused.stride + (axis.kernel + axis.pad) * channels <= 65535
  );
};
