import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedRate, type RatePoint, ratePoints } from '../../generator/report/rates.js';
import { explanation, measuredChanges, rateRows } from '../../generator/report/rateTables.js';
import { jobName } from '../../scripts/benchmark/jobs.js';
import { modelKey } from '../../scripts/evaluation/model.js';
import { networkJobs } from '../../scripts/evaluation/networks.js';
import { reorganizerJobs, reorganizerModelJobs } from '../../scripts/evaluation/reorganizers.js';
import { fixtureResults } from '../report/fixture.js';

/** What bp saves where traditional takes `base` and `slope` cycles more for each cycle an element, and bp takes 1. */
const pointsOf = (rates: readonly number[], nets: readonly { base: number; slope: number }[]): readonly RatePoint[] =>
  rates.map((elementsPerCycle) => {
    const saved = nets.map(({ base, slope }) => 1 - 1 / (base + slope / elementsPerCycle));
    return {
      elementsPerCycle,
      networks: Object.fromEntries(saved.map((share, index) => [`net${index}`, share])),
      mean: saved.reduce((sum, share) => sum + share, 0) / saved.length,
    };
  });

describe('the rate of the published figure', () => {
  const nets = fc.array(
    fc.record({
      base: fc.double({ min: 1, max: 1.2, noNaN: true }),
      slope: fc.double({ min: 0.1, max: 3, noNaN: true }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  it('is found, inside the rates and beyond them, where cycles are a straight line over cycles an element', () => {
    fc.assert(
      fc.property(nets, fc.double({ min: 0.4, max: 12, noNaN: true }), (list, rate) => {
        const target = pointsOf([rate], list)[0]!.mean;
        const found = publishedRate(pointsOf([1, 2, 4, 8, 16], list), target);
        expect(found!.elementsPerCycle / rate).toBeCloseTo(1, 6);
        expect(found!.extrapolated).toBe(rate < 1);
      }),
      { seed: 15, numRuns: 300 },
    );
  });

  it('is not made up: one rate is not enough, and what no rate gives is not found', () => {
    expect(publishedRate(pointsOf([1], [{ base: 1, slope: 1 }]), 0.4)).toBeUndefined();
    expect(publishedRate(pointsOf([1, 2], [{ base: 2, slope: 1 }]), 0.4)).toBeUndefined();
  });
});

describe('the reorganizers of the benchmark', () => {
  it('are the gradients of L1 to L5 on the RTL, and of strided layers by the model, each once', () => {
    const rtl = reorganizerJobs();
    expect(rtl).toHaveLength(10);
    expect(rtl.every(({ config }) => config?.reorganize?.elementsPerCycle === 1 && !config.reorganize.overlap)).toBe(
      true,
    );
    expect(new Set(rtl.map(jobName)).size).toBe(10);
    const keys = new Set(reorganizerModelJobs().map(modelKey));
    // 22 strided layers, some of them alike
    expect(keys.size).toBeGreaterThan(300);
    const usual = new Set(networkJobs().map(modelKey));
    for (const key of keys) expect(usual.has(key)).toBe(false);
  });

  it('are shown as tables and sentences', () => {
    const results = fixtureResults();
    const rows = rateRows(results);
    expect(rows[0]).toEqual([
      'elements a cycle',
      'stride ≥ 2, alone',
      'stride ≥ 2, overlapped',
      'all, alone',
      'all, overlapped',
    ]);
    const [slow, fast] = ratePoints(results, 'strided', false);
    expect(slow!.mean).toBeGreaterThan(fast!.mean);
    expect(measuredChanges(results).length).toBeGreaterThan(0);
    const [first, second] = explanation(results);
    expect(first).toMatch(/−34\.9 % on average is consistent with .* elements a cycle/);
    expect(second).toMatch(/not known to us in detail/);
    expect(rateRows({ ...results, reorganizers: [] })).toEqual([]);
    expect(explanation({ ...results, reorganizers: [] })).toEqual([]);
  });
});
