import type { Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';

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

/**
 * The pairs that a gradient over a stored tensor has besides: a pixel and a tap that meet one of the tensor's zeros. dgrad stores
 * dY zero-inserted and zero-padded, so that every tap of every input pixel meets it; wgrad stores it zero-inserted.
 * @param zeroAt a pixel of Y that is zero.
 */
const eachStoredZero = (layer: Layer, pass: Pass, zeroAt: number, visit: Visit): void => {
  const { B, C, H, W, N, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, G, Ho, Wo } = layer;
  const [c, n] = [C / G, N / G];
  // positions of the zero-inserted grid, as the input pixel behind tap 0
  const onGrid = (i: number, stride: number, outputs: number): boolean =>
    i % stride === 0 && i >= 0 && i / stride < outputs;
  const inGrid = (i: number, stride: number, outputs: number): boolean => i >= 0 && i <= (outputs - 1) * stride;
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) {
        for (let kh = 0; kh < Kh; kh++) {
          for (let kw = 0; kw < Kw; kw++) {
            const [i, j] = [h + Pt - kh * Dh, w + Pl - kw * Dw];
            if (onGrid(i, Sh, Ho) && onGrid(j, Sw, Wo)) continue;
            if (pass === 'wgrad' && !(inGrid(i, Sh, Ho) && inGrid(j, Sw, Wo))) continue;
            for (let g = 0; g < G; g++)
              visit(((b * H + h) * W + w) * C + g * c, (kh * Kw + kw) * c * N + g * n, zeroAt);
          }
        }
      }
    }
  }
};

/** Sums in float64: exact while the operands are int8, since no sum can reach 2^53. */
const sums = (layer: Layer, pass: Pass, a: Float64Array, b: Float64Array, storedZeros: boolean): Float64Array => {
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
  const visit = { fprop, dgrad, wgrad }[pass];
  eachPair(layer, visit);
  if (storedZeros && pass !== 'fprop') eachStoredZero(layer, pass, tensorSizes(layer).y, visit);
  return result;
};

/** A copy in float64 with zeros behind it, one for each output channel. */
const withZeroPixel = ({ N }: Layer, operand: Operand): Float64Array => {
  const values = new Float64Array(operand.length + N);
  values.set(operand);
  return values;
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
 * @param storedZeros a gradient also multiplies by the zeros of a zero-inserted dY, which are data: with Inf and NaN they give NaN.
 * @throws RangeError when an operand does not have the layer's size.
 */
export function convolve(layer: Layer, pass: Pass, a: Int8Array, b: Int8Array): Int32Array;
export function convolve(
  layer: Layer,
  pass: Pass,
  a: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
  storedZeros?: boolean,
): Float64Array;
export function convolve(
  layer: Layer,
  pass: Pass,
  a: Operand,
  b: Operand,
  storedZeros = false,
): Int32Array | Float64Array {
  checkSizes(layer, pass, [a, b]);
  const result = sums(layer, pass, withZeroPixel(layer, a), withZeroPixel(layer, b), storedZeros);
  return a instanceof Int8Array ? Int32Array.from(result) : result;
}

/** For each result of {@link convolve}, the sum of the absolute values of its products: the scale of its rounding error. */
export const magnitudes = (layer: Layer, pass: Pass, a: Operand, b: Operand): Float64Array => {
  checkSizes(layer, pass, [a, b]);
  return sums(layer, pass, Float64Array.from(a, Math.abs), Float64Array.from(b, Math.abs), false);
};

/** Multiply-accumulates that every pass of a layer needs. */
export const usefulMacs = (layer: Layer): number => {
  let pairs = 0;
  eachPair({ ...layer, C: 1, N: 1, G: 1 }, () => {
    pairs++;
  });
  return (pairs * layer.C * layer.N) / layer.G;
};
