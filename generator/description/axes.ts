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
