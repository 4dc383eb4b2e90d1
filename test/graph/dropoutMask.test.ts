import { describe, expect, it } from 'vitest';
import { dropoutMask } from '../../generator/graph/dropoutMask.js';

const LENGTH = 20000;
const maskOf = (seed: number, name: string, rate: number): readonly boolean[] => {
  const kept = dropoutMask(seed, name, rate);
  return Array.from({ length: LENGTH }, (_, i) => kept(i));
};
const count = (mask: readonly boolean[]): number => mask.filter(Boolean).length;
/** Within five standard deviations of so many tosses. */
const likely = (kept: number, of: number, chance: number): boolean =>
  Math.abs(kept - of * chance) <= 5 * Math.sqrt(of * chance * (1 - chance));

describe('a dropout mask', () => {
  it('is the documented one, forever', () => {
    // worked out by the formula in another language
    expect(maskOf(1, 'drop', 0.5).slice(0, 32).map(Number).join('')).toBe('01110010000001001010101010110011');
    expect(maskOf(4294967295, 'größe', 0.25).slice(0, 32).map(Number).join('')).toBe(
      '11111111111011111001011111111001',
    );
  });

  it.each([0, 0.1, 0.5, 0.9, 1])('keeps 1 − %d of the values, wherever one looks', (rate) => {
    for (const seed of [0, 1, 2 ** 31]) {
      const mask = maskOf(seed, 'drop', rate);
      expect(likely(count(mask), LENGTH, 1 - rate)).toBe(true);
      for (const stride of [2, 7, 64])
        for (const first of [0, 1]) {
          const some = mask.filter((_, i) => i % stride === first);
          expect(likely(count(some), some.length, 1 - rate)).toBe(true);
        }
    }
  });

  it('is independent of that of another seed, another name, or of itself moved along', () => {
    const one = maskOf(7, 'a', 0.5);
    const moved = Array.from({ length: 8 }, (_, by) => [...one.slice(by + 1), ...one.slice(0, by + 1)]);
    for (const other of [maskOf(8, 'a', 0.5), maskOf(7, 'b', 0.5), maskOf(6, 'a', 0.5), ...moved]) {
      const both = one.filter((kept, i) => kept && other[i]).length;
      expect(likely(both, LENGTH, 0.25)).toBe(true);
    }
  });

  it('refuses other seeds and rates', () => {
    for (const seed of [-1, 0.5, 2 ** 32]) expect(() => dropoutMask(seed, 'a', 0.5)).toThrow(/is no seed/);
    for (const rate of [-0.1, 1.1, Number.NaN]) expect(() => dropoutMask(0, 'a', rate)).toThrow(/outside 0…1/);
  });
});
