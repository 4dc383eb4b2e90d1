import { describe, expect, it } from 'vitest';
import { jsonReport, mismatchReport } from '../../generator/cli/runReport.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { formatLayer, parseLayer } from '../../generator/description/layer.js';
import { PRESET_NAMES, presets } from '../../generator/description/presets.js';
import { convolve } from '../../generator/golden/convolution.js';
import { rerunCommand } from '../../generator/run/command.js';
import { runPass } from '../../generator/run/runPass.js';
import { eachNth, regressionCases, type Selection } from '../../scripts/cases.js';
import { digitStep } from '../../scripts/digits.js';
import { failureReport, groupsOf, type Outcome, summaryTable } from '../../scripts/simReport.js';

const everything: Selection = {
  presets: PRESET_NAMES,
  engines: ENGINES,
  passes: PASSES,
  simulators: ['verilator', 'icarus'],
  seed: 1,
  random: 4,
  long: false,
};

describe('the cases of the regression', () => {
  it('cross presets, engines and passes, and are the same each time', () => {
    const cases = regressionCases(everything);
    expect(regressionCases(everything)).toEqual(cases);
    const groups = new Set(
      cases.map(({ preset, engine, pass, simulator }) => [preset, engine, pass, simulator].join()),
    );
    expect(groups.size).toBe((4 + 2) * 9 + (2 + 2) * 3);
    const names = cases.map(({ preset, engine, pass, simulator, geometry }) =>
      [preset, engine, pass, simulator, geometry].join(),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('keep their data when the selection is narrowed, so that one can be run alone', () => {
    const one = regressionCases({ ...everything, presets: ['odd'], engines: ['bp'], passes: ['wgrad'] });
    const all = regressionCases(everything);
    for (const run of one) expect(all).toContainEqual(run);
  });

  it('are sampled with every engine and pass alike', () => {
    const cases = regressionCases({ ...everything, presets: ['tiny4'], simulators: ['verilator'] });
    for (const n of [2, 3, 9, 12, 30]) {
      const sample = eachNth(cases, n);
      expect(sample.length).toBe(Math.ceil(cases.length / n));
      expect(new Set(sample.map(({ engine, pass }) => `${engine} ${pass}`)).size, `each ${n}th`).toBe(9);
    }
  });

  it('reach kernels up to 11, strides up to 4 on each axis, groups, and memories of every kind', () => {
    const cases = regressionCases({ ...everything, random: 30 });
    const most = (key: 'Kh' | 'Kw' | 'Sh' | 'Sw' | 'Dh' | 'G') => Math.max(...cases.map(({ layer }) => layer[key]));
    expect([most('Kh'), most('Kw'), most('Sh'), most('Sw')]).toEqual([11, 11, 4, 4]);
    expect(cases.some(({ layer }) => layer.Kh < layer.Sh && layer.Pt !== layer.Pb)).toBe(true);
    expect(new Set(cases.map(({ memory }) => JSON.stringify(memory))).size).toBeGreaterThan(3);
    expect(cases.some(({ narrow }) => narrow)).toBe(true);
  });

  it('hold the real layers at their true size', () => {
    const layers = (long: boolean) =>
      regressionCases({ ...everything, long }).map(({ layer, preset }) => `${preset} ${formatLayer(layer)}`);
    expect(layers(false).filter((text) => text === 'ref16 C=64,H=56,W=56,N=128,K=3,S=2,P=1')).toHaveLength(9);
    expect(layers(true).filter((text) => text === 'ref16 C=3,H=224,W=224,N=64,K=7,S=2,P=3')).toHaveLength(9);
  });
});

describe('the digits', () => {
  it('are real, and their gradients lower the loss as the calculus says', () => {
    const { layer, x, wt, dy, loss } = digitStep();
    expect(x.some((value) => value > 0.9)).toBe(true);
    const slope = convolve(layer, 'wgrad', x, dy);
    const step = 1e-4;
    const square = slope.reduce((sum, value) => sum + value * value, 0);
    const moved = (way: number) => Float64Array.from(wt, (value, i) => value + way * step * slope[i]!);
    expect(loss(moved(-1))).toBeLessThan(loss(wt));
    const measured = (loss(moved(1)) - loss(moved(-1))) / (2 * step);
    // dy was rounded to bf16
    expect(measured / square).toBeCloseTo(1, 2);
  });
});

describe('the report', () => {
  const [first, second] = regressionCases({ ...everything, presets: ['odd'] });
  const rerun = rerunCommand({ ...first!, preset: first!.preset });
  const outcomes: readonly Outcome[] = [
    { run: first!, passed: true, cycles: 3000, seconds: 0.1, findings: [], rerun: '' },
    { run: second!, passed: false, cycles: 0, seconds: 0, findings: ['hang'], rerun },
  ];

  it('counts by group', () => {
    expect(groupsOf(outcomes).map(({ cases, passed }) => [cases, passed])).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect(summaryTable(groupsOf(outcomes))).toContain('3,000');
  });

  it('gives the command that reruns a mismatch', () => {
    expect(failureReport(outcomes)).toContain(
      '  hang\n  rerun with waves:\n    npx bp-im2col run --preset odd --layer ',
    );
  });

  it('gives it as JSON too, and where one pass was run', async () => {
    const config = presets.tiny4;
    const layer = parseLayer('C=1,H=2,W=2,N=1,K=1');
    const description = { preset: 'tiny4', layer, pass: 'fprop', engine: 'bp', seed: 1, simulator: 'icarus' } as const;
    const right = await runPass(config, layer, 'fprop', 'bp', { seed: 1, simulator: 'icarus' });
    const report = { config, description, rounded: {}, result: { ...right, passed: false, faults: ['hang'] } };
    expect(jsonReport(report)).toMatchObject({ faults: ['hang'], rerun: rerunCommand(description) });
    expect(jsonReport({ ...report, result: right })).not.toHaveProperty('rerun');
    expect(mismatchReport(report, false)).toContain(`  hang\n  rerun with waves:\n    ${rerunCommand(description)}\n`);
  });

  it('reruns with the shift and the order of the files', () => {
    const again = rerunCommand({ ...first!, preset: 'tiny4', narrow: true, shift: 0, layout: 'nchw' });
    expect(again).toContain(' --layout nchw ');
    expect(again).toContain(' --narrow --shift 0 ');
    expect(rerun).not.toMatch(/--layout|--shift/);
  });

  it('quotes what a shell would read otherwise', () => {
    expect(rerunCommand({ ...first!, preset: "it's.json" })).toContain(`--preset 'it'\\''s.json'`);
  });
});
