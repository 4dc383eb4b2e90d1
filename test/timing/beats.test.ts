import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyBeats } from '../../generator/timing/beats.js';

it('beats of a copy are those of its rows, counted one by one', () => {
  const size = fc.integer({ min: 1, max: 70 });
  fc.assert(
    fc.property(
      fc.nat(200),
      size,
      size,
      fc.integer({ min: -90, max: 90 }),
      size,
      fc.integer({ min: -90, max: 90 }),
      fc.constantFrom(4, 8, 32),
      (address, bytes, n1, s1, n2, s2, beat) => {
        const base = address + 2 ** 20;
        let expected = 0;
        for (let i2 = 0; i2 < n2; i2++) {
          for (let i1 = 0; i1 < n1; i1++) {
            const row = base + i1 * s1 + i2 * s2;
            expected += Math.floor((row + bytes - 1) / beat) - Math.floor(row / beat) + 1;
          }
        }
        expect(copyBeats(base, bytes, [n1, s1], [n2, s2], beat)).toBe(expected);
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});
