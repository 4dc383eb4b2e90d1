import type { Layer } from './layer.js';

/** One axis (height or width) of a convolution: input pixel i = o·stride + k·dilation − pad, 0 ≤ i < inputs, 0 ≤ o < outputs. */
export interface LayerAxis {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** In front of the first pixel. */
  readonly pad: number;
}

/** Both axes of a layer. */
export const layerAxes = (layer: Layer): { readonly height: LayerAxis; readonly width: LayerAxis } => ({
  height: {
    ...{ inputs: layer.H, outputs: layer.Ho, kernel: layer.Kh },
    ...{ stride: layer.Sh, dilation: layer.Dh, pad: layer.Pt },
  },
  width: {
    ...{ inputs: layer.W, outputs: layer.Wo, kernel: layer.Kw },
    ...{ stride: layer.Sw, dilation: layer.Dw, pad: layer.Pl },
  },
});

/** Pairs of one of `positions`, `stride` apart, and a tap that meet an input pixel. */
export const meetings = ({ inputs, kernel, dilation, pad }: LayerAxis, positions: number, stride: number): number => {
  let count = 0;
  for (let tap = 0; tap < kernel; tap++) {
    const shift = pad - tap * dilation;
    const first = Math.max(0, Math.ceil(shift / stride));
    const last = Math.min(positions - 1, Math.floor((inputs - 1 + shift) / stride));
    count += Math.max(0, last - first + 1);
  }
  return count;
};

/**
 * Multiply-accumulates of each pass whose factors are no structural zeros: a pair of an output pixel and a tap meets one input pixel, and that
 * pixel and the tap meet the output pixel only.
 */
export const usefulMacs = (layer: Layer): number => {
  const { height: h, width: w } = layerAxes(layer);
  const pairs = layer.B * meetings(h, h.outputs, h.stride) * meetings(w, w.outputs, w.stride);
  return pairs * (layer.C / layer.G) * layer.N;
};
