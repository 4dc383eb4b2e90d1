import { describe, expect, it } from 'vitest';
import { randomWords } from '../../../generator/compile/workload.js';
import { exp, log1p } from '../../../generator/golden/graph/exponential.js';

const SEED = 20;
const POINTS = 10_000;
const ONE = 1n << 200n;

const word = new DataView(new ArrayBuffer(8));

/** Distance to the next number away from zero. */
const ulp = (y: number): number => {
  word.setFloat64(0, Math.abs(y));
  word.setBigUint64(0, word.getBigUint64(0) + 1n);
  return word.getFloat64(0) - Math.abs(y);
};

/** A number as a multiple of 2^−200, exact from 2^−148 on. */
const fixed = (x: number): bigint => {
  let [scaled, bits] = [x, 0n];
  for (; !Number.isInteger(scaled); bits++) scaled *= 2;
  return (BigInt(scaled) << 200n) / (1n << bits);
};

/** ln v by the series of the inverse hyperbolic tangent, for v from ½ to 2. */
const lnNear = (v: bigint): bigint => {
  const w = ((v - ONE) * ONE) / (v + ONE);
  let [sum, power] = [0n, w];
  for (let i = 1n; power !== 0n; i += 2n) {
    sum += power / i;
    power = (power * w * w) / (ONE * ONE);
  }
  return 2n * sum;
};

const LN_2 = lnNear(2n * ONE);

/** ulps between a number and what it should be. */
const ulps = (y: number, exact: bigint): number => Math.abs(Number(fixed(y) - exact) / Number(fixed(ulp(y))));

/** By so many binary places, exact. */
const scaled = (y: number, places: number): number => {
  const first = Math.min(places, 1000);
  return y * 2 ** first * 2 ** (places - first);
};

const expError = (x: number): number => {
  const n = (LN_2 / 2n - fixed(x)) / LN_2;
  const r = fixed(x) + n * LN_2;
  let [sum, power] = [0n, ONE];
  for (let i = 1n; power !== 0n; i++) {
    sum += power;
    power = (power * r) / (i * ONE);
  }
  return ulps(scaled(exp(x), Number(n)), sum);
};

const log1pError = (s: number): number => {
  let [v, n] = [ONE + fixed(s), 0n];
  for (; v > 2n * ONE; n++) v /= 2n;
  return ulps(log1p(s), n * LN_2 + lnNear(v));
};

const greatest = (of: (x: number) => number, points: readonly number[]): number =>
  points.reduce((most, x) => Math.max(most, of(x)), 0);

describe(`the loss's own exponential and logarithm (seed ${SEED})`, () => {
  const next = randomWords(SEED);
  const uniform = (): number => (next() + next() / 2 ** 32) / 2 ** 32;
  const spread = (from: number, to: number): readonly number[] => [
    ...Array.from({ length: POINTS / 2 }, (_, i) => from + ((to - from) * i) / (POINTS / 2)),
    ...Array.from({ length: POINTS / 2 }, () => from + (to - from) * uniform()),
  ];

  it.each([
    [-1, 0],
    [-40, -1],
    [-708, -40],
  ])('e^x from %i to %i lies within 0.9 ulp', (from, to) => {
    const most = greatest(expError, spread(from, to));
    expect(most).toBeGreaterThan(0.5);
    expect(most).toBeLessThan(0.9);
  });

  it.each([
    [1e-9, 0.5],
    [0.4, 3],
    [3, 1000],
  ])('ln(1 + s) from %d to %d lies within 0.9 ulp', (from, to) => {
    const most = greatest(log1pError, spread(from, to));
    expect(most).toBeGreaterThan(0.5);
    expect(most).toBeLessThan(0.9);
  });

  it('are as near to those of JavaScript as two roundings allow', () => {
    for (const x of spread(-708, 0)) expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(ulp(Math.exp(x)));
    for (const s of spread(1e-9, 50))
      expect(Math.abs(log1p(s) - Math.log1p(s))).toBeLessThanOrEqual(2 * ulp(Math.log1p(s)));
  });

  it('are exact at their ends', () => {
    expect([exp(0), exp(-0), exp(-709), exp(-Infinity), exp(NaN)]).toEqual([1, 1, 0, 0, NaN]);
    expect([log1p(0), log1p(2 ** -60), log1p(NaN)]).toEqual([0, 2 ** -60, NaN]);
    expect(exp(-708)).toBeGreaterThan(2 ** -1022);
  });
});
