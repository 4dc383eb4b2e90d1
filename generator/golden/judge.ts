import type { Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { convolve, magnitudes } from './convolution.js';
import { finite, halfEven, LEAST, nearestBf16, operand } from './nearest.js';

/** The two operands of a pass. int8 values, or floats that are exact in bf16. */
export interface Operands {
  readonly first: Int8Array | Float32Array;
  readonly second: Int8Array | Float32Array;
}

/** How a result was made. */
export interface OutputMode {
  /** In the operand format, not the accumulator format. */
  readonly narrow?: boolean;
  /** int8 and narrow: sums are divided by 2^shift. */
  readonly shift?: number;
  /** Over a stored zero-inserted tensor, whose zeros are data. */
  readonly storedZeros?: boolean;
}

/** How a result compares with the plain loop nest. */
export interface Judgement {
  /** Values outside the bound: for int8 every difference, for bf16 more than `bound` of the sum of magnitudes. */
  readonly wrong: number;
  /** First of them, or -1. */
  readonly firstWrong: number;
  /** Largest |difference| / sum of magnitudes, without the rounding of narrow results; 0 for int8. */
  readonly maxRelativeError: number;
  /** Of int8 as it must be; of bf16 before it is rounded. */
  readonly expected: Int32Array | Float64Array;
}

/** Sums of int8 products: every difference is wrong. */
const judgeInt8 = (expected: Int32Array, result: ArrayLike<number>): Judgement => {
  let wrong = 0;
  let firstWrong = -1;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === result[i]) continue;
    wrong += 1;
    if (firstWrong < 0) firstWrong = i;
  }
  return { wrong, firstWrong, maxRelativeError: 0, expected };
};

/**
 * Compares results with layer (1) of the golden model: the loop nest in exact integers or float64, then the output's rounding.
 * Error bound of bf16: (terms + 8) · 2^-24 of the sum of |products|, the bound of recursive fp32 summation, and what
 * flushing subnormals can add to it. Where an operand is infinite or NaN the result must be the infinity or the NaN of the sum
 * over the valid pairs (and over the stored zeros, if there are any). Where finite products reach 2^127 nothing is claimed.
 */
export const judge = (
  layer: Layer,
  pass: Pass,
  { first, second }: Operands,
  result: Int32Array | Int8Array | Float32Array,
  { narrow = false, shift = 0, storedZeros = false }: OutputMode = {},
): Judgement => {
  if (first instanceof Int8Array && second instanceof Int8Array) {
    const sums = convolve(layer, pass, first, second);
    const scaled = (sum: number): number => Math.max(-128, Math.min(127, halfEven(sum / 2 ** shift)));
    return judgeInt8(narrow ? sums.map(scaled) : sums, result);
  }
  const [a, b] = [Float64Array.from(first, operand), Float64Array.from(second, operand)];
  const special = !(a.every(Number.isFinite) && b.every(Number.isFinite));
  const expected = convolve(layer, pass, a, b, special && storedZeros);
  const scale = magnitudes(layer, pass, a.map(finite), b.map(finite));
  const terms =
    layer.Kh * layer.Kw * (pass === 'fprop' ? layer.C / layer.G : pass === 'dgrad' ? layer.N / layer.G : 0) ||
    layer.B * layer.Ho * layer.Wo;
  const bound = (terms + 8) * 2 ** -24;
  // each product and each sum may flush a subnormal
  const flushed = 2 * terms * LEAST;
  const rounded = narrow ? (value: number): number => nearestBf16(Math.fround(value)) : Math.fround;
  let wrong = 0;
  let firstWrong = -1;
  let maxRelativeError = 0;
  for (let i = 0; i < expected.length; i++) {
    const [sum, size, value] = [expected[i]!, scale[i]!, result[i]!];
    if (!(size < 2 ** 127)) continue;
    let right = Object.is(value, sum);
    if (Number.isFinite(sum)) {
      const within = bound * size + flushed;
      right = value >= rounded(sum - within) && value <= rounded(sum + within);
      const difference = Math.abs(sum - value) - flushed - (narrow ? Math.abs(value) * 2 ** -8 : 0);
      if (difference > 0) maxRelativeError = Math.max(maxRelativeError, difference / (size || Number.MIN_VALUE));
    }
    if (right) continue;
    wrong += 1;
    if (firstWrong < 0) firstWrong = i;
  }
  return { wrong, firstWrong, maxRelativeError, expected };
};
