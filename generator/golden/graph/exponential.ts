/**
 * The exponential and the logarithm of the loss. Languages and their libraries differ in the last bit of these; here they are additions, multiplications and
 * divisions of float64 in a written order, so that a host in C (`templates/sw/network.c.hbs`) has the same bits.
 */

/** ln 2 in two parts: multiples of the first up to 2^11 are exact. */
export const LN2 = { high: 0.6931471803691238, low: 1.9082149292705877e-10 } as const;

/** Below it, e^x is taken as 0: it would soon be less than the smallest normal number. */
export const LEAST_EXPONENT = -708;

/** Of e^r = 1 + r + r² · Σ terms · r^i: 1 / 14!, …, 1 / 2!, the highest power first. */
export const EXP_TERMS: readonly number[] = [
  87178291200, 6227020800, 479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2,
].map((factorial) => 1 / factorial);

/** Of ln((1 + w) / (1 − w)) = 2w + 2w · Σ terms · w^2(i+1): 1 / 23, …, 1 / 3, the highest power first. */
export const LOG_TERMS: readonly number[] = [23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3].map((odd) => 1 / odd);

const horner = (terms: readonly number[], x: number): number => {
  let sum = 0;
  for (const term of terms) sum = sum * x + term;
  return sum;
};

/** 2^−n, for n from 0 to 1022, in squares and products that are exact. */
const half = (n: number): number => {
  let [result, square] = [1, 0.5];
  for (let left = n; left > 0; left = Math.trunc(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
};

/**
 * e^x within 0.9 ulp, for x ≤ 0; below −708 it is 0. NaN of NaN.
 * x = r − n · ln 2 with |r| ≤ ln 2 / 2, then the series of e^r, times 2^−n.
 */
export const exp = (x: number): number => {
  if (Number.isNaN(x)) return x;
  if (x < LEAST_EXPONENT) return 0;
  const n = Math.trunc(0.5 - x / (LN2.high + LN2.low));
  const high = x + n * LN2.high;
  const low = n * LN2.low;
  const r = high + low;
  const rest = high - r + low;
  return (1 + (r + (r * r * horner(EXP_TERMS, r) + rest))) * half(n);
};

/**
 * ln(1 + s) within 0.9 ulp, for s ≥ 0 and finite; NaN of NaN.
 * 1 + s = 2^n · (m + c) with m from ½√2 to √2 and c what the sum lost; f = m − 1, w = f / (2 + f), ln m = f − w · (f − 2 · Σ).
 */
export const log1p = (s: number): number => {
  let m = 1 + s;
  let c = s > 1 ? 1 - (m - s) : s - (m - 1);
  let n = 0;
  for (; m > Math.SQRT2; m /= 2) {
    c /= 2;
    n++;
  }
  const f = n === 0 ? s : m - 1;
  const w = f / (2 + f);
  const tail = w * (f - 2 * (w * w * horner(LOG_TERMS, w * w)));
  return n === 0 ? f - tail : n * LN2.high + (f - (tail - (n * LN2.low + c / m)));
};
