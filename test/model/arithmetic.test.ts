import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bf16Bits, fp32Bits, narrowInt8 } from '../../generator/model/arithmetic.js';

const fp32 = (word: number): number => new Float32Array(Uint32Array.of(word).buffer)[0];
const anyWord = fc.oneof(
  fc.nat(0xffffffff),
  fc.tuple(fc.nat(0xffff), fc.constantFrom(0x7fff, 0x8000, 0x8001, 0)).map(([h, l]) => h * 65536 + l),
);

describe('narrowInt8', () => {
  it('is the saturated nearest integer, the even one of two', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -600, max: 600 })),
        fc.nat(31),
        (sum, shift) => {
          const result = narrowInt8(sum, shift);
          const near = sum / 2 ** shift;
          const distance = Math.abs(near - result);
          if (result === 127 && near > 127) return;
          if (result === -128 && near < -128) return;
          expect(distance).toBeLessThanOrEqual(0.5);
          if (distance === 0.5 && near < 127) expect(Math.abs(result % 2)).toBe(0);
        },
      ),
      { seed: 10, numRuns: 3000 },
    );
    expect([254, 255, -256, -257, 5, 3, -1, 0].map((sum) => narrowInt8(sum, 1))).toEqual([
      127, 127, -128, -128, 2, 2, 0, 0,
    ]);
  });
});

describe('bf16Bits', () => {
  it('is the nearest bf16 number, the even one of two', () => {
    fc.assert(
      fc.property(anyWord, (word) => {
        const value = fp32(word);
        const half = bf16Bits(value);
        const below = fp32((word >>> 16) * 65536);
        const aboveWord = ((word >>> 16) + 1) * 65536;
        const overflows = Number.isFinite(value) && !Number.isFinite(fp32(aboveWord));
        const above = overflows ? Math.sign(value) * 2 ** 128 : fp32(aboveWord);
        const [toBelow, toAbove] = [Math.abs(value - below), Math.abs(value - above)];
        const up = toAbove < toBelow || (toAbove === toBelow && (word >>> 16) % 2 === 1);
        let expected = (word >>> 16) + (up ? 1 : 0);
        if (Number.isNaN(value)) expected = 0x7fc0;
        else if (Math.abs(value) < 2 ** -126) expected = (word >>> 31) * 0x8000;
        else if (!Number.isFinite(value)) expected = word >>> 16;
        expect(half).toBe(expected);
      }),
      { seed: 11, numRuns: 5000 },
    );
  });

  it('keeps infinities and makes one NaN', () => {
    expect([Infinity, -Infinity, Number.NaN].map(bf16Bits)).toEqual([0x7f80, 0xff80, 0x7fc0]);
    expect([1, -0, Number.NaN].map(fp32Bits)).toEqual([0x3f800000, 0x80000000, 0x7fc00000]);
  });
});
