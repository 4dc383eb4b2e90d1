import { type Layer, makeLayer } from '../../description/layer.js';
import type { Pooling, Shape } from '../../graph/operations.js';

/** An average over windows: a sum, which is a convolution of each channel by itself with weights of 1, divided by how many taps count. */
export interface Averages {
  readonly layer: Layer;
  /** Taps that count of a window, for each row and column of the result. */
  readonly counts: Int32Array;
  /** All of them, when they are equal. */
  readonly count?: number;
}

/** Of windows that count only pixels of the image, or padding too. */
export const averagesOf = ({ layer, counted }: Pick<Pooling, 'layer' | 'counted'>): Averages => {
  const { H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo } = layer;
  const axis = (
    outputs: number,
    size: number,
    taps: number,
    stride: number,
    dilation: number,
    before: number,
    after: number | undefined,
  ): readonly number[] =>
    Array.from({ length: outputs }, (_, output) => {
      const at = Array.from({ length: taps }, (_tap, tap) => output * stride + tap * dilation - before);
      return at.filter((place) => (after === undefined ? place >= 0 && place < size : place < size + after)).length;
    });
  const rows = axis(Ho, H, Kh, Sh, Dh, Pt, counted?.Pb);
  const columns = axis(Wo, W, Kw, Sw, Dw, Pl, counted?.Pr);
  const counts = Int32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
  const same = counts.every((count) => count === counts[0]);
  return { layer, counts, ...(same ? { count: counts[0]! } : {}) };
};

/** Of a whole map. */
export const averagesOfMap = ([B, H, W, C]: Shape): Averages => {
  const alone = { Sh: 1, Sw: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0 };
  return averagesOf({ layer: makeLayer({ B, H, W, C, N: C, G: C, Kh: H, Kw: W, ...alone }) });
};
