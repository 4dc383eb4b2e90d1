import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOf, measuresOf } from '../../generator/explore/budget.js';
import { fitted, leaveOneOut } from '../../generator/explore/fit.js';
import { paretoFront } from '../../generator/explore/pareto.js';
import { judge } from '../../generator/explore/recommend.js';
import { problemsOf } from '../problems.js';

const points = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: width, maxLength: width })));

describe('the Pareto front', () => {
  it('is that of every pair compared', () => {
    fc.assert(
      fc.property(points, (all) => {
        const beaten = (own: readonly number[]): boolean =>
          all.some((other) => other.every((v, i) => v <= own[i]!) && other.some((v, i) => v < own[i]!));
        expect(paretoFront(all)).toEqual(all.map((own) => !beaten(own)));
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

describe('the point that is recommended', () => {
  const measured = fc.array(
    fc.record({ cycles: fc.integer({ min: 1, max: 50 }), bytes: fc.integer({ min: 1, max: 50 }) }),
    { minLength: 1, maxLength: 12 },
  );

  it('is on the front and within the budget, and takes at most 5 % longer than any that is within', () => {
    fc.assert(
      fc.property(measured, fc.integer({ min: 1, max: 60 }), (all, most) => {
        const { best, front, within, words } = judge(all, ['cycles', 'bytes'], { bytes: most });
        const inside = all.filter(({ bytes }) => bytes <= most);
        expect(best === undefined).toBe(inside.length === 0);
        if (best === undefined) {
          expect(words).toContain(`${Math.min(...all.map(({ bytes }) => bytes))} bytes of buffers at least`);
          return;
        }
        expect(front[best] && within[best]).toBe(true);
        const fastest = Math.min(...inside.map(({ cycles }) => cycles));
        expect(all[best]!.cycles).toBeLessThanOrEqual(1.05 * fastest);
        const cheap = inside.filter(({ cycles }) => cycles <= 1.05 * fastest).map(({ bytes }) => bytes);
        expect(all[best]!.bytes).toBe(Math.min(...cheap));
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('has the smallest product of cycles and costs without a budget', () => {
    fc.assert(
      fc.property(measured, (all) => {
        const { best } = judge(all, ['cycles', 'bytes'], {});
        const products = all.map(({ cycles, bytes }) => cycles * bytes);
        expect(products[best!]! / Math.min(...products)).toBeCloseTo(1, 9);
      }),
      { seed: 5, numRuns: 1000 },
    );
  });

  it('says what it costs to take the cheaper one', () => {
    const { best, words } = judge(
      [
        { cycles: 100, bytes: 80 },
        { cycles: 104, bytes: 20 },
        { cycles: 90, bytes: 200 },
      ],
      ['cycles', 'bytes'],
      { bytes: 100 },
    );
    expect(best).toBe(1);
    expect(words.replaceAll('\u00a0', ' ')).toBe(
      'It takes 4.0 % more cycles than the fastest one within the budget, and 75.0 % less of bytes of buffers.',
    );
  });
});

describe('--budget and --axes', () => {
  it('are measures with their most', () => {
    expect(budgetOf(['bytes=200KiB', 'cells=64,cycles=1.5M'], undefined)).toEqual({
      ...{ bytes: 204800, cells: 64, cycles: 1.5e6 },
    });
    expect(budgetOf(['luts=24k'], 'luts')).toEqual({ luts: 24000 });
    expect(measuresOf(['energy', 'bytes'], undefined)).toEqual(['cycles', 'energy', 'bytes']);
  });

  it.each([
    [['bytes'], 'BAD_BUDGET'],
    [['bytes=many'], 'OUT_OF_RANGE'],
    [['bytes=0'], 'OUT_OF_RANGE'],
    [['byte=3'], 'UNKNOWN_MEASURE'],
    [['luts=3'], 'NO_AREA'],
    [['bytes=3', 'bytes=4'], 'DUPLICATE'],
  ])('%j is refused', (texts, code) =>
    expect(problemsOf(() => budgetOf(texts, undefined))).toMatchObject([{ code, fix: expect.stringMatching(/\w/) }]),
  );
});

describe('the fit', () => {
  const row = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 3, maxLength: 3 });

  it('finds sums of features, and leaving one out says so', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 9, maxLength: 14 }), row, (features, factors) => {
        const value = (own: readonly number[]): number => own.reduce((sum, v, i) => sum + v * factors[i]!, 0);
        const samples = features.map((own) => ({ features: own, value: value(own) }));
        const estimate = fitted(samples);
        for (const { features: own, value: right } of samples) expect(estimate(own) / right).toBeCloseTo(1, 1);
        expect(leaveOneOut(samples)!.median).toBeLessThan(0.1);
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  it('is said to be bad where values do not follow the features', () => {
    const samples = [1, 9, 1, 9, 1, 9].map((value, i) => ({ features: [1, i + 1], value }));
    expect(leaveOneOut(samples)!.largest).toBeGreaterThan(0.5);
    expect(leaveOneOut(samples.slice(0, 2))).toBeUndefined();
  });

  it('is not judged by what it was fitted to', () => {
    // three parts, each of which one sample alone tells
    const samples = [0, 1, 2].map((part) => ({ features: [0, 1, 2].map((i) => Number(i === part)), value: part + 1 }));
    expect(fitted(samples)(samples[1]!.features)).toBeCloseTo(2, 1);
    expect(leaveOneOut(samples)).toEqual({ samples: 3, median: 1, largest: 1 });
  });

  it('estimates no part below nothing', () => {
    const estimate = fitted([
      { features: [1, 1], value: 10 },
      { features: [1, 5], value: 4 },
    ]);
    expect(estimate([0, 1])).toBeGreaterThanOrEqual(0);
  });
});
