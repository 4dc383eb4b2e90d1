import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { execute } from '../../generator/machine/executor.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { expectedWords, planned, wordsOf } from '../../scripts/vector/windows.js';
import { anyWindows } from './anyWindows.js';

const odd: Config = { ...presets.odd!, vector: { lanes: 2 } };
const ref16: Config = { ...presets.ref16!, vector: { lanes: 8 } };

describe('EXEC with maximum', () => {
  it.each([
    ['odd', odd, 7, 150],
    ['ref16', ref16, 40, 60],
  ] as const)(
    'keeps the greatest of each window and its tap, as plain loops do, on %s',
    (_name, config, channels, numRuns) => {
      const seen = { ties: 0, nans: 0, empty: 0 };
      fc.assert(
        fc.property(anyWindows(channels), (some) => {
          const { words, regions, results } = planned(config, some);
          execute(config, words, regions);
          const expected = expectedWords(config, some);
          for (const word of expected) {
            if (word === 0) seen.empty++;
            if (word >>> 16 === 0x7fc0) seen.nans++;
            if (word >>> 16 === 0x3f80) seen.ties++;
          }
          expect(wordsOf(results.bytes)).toEqual(expected);
        }),
        { seed: 191, numRuns },
      );
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
    },
  );

  it('counts and takes time as the sum does', () => {
    fc.assert(
      fc.property(anyWindows(7), (some) => {
        const { plan, words, regions } = planned(odd, some);
        const sums = plan.instructions.map((one) => (one.kind === 'exec' ? { ...one, maximum: false } : one));
        const performance = performanceOf(odd, plan);
        expect(performance).toEqual(performanceOf(odd, { ...plan, instructions: sums }));
        expect(performance).toMatchObject(execute(odd, words, regions));
      }),
      { seed: 192, numRuns: 60 },
    );
  });

  it('has every tap of a window in one EXEC, and none of fused lanes', () => {
    fc.assert(
      fc.property(anyWindows(7), ({ layer }) => {
        const { instructions } = makePlan(odd, layer, 'fprop', 'zerofree', { maximum: true });
        for (const one of instructions) {
          if (one.kind !== 'exec') continue;
          expect(one).toMatchObject({ maximum: true, rect: true, fused: false, tapsH: layer.Kh, tapsW: layer.Kw });
        }
      }),
      { seed: 193, numRuns: 60 },
    );
  });
});
