import type { GlobalAverage, Pooling } from '../../graph/operations.js';
import { channelSums, type Rule, toOperand } from './rule.js';

/** What is done with a window: offset of its output pixel, offsets of its pixels in the image, row by row, and how many of its taps count. */
type Visit = (yAt: number, pixels: Int32Array, counted: number) => void;

const eachWindow = ({ layer, counted }: Pooling, visit: Visit): void => {
  const { B, C, H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo } = layer;
  const taps = new Int32Array(Kh * Kw);
  for (let b = 0; b < B; b++) {
    for (let ho = 0; ho < Ho; ho++) {
      for (let wo = 0; wo < Wo; wo++) {
        let [pixels, others] = [0, 0];
        for (let kh = 0; kh < Kh; kh++) {
          const h = ho * Sh + kh * Dh - Pt;
          for (let kw = 0; kw < Kw; kw++) {
            const w = wo * Sw + kw * Dw - Pl;
            if (h >= 0 && h < H && w >= 0 && w < W) taps[pixels++] = ((b * H + h) * W + w) * C;
            else if (counted && h < H + counted.Pb && w < W + counted.Pr) others++;
          }
        }
        visit(((b * Ho + ho) * Wo + wo) * C, taps.subarray(0, pixels), pixels + others);
      }
    }
  }
};

/**
 * For each result the element of x that it is: the first NaN of its window, else the first of the greatest values, row by row.
 * −1 where the window has no pixel.
 */
const winners = (operation: Pooling, x: Float64Array): Int32Array => {
  const { B, C, Ho, Wo } = operation.layer;
  const result = new Int32Array(B * Ho * Wo * C).fill(-1);
  eachWindow(operation, (yAt, pixels) => {
    for (let c = 0; c < C && pixels.length > 0; c++) {
      let best = pixels[0] + c;
      for (let i = 1; i < pixels.length; i++) {
        const value = x[pixels[i] + c];
        const most = x[best];
        if (value > most || (Number.isNaN(value) && !Number.isNaN(most))) best = pixels[i] + c;
      }
      result[yAt + c] = best;
    }
  });
  return result;
};

const averages = (operation: Pooling, x: Float64Array): Float64Array => {
  const { B, C, Ho, Wo } = operation.layer;
  const y = new Float64Array(B * Ho * Wo * C);
  eachWindow(operation, (yAt, pixels, counted) => {
    for (let c = 0; c < C && pixels.length > 0; c++) {
      let sum = 0;
      for (let i = 0; i < pixels.length; i++) sum += x[pixels[i] + c];
      y[yAt + c] = sum / counted;
    }
  });
  return y;
};

/**
 * A window without a pixel, which lies in the padding, has the maximum of nothing, −∞, and the average 0; no gradient comes from it.
 * (PyTorch refuses such windows; onnxruntime gives the least finite number, and 0.) The maximum's gradient goes to the element that
 * won, the average's in equal shares to all; where windows overlap they add.
 */
export const pooling: Rule<Pooling> = {
  forward: (operation, at) => {
    const x = at.tensor(operation.x);
    if (operation.of === 'average') return averages(operation, x);
    return Float64Array.from(winners(operation, x), (at) => (at < 0 ? -Infinity : x[at]));
  },
  backward: (operation, at, gradient) =>
    toOperand(operation.x, () => {
      const { C } = operation.layer;
      const x = at.tensor(operation.x);
      const result = new Float64Array(x.length);
      if (operation.of === 'maximum') {
        for (const [i, winner] of winners(operation, x).entries()) if (winner >= 0) result[winner] += gradient[i];
        return result;
      }
      eachWindow(operation, (yAt, pixels, counted) => {
        for (let c = 0; c < C; c++)
          for (let i = 0; i < pixels.length; i++) result[pixels[i] + c] += gradient[yAt + c] / counted;
      });
      return result;
    }),
};

export const globalAverage: Rule<GlobalAverage> = {
  forward: ({ x }, at) => {
    const [B, H, W, C] = at.shape(x);
    const map = H * W * C;
    const y = new Float64Array(B * C);
    const values = at.tensor(x);
    for (let b = 0; b < B; b++) y.set(channelSums(values.subarray(b * map, (b + 1) * map), C), b * C);
    return y.map((sum) => sum / (H * W));
  },
  backward: ({ x }, at, gradient) =>
    toOperand(x, () => {
      const [B, H, W, C] = at.shape(x);
      const result = new Float64Array(B * H * W * C);
      for (let i = 0; i < result.length; i++) {
        const b = Math.floor(i / (H * W * C));
        result[i] = gradient[b * C + (i % C)] / (H * W);
      }
      return result;
    }),
};
