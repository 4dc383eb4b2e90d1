import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { runPass } from '../../generator/run/runPass.js';

const layer = parseLayer('B=2,C=5,H=9,W=8,N=7,K=3,S=2,P=1');

const withStep = (preset: 'tiny4' | 'odd', reorganize: Config['reorganize']): Config => ({
  ...presets[preset],
  reorganize,
});

/** Elements of the zero-inserted tensor: dY of 5 rows and 4 columns, for dgrad padded to 11 by 10, for wgrad 9 by 7. */
const ELEMENTS = { dgrad: 2 * 11 * 10 * 7, wgrad: 2 * 9 * 7 * 7 };

describe.each([
  ['tiny4', 1],
  ['tiny4', 2],
  ['tiny4', 4],
  ['odd', 1],
] as const)('%s, %d elements a cycle', (preset, elementsPerCycle) => {
  it.each([
    ['dgrad', true],
    ['dgrad', false],
    ['wgrad', true],
    ['wgrad', false],
  ] as const)('%s, overlap %s: right, and predicted to the cycle', async (pass, overlap) => {
    const config = withStep(preset, { elementsPerCycle, overlap });
    const plan = makePlan(config, layer, pass, 'traditional', { narrow: pass === 'dgrad' });
    const run = await runPass(config, layer, pass, 'traditional', { plan, narrow: pass === 'dgrad', seed: 3 });
    expect(run.faults).toEqual([]);
    expect(run.passed).toBe(true);
    const predicted = performanceOf(config, plan);
    expect(run.cycles).toBe(predicted.cycles);
    expect(run.counters.reorganizeCycles).toBe(predicted.reorganizeCycles);
    expect(run.counters.reorganizeCycles).toBeGreaterThanOrEqual(ELEMENTS[pass] / elementsPerCycle);
  });
});

it('takes a beat a cycle when nothing else is said', () => {
  const cycles = (reorganize: Config['reorganize']): number => {
    const config = withStep('tiny4', reorganize);
    return performanceOf(config, makePlan(config, layer, 'dgrad', 'traditional')).cycles;
  };
  expect(cycles({ elementsPerCycle: 4, overlap: true })).toBe(cycles(undefined));
  expect(cycles({ elementsPerCycle: 2 })).toBeGreaterThan(cycles(undefined));
  expect(cycles({ elementsPerCycle: 1 })).toBeGreaterThan(cycles({ elementsPerCycle: 2 }));
});

it('lets nothing else of the pass begin before the tensor is written, when it must not overlap', () => {
  for (const pass of ['dgrad', 'wgrad'] as const) {
    const { instructions } = makePlan(withStep('tiny4', { overlap: false }), layer, pass, 'traditional');
    const steps = instructions.filter(({ kind }) => kind === 'reorganize').length;
    expect(steps).toBeGreaterThan(0);
    const loads = instructions.filter((each) => each.kind === 'load').filter((each) => !each.reorganize);
    expect(loads.length).toBeGreaterThan(0);
    for (const { waitStore } of loads) expect(waitStore).toBeGreaterThanOrEqual(steps);
    for (const each of instructions) if (each.kind === 'exec') expect(each.waitLoad).toBeGreaterThan(0);
  }
});
