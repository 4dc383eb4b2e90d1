import type { Pass } from '../spec/config.js';
import type { Layer } from '../spec/layer.js';

/**
 * The judge: plain loops over exactly the valid (pixel, tap) pairs of a convolution.
 * Tensors are flat: X [B][H][W][C], Y [B][Ho][Wo][N], weights [Kh][Kw][C/G][N]; dX, dY, dW alike.
 */

/** int8 operands give int32 results with wrap, the others float64. */
export type Operand = Int8Array | Float32Array | Float64Array;

/** Elements of each tensor of a layer. */
export const tensorSizes = ({ B, C, H, W, N, Kh, Kw, G, Ho, Wo }: Layer) => ({
  x: B * H * W * C,
  weights: Kh * Kw * (C / G) * N,
  y: B * Ho * Wo * N,
});

const roles = { fprop: ['x', 'weights', 'y'], dgrad: ['y', 'weights', 'x'], wgrad: ['x', 'y', 'weights'] } as const;

/** What is done with one input pixel, one output pixel and the tap between them: offsets of their first channel in a group. */
type Visit = (xAt: number, weightAt: number, yAt: number) => void;

const eachPair = (layer: Layer, visit: Visit): void => {
  const { B, C, H, W, N, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, G, Ho, Wo } = layer;
  const c = C / G;
  const n = N / G;
  for (let b = 0; b < B; b++) {
    for (let ho = 0; ho < Ho; ho++) {
      for (let kh = 0; kh < Kh; kh++) {
        const h = ho * Sh + kh * Dh - Pt;
        if (h < 0 || h >= H) continue;
        for (let kw = 0; kw < Kw; kw++) {
          for (let wo = 0; wo < Wo; wo++) {
            const w = wo * Sw + kw * Dw - Pl;
            if (w < 0 || w >= W) continue;
            const xAt = ((b * H + h) * W + w) * C;
            const yAt = ((b * Ho + ho) * Wo + wo) * N;
            const weightAt = (kh * Kw + kw) * c * N;
            for (let g = 0; g < G; g++) visit(xAt + g * c, weightAt + g * n, yAt + g * n);
          }
        }
      }
    }
  }
};

/** Sums in float64: exact while the operands are int8, since no sum can reach 2^53. */
const sums = (layer: Layer, pass: Pass, a: Float64Array, b: Float64Array): Float64Array => {
  const { C, N, G } = layer;
  const channels = C / G;
  const outputs = N / G;
  const result = new Float64Array(tensorSizes(layer)[roles[pass][2]]);
  const fprop: Visit = (xAt, weightAt, yAt) => {
    for (let c = 0; c < channels; c++) {
      const x = a[xAt + c];
      const row = weightAt + c * N;
      for (let n = 0; n < outputs; n++) result[yAt + n] += x * b[row + n];
    }
  };
  const dgrad: Visit = (xAt, weightAt, yAt) => {
    for (let c = 0; c < channels; c++) {
      const row = weightAt + c * N;
      let sum = 0;
      for (let n = 0; n < outputs; n++) sum += a[yAt + n] * b[row + n];
      result[xAt + c] += sum;
    }
  };
  const wgrad: Visit = (xAt, weightAt, yAt) => {
    for (let c = 0; c < channels; c++) {
      const x = a[xAt + c];
      const row = weightAt + c * N;
      for (let n = 0; n < outputs; n++) result[row + n] += x * b[yAt + n];
    }
  };
  eachPair(layer, { fprop, dgrad, wgrad }[pass]);
  return result;
};

const checkSizes = (layer: Layer, pass: Pass, operands: readonly Operand[]): void => {
  const sizes = tensorSizes(layer);
  operands.forEach((operand, index) => {
    const size = sizes[roles[pass][index]];
    if (operand.length !== size) {
      throw new RangeError(`${pass}: ${roles[pass][index]} has ${operand.length} elements, not ${size}`);
    }
  });
};

/**
 * One pass of a layer. fprop(x, weights) → y; dgrad(dy, weights) → dx; wgrad(x, dy) → dw.
 * @throws RangeError when an operand does not have the layer's size.
 */
export function convolve(layer: Layer, pass: Pass, a: Int8Array, b: Int8Array): Int32Array;
export function convolve(
  layer: Layer,
  pass: Pass,
  a: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
): Float64Array;
export function convolve(layer: Layer, pass: Pass, a: Operand, b: Operand): Int32Array | Float64Array {
  checkSizes(layer, pass, [a, b]);
  const result = sums(layer, pass, Float64Array.from(a), Float64Array.from(b));
  return a instanceof Int8Array ? Int32Array.from(result) : result;
}

/** For each result of {@link convolve}, the sum of the absolute values of its products: the scale of its rounding error. */
export const magnitudes = (layer: Layer, pass: Pass, a: Operand, b: Operand): Float64Array => {
  checkSizes(layer, pass, [a, b]);
  return sums(layer, pass, Float64Array.from(a, Math.abs), Float64Array.from(b, Math.abs));
};

/** Multiply-accumulates that every pass of a layer needs. */
export const usefulMacs = (layer: Layer): number => {
  let pairs = 0;
  eachPair({ ...layer, C: 1, N: 1, G: 1 }, () => {
    pairs++;
  });
  return (pairs * layer.C * layer.N) / layer.G;
};
