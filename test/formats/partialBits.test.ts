import fc from 'fast-check';
import { expect, it } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { formatOf } from '../../generator/formats/index.js';

it('gives int8 the fewest bits that hold every sum of so many products', () => {
  const { partialBits } = formatOf(presets.tiny4!);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 128 }), (products) => {
      const largest = products * 128 * 128;
      expect(largest).toBeLessThan(2 ** (partialBits(products) - 1));
      expect(largest).toBeGreaterThanOrEqual(2 ** (partialBits(products) - 2));
    }),
  );
});

it('hands on the sums of bf16 as they are', () => {
  const { partialBits, sum } = formatOf(presets.ref16!);
  expect([1, 16, 128].map(partialBits)).toEqual([sum.bits, sum.bits, sum.bits]);
});
