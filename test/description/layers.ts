import fc from 'fast-check';
import { type Layer, type LayerShape, makeLayer } from '../../generator/description/layer.js';

/** Upper ends of the random geometry; groups only if asked for. */
export interface LayerLimits {
  readonly pixels?: number;
  readonly channels?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** Small random layers: asymmetric in every way, kernels larger than the image, strides that skip pixels. */
export const anyLayer = (limits: LayerLimits = {}): fc.Arbitrary<Layer> => {
  const upTo = (most: number, least = 1) => fc.integer({ min: least, max: most });
  const { pixels = 9, channels = 5, kernel = 4, stride = 4, dilation = 3, padding = 3, groups = 3 } = limits;
  return fc
    .record({
      ...{ B: upTo(3), C: upTo(channels), H: upTo(pixels), W: upTo(pixels), N: upTo(channels), G: upTo(groups) },
      ...{ Kh: upTo(kernel), Kw: upTo(kernel), Sh: upTo(stride), Sw: upTo(stride) },
      ...{ Dh: upTo(dilation), Dw: upTo(dilation) },
      ...{ Pt: upTo(padding, 0), Pb: upTo(padding, 0), Pl: upTo(padding, 0), Pr: upTo(padding, 0) },
    })
    .map((shape: LayerShape) => {
      const fit = (size: number, before: number, after: number, taps: number, dilate: number) =>
        Math.max(size, dilate * (taps - 1) + 1 - before - after);
      const { G, H, W, Kh, Kw, Dh, Dw, Pt, Pb, Pl, Pr } = shape;
      const grown = { H: fit(H, Pt, Pb, Kh, Dh), W: fit(W, Pl, Pr, Kw, Dw) };
      return makeLayer({ ...shape, ...grown, C: shape.C * G, N: shape.N * G });
    });
};
