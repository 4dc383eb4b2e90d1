import { describe, expect, it } from 'vitest';
import { missingTools } from '../../generator/base/tools.js';
import { PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { remember } from '../../generator/run/simulators/cache.js';
import { FIGURES, figureName, jobsOf, matches, type Row, rowOf } from '../../scripts/benchmark/figures.js';
import { type BenchJob, jobName, LAYERS, type Measurement } from '../../scripts/benchmark/jobs.js';
import { measure, recallMeasurement, sourceKey } from '../../scripts/benchmark/measure.js';
import { COMPARISON, comparisonReport, runFigures, targetReport } from '../../scripts/benchmark/render.js';

/** Results that nobody measured: every run ideal unless changed. */
const run = (changes: Partial<Measurement> = {}): Measurement => ({
  cycles: 1000,
  usefulMacs: 256_000,
  utilization: 1,
  laneBound: 1,
  predictedCycles: 1000,
  compulsoryBytes: 10_000,
  programBytes: 64,
  counters: { arrayBusy: 900, dramBytesRead: 8000, dramBytesWritten: 4000, stallLoad: 77, reorganizeCycles: 0 },
  result: 'abcd',
  findings: [],
  seconds: 1,
  ...changes,
});

const everything = (change: (job: BenchJob) => Partial<Measurement>) =>
  new Map(jobsOf(FIGURES).map((job) => [jobName(job), run(change(job))]));

const row = (measured: ReadonlyMap<string, Measurement>, words: string): Row => {
  const found = FIGURES.filter((figure) => matches(figureName(figure), words));
  expect(found, words).toHaveLength(1);
  return rowOf(found[0]!, measured);
};

describe('the table of targets', () => {
  it('has every row once, and its layers exist', () => {
    const names = FIGURES.map(figureName);
    expect(new Set(names).size).toBe(names.length);
    for (const text of Object.values(LAYERS)) expect(parseLayer(text).C).toBeGreaterThan(0);
    const count = (words: string) => names.filter((name) => matches(name, words)).length;
    expect(count('lane bound')).toBe(21);
    expect(count('depthwise')).toBe(9);
    expect(count('speedup over bp')).toBe(6);
    expect(count('DRAM bytes')).toBe(16);
    expect(jobsOf(FIGURES).filter(({ engine }) => engine === 'traditional')).toHaveLength(10);
  });

  it.each([
    ['lane bound L3 dgrad', { cycles: 1100, utilization: 0.855, laneBound: 0.9 }, 0.95, true],
    ['lane bound L3 dgrad', { utilization: 0.94 }, 0.94, false],
    ['utilization L1 fprop', { utilization: 0.49 }, 0.49, false],
    ['compulsory L4 wgrad', {}, 1.2, true],
    ['tensors fit small wgrad', {}, 1.2, false],
    // 256,000 MACs at 16 a cycle take longer than 10,000 bytes at 32 a cycle
    ['depthwise S=1 dgrad', { cycles: 20_000 }, 0.8, false],
    ['depthwise S=1 dgrad', { cycles: 20_000, compulsoryBytes: 608_000 }, 0.95, true],
    ['depthwise S=1 dgrad', { cycles: 16_000 / 0.94 }, 0.94, true],
    // weight gradients are to come nearer, and other strides and kernels nearly as near
    ['depthwise S=1 wgrad', { cycles: 16_000 / 0.94 }, 0.94, false],
    ['depthwise S=2 wgrad', { cycles: 16_000 / 0.91 }, 0.91, true],
    ['depthwise 5x5 fprop', { cycles: 16_000 / 0.89 }, 0.89, false],
    ['groups 4 wgrad', { utilization: 0.235, laneBound: 0.25 }, 0.94, false],
    ['groups 8 wgrad', { utilization: 0.47, laneBound: 0.5 }, 0.94, true],
  ])('%s of %j', (words, changes, measured, met) => {
    const result = row(
      everything(() => changes),
      words,
    );
    expect(result.measured).toBeCloseTo(measured, 10);
    expect(result.met).toBe(met);
  });

  it.each([
    ['depthwise S=1', 'depthwise', 1, 1],
    ['depthwise S=2', 'depthwise', 2, 1],
    ['depthwise 5x5', 'depthwise', 1, 1],
    ['groups of 4, batch 2', 'useful', 1, 4],
    ['groups of 8, S=2, batch 2', 'useful', 2, 8],
  ] as const)('asks every pass of %s, whose map shrinks by the stride alone', (name, figure, stride, width) => {
    const own = FIGURES.filter(({ layer }) => layer === name);
    expect(own.map(({ pass }) => pass)).toEqual([...PASSES]);
    for (const row of own) expect(row.figure.startsWith(figure)).toBe(true);
    const { C, G, N, H, Ho, Sh } = parseLayer(LAYERS[name]);
    expect([Sh, C / G, N / G, Ho]).toEqual([stride, width, width, H / stride]);
  });

  it('divides the cycles of bp by those of zerofree', () => {
    const measured = everything(({ engine }) => ({ cycles: engine === 'bp' ? 3600 : 1000 }));
    expect(row(measured, 'speedup L2 wgrad')).toMatchObject({ measured: 3.6, met: true });
  });

  it('takes the mean of the layers, not of all cycles', () => {
    // L1: half the time; the others: a fifth
    const measured = everything(({ layer, engine }) => {
      if (engine !== 'traditional') return { cycles: layer === 'L1' ? 50_000 : 1000 };
      return { cycles: layer === 'L1' ? 100_000 : 5000 };
    });
    const result = row(measured, 'backpropagation');
    expect(result.measured).toBeCloseTo(-(0.5 + 4 * 0.8) / 5, 10);
    expect(result.met).toBe(false);
  });

  it('compares batches in points, and takes the bar as a limit not to be reached', () => {
    const lost = (one: number) =>
      row(
        everything(({ layer }) => ({ utilization: layer === 'L2 batch 1' ? one : 0.5 })),
        'batch 1',
      );
    expect(lost(0.484)).toMatchObject({ met: true });
    expect(lost(0.47)).toMatchObject({ met: false });
    expect(lost(0.75)).toMatchObject({ measured: -0.25, met: true });
  });

  it('wants the same result and nearly the same cycles with stalls', () => {
    const measured = everything(({ stalls }) => (stalls ? { cycles: 1110, result: 'ffff' } : {}));
    expect(row(measured, 'cycles stalls L4 dgrad').measured).toBeCloseTo(0.11, 10);
    expect(row(measured, 'cycles stalls L4 dgrad').met).toBe(false);
    expect(row(measured, 'results stalls L4 dgrad')).toMatchObject({ measured: 1, met: false });
    const same = everything(() => ({}));
    expect(row(same, 'results stalls L4 dgrad')).toMatchObject({ measured: 0, met: true });
  });

  it('leaves a row open when one of its runs is missing', () => {
    const measured = everything(() => ({}));
    measured.delete('L5 wgrad traditional');
    expect(row(measured, 'backpropagation')).not.toHaveProperty('measured');
    expect(row(measured, 'backpropagation')).not.toHaveProperty('met');
  });
});

describe('reports', () => {
  it('print each row, and the stalls of what was missed only', () => {
    const measured = everything(({ layer, pass }) =>
      layer === 'L3' && pass === 'wgrad' ? { utilization: 0.5 } : { counters: { dramBytesRead: 10_000 } },
    );
    measured.delete('56x56 fprop zerofree');
    const rows = FIGURES.filter(({ figure }) => figure.includes('lane bound')).map((f) => rowOf(f, measured));
    const text = targetReport(rows, measured, false);
    expect(text).toMatch(/useful utilization \/ lane bound +L2 +fprop +>= 0\.950 +1\.000 +met\n/);
    expect(text).toMatch(/L3 +wgrad +>= 0\.950 +0\.500 +missed\n/);
    expect(text).toMatch(/56x56 +fprop +>= 0\.950 +not run\n/);
    expect(text).toContain('19 of 21 bars met, 1 missed, 1 not run\n');
    const [, stalls] = text.split('bars that were missed:\n');
    expect(stalls).toMatch(/^run +cycles +busy +load/);
    expect(stalls).toMatch(/L3 wgrad zerofree +1,000 +900 +77 /);
    expect(stalls!.trimEnd().split('\n')).toHaveLength(2);
  });

  it('put the engines side by side', () => {
    const measured = new Map(
      COMPARISON.map((job) => [jobName(job), run({ cycles: job.engine === 'traditional' ? 4000 : 1000 })]),
    );
    expect(COMPARISON).toHaveLength(5 * PASSES.length * 3);
    measured.delete('L5 wgrad zerofree');
    const lines = comparisonReport(COMPARISON, measured).split('\n');
    expect(lines.slice(1, 4).map((line) => line.split(/ +/).slice(0, 6).join(' '))).toEqual([
      'L1 fprop traditional 4,000 1.00x 0.25x',
      'L1 fprop bp 1,000 4.00x 1.00x',
      'L1 fprop zerofree 1,000 4.00x 1.00x',
    ]);
    expect(lines[45]).toMatch(/^L5 +wgrad +zerofree +not run$/);
  });

  it('name every figure of a run', () => {
    const job: BenchJob = { layer: 'L4', pass: 'dgrad', engine: 'zerofree' };
    const measured = new Map([
      [jobName(job), run({ utilization: 0.6, laneBound: 0.8 })],
      ['L4 dgrad traditional', run({ cycles: 3000 })],
    ]);
    const figures = runFigures(job, measured)!;
    expect(figures).toMatchObject({ speedupOverTraditional: 3, busy: 0.9, dramBytes: 12_000, dramRatio: 1.2 });
    expect(figures.utilizationOfLaneBound).toBeCloseTo(0.75, 10);
  });
});

it('keeps the results of jobs apart', () => {
  const jobs = jobsOf(FIGURES);
  const keys = jobs.map(sourceKey);
  expect(new Set(keys).size).toBe(jobs.length);
  expect(sourceKey(jobs[3]!)).toBe(keys[3]);
});

it('finds rows by words in any order and case', () => {
  expect(matches('L2 dgrad zerofree', 'DGRAD l2')).toBe(true);
  expect(matches('useful utilization / lane bound L2', 'util bound L')).toBe(true);
  expect(matches('DRAM bytes small', 'L')).toBe(false);
  expect(matches('L2 dgrad zerofree', 'dgrad L3')).toBe(false);
  expect(matches('L2 dgrad zerofree', undefined)).toBe(true);
});

it.skipIf(missingTools(['verilator', 'g++', 'make']).length > 0)(
  'finds a run again while nothing that it depends on has changed',
  async () => {
    const spec = 'C=3,H=5,W=5,N=3,K=3,S=2,P=1';
    const job: BenchJob = { layer: 'small', spec, config: presets.tiny4, pass: 'dgrad', engine: 'traditional' };
    const made = await measure(job, true);
    expect(made).toMatchObject({ findings: [], predictedCycles: made.cycles });
    expect(made.laneBound).toBeGreaterThan(0);
    expect(await recallMeasurement(job)).toEqual(made);
    expect(await measure(job, false)).toEqual(made);
    expect(await recallMeasurement({ ...job, spec: `${spec},B=2` })).toBeUndefined();
    // the row needs both: what follows from the plan, and the run
    remember(sourceKey(job), { digest: 'another program', figures: {} });
    expect(await recallMeasurement(job)).toBeUndefined();
    expect(await measure(job, false)).toEqual(made);
    expect(await recallMeasurement(job)).toEqual(made);
  },
);
