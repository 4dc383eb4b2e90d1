import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  BF16_NAN,
  bf16Bits,
  bf16FromBits,
  FP32_NAN,
  fp32Bits,
  fp32FromBits,
  macBf16,
  macInt8,
  multiply,
  narrowInt8,
  roundToBf16,
  STRUCTURAL_ZERO,
} from '../../generator/formats/numerics.js';

/** A finite number as an integer multiple of 2^-300. */
const UNIT = 300;

/** Exact value of a finite fp32 pattern, flushed. */
const exact = (bits: number): bigint => {
  const exponent = (bits >>> 23) & 0xff;
  const magnitude = exponent === 0 ? 0n : BigInt((bits & 0x7fffff) | 0x800000) << BigInt(exponent - 127 - 23 + UNIT);
  return bits >>> 31 ? -magnitude : magnitude;
};

/** Nearest pattern with `fraction` bits of a non-zero exact value, ties to even, below the normals zero. */
const nearest = (value: bigint, fraction: number): number => {
  const sign = value < 0n ? 2 ** (fraction + 8) : 0;
  const magnitude = value < 0n ? -value : value;
  const least = -126 + UNIT - fraction;
  const drop = Math.max(magnitude.toString(2).length - 1 - fraction, least);
  const ulp = 1n << BigInt(drop);
  const rest = magnitude % ulp;
  let quotient = Number(magnitude / ulp);
  if (rest * 2n > ulp || (rest * 2n === ulp && quotient % 2 === 1)) quotient++;
  if (quotient < 2 ** fraction) return sign;
  const pattern = quotient + (drop - least) * 2 ** fraction;
  return sign + Math.min(pattern, 255 * 2 ** fraction);
};

const fields = (fraction: number) =>
  fc
    .tuple(
      fc.nat(1),
      fc.oneof(fc.integer({ min: 1, max: 254 }), fc.constantFrom(0, 1, 2, 253, 254)),
      fc.nat(2 ** fraction - 1),
    )
    .map(([sign, exponent, low]) => sign * 2 ** (fraction + 8) + exponent * 2 ** fraction + low);
const fp32 = fields(23);
const near = fc
  .tuple(fp32, fc.integer({ min: -30, max: 30 }), fc.integer({ min: -4, max: 4 }), fc.nat(1))
  .map(([a, exponents, ulps, flip]) => {
    const low = Math.max(0, Math.min(0x7f7fffff, (a & 0x7fffffff) + exponents * 0x800000 + ulps));
    return [a, (low | ((a & 0x80000000) ^ (flip << 31))) >>> 0] as const;
  });
const zero = (bits: number): boolean => (bits & 0x7f800000) === 0;

describe('add', () => {
  it('is the exact sum, rounded once', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(fp32, fp32), near), ([a, b]) => {
        const sum = exact(a) + exact(b);
        const bothNegative = a >>> 31 === 1 && b >>> 31 === 1;
        const expected = sum === 0n ? (zero(a) && zero(b) && bothNegative ? 0x80000000 : 0) : nearest(sum, 23);
        expect(fp32Bits(add(fp32FromBits(a), fp32FromBits(b)))).toBe(expected);
      }),
      { seed: 20, numRuns: 20_000 },
    );
  });

  it('follows IEEE on infinities and zeros', () => {
    const sums = [
      [Infinity, -Infinity],
      [Infinity, 1],
      [-Infinity, -Infinity],
      [Number.NaN, 1],
      [1, -1],
      [-0, 0],
      [-0, -0],
    ].map(([a, b]) => fp32Bits(add(a, b)));
    expect(sums).toEqual([FP32_NAN, 0x7f800000, 0xff800000, FP32_NAN, 0, 0, 0x80000000]);
  });

  it('flushes a subnormal result to zero of its sign', () => {
    expect(add(-1.5 * 2 ** -126, 2 ** -126)).toBe(-0);
    expect(add(1.5 * 2 ** -126, -(2 ** -126))).toBe(0);
  });
});

describe('multiply', () => {
  it('is the exact product', () => {
    fc.assert(
      fc.property(fields(7), fields(7), (a, b) => {
        // in units of 2^-300 what is cut off lies far below the normals
        const product = (exact(a * 65536) * exact(b * 65536)) / (1n << BigInt(UNIT));
        const expected = product === 0n ? ((a ^ b) >>> 15) * 0x80000000 : nearest(product, 23);
        expect(fp32Bits(multiply(bf16FromBits(a), bf16FromBits(b)))).toBe(expected);
      }),
      { seed: 21, numRuns: 20_000 },
    );
  });

  it('makes one NaN', () => {
    expect([multiply(Infinity, 0), multiply(Number.NaN, 1), macBf16(-Infinity, Infinity, 1)].map(fp32Bits)).toEqual([
      FP32_NAN,
      FP32_NAN,
      FP32_NAN,
    ]);
  });
});

describe('roundToBf16', () => {
  it('is the nearest operand and tells whether the value changed', () => {
    fc.assert(
      fc.property(fp32, (bits) => {
        const value = exact(bits);
        const expected = value === 0n ? (bits >>> 31) * 0x8000 : nearest(value, 7);
        const { bits: half, changed } = roundToBf16(fp32FromBits(bits));
        expect(half).toBe(expected);
        expect(changed).toBe((half & 0x7fff) === 0x7f80 || exact(half * 65536) !== value);
      }),
      { seed: 22, numRuns: 10_000 },
    );
  });

  it('reports flushed subnormals, keeps zeros, infinities and NaN', () => {
    expect(roundToBf16(2 ** -130)).toEqual({ bits: 0, changed: true });
    expect(roundToBf16(-(2 ** -130))).toEqual({ bits: 0x8000, changed: true });
    expect([-0, 1, Infinity, Number.NaN].map(roundToBf16)).toEqual([
      { bits: 0x8000, changed: false },
      { bits: 0x3f80, changed: false },
      { bits: 0x7f80, changed: false },
      { bits: BF16_NAN, changed: false },
    ]);
    expect([bf16Bits(Number.NaN), bf16Bits(fp32FromBits(0xffc12345))]).toEqual([BF16_NAN, BF16_NAN]);
    expect([bf16FromBits(0x8001), bf16FromBits(0x007f)]).toEqual([-0, 0]);
  });
});

describe('int8', () => {
  it('wraps sums to int32', () => {
    expect(macInt8(2 ** 31 - 1, 1, 1)).toBe(-(2 ** 31));
    expect(macInt8(-(2 ** 31), -128, 127)).toBe(2 ** 31 - 16256);
  });

  it('narrows to the nearest, ties to even, saturated', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.maxSafeInteger().map((v) => v | 0),
          fc.integer({ min: -600, max: 600 }),
        ),
        fc.nat(31),
        (sum, shift) => {
          const half = shift === 0 ? 0n : 1n << BigInt(shift - 1);
          const floor = BigInt(sum) >> BigInt(shift);
          const rest = BigInt(sum) - (floor << BigInt(shift));
          const up = shift > 0 && (rest > half || (rest === half && (floor & 1n) === 1n));
          const rounded = Number(floor) + (up ? 1 : 0);
          expect(narrowInt8(sum, shift)).toBe(Math.min(127, Math.max(-128, rounded)));
        },
      ),
      { seed: 23, numRuns: 5000 },
    );
  });
});

describe('macBf16', () => {
  it('is add of multiply, whatever stands on either side', () => {
    const special = fc.constantFrom(0, -0, Infinity, -Infinity, Number.NaN);
    const operand = fc.oneof(
      fields(7).map((bits) => bf16FromBits(bits)),
      special,
      fc.constant(STRUCTURAL_ZERO),
    );
    const sum = fc.oneof(
      fp32.map((bits) => fp32FromBits(bits)),
      special,
    );
    fc.assert(
      fc.property(sum, operand, operand, (s, x, w) => {
        // toBe tells −0 from 0
        expect(macBf16(s, x, w)).toBe(add(s, multiply(x, w)));
      }),
      { seed: 24, numRuns: 30_000 },
    );
  });

  it('flushes a product and a sum', () => {
    expect(macBf16(0, 2 ** -70, 2 ** -70)).toBe(0);
    expect(macBf16(-0, -(2 ** -70), 2 ** -70)).toBe(-0);
    expect(macBf16(1.5 * 2 ** -126, -(2 ** -63), 2 ** -63)).toBe(0);
    expect(macBf16(-1.5 * 2 ** -126, 2 ** -63, 2 ** -63)).toBe(-0);
  });
});
