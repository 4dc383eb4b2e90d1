import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import { type Config, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { runPass } from '../../generator/run/runPass.js';

const { tiny4, odd } = presets;

/** More lanes than sums of a beat, as many, and fewer; columns that are no power of two; several chunks of a vector, and one. */
const configs: readonly Config[] = [
  { ...tiny4, name: 'tiny4, 1 lane', epilogueLanes: 1 },
  { ...tiny4, name: 'tiny4, 2 lanes', epilogueLanes: 2 },
  { ...odd, name: 'odd, 1 lane', epilogueLanes: 1 },
  { ...odd, name: 'odd, 2 lanes', epilogueLanes: 2 },
  { ...tiny4, name: 'tiny4 with 7 columns, 2 lanes', array: { rows: 3, columns: 7 }, epilogueLanes: 2 },
  {
    ...tiny4,
    name: 'tiny4 with 11 columns, those of a beat',
    array: { rows: 2, columns: 11 },
    epilogueLanes: undefined,
  },
];

const layers = ['B=2,C=5,H=6,W=5,N=7,K=1', 'C=6,H=7,W=6,N=13,K=3,S=2,P=1', 'B=2,C=6,H=5,W=5,N=6,K=3,P=1,G=3'];

describe.each(configs)('$name', (config) => {
  it.each(layers)('%s: right, and predicted to the cycle, in both formats of results', async (text) => {
    const layer = parseLayer(text);
    for (const pass of PASSES) {
      for (const narrow of [true, false]) {
        const plan = makePlan(config, layer, pass, 'zerofree', { narrow, misalign: narrow ? 1 : 0 });
        const run = await runPass(config, layer, pass, 'zerofree', { plan, narrow, seed: 7 });
        const name = `${pass}, narrow ${narrow}`;
        expect([name, run.faults, run.passed]).toEqual([name, [], true]);
        expect([name, run.cycles]).toEqual([name, performanceOf(config, plan).cycles]);
      }
    }
  });
});

it('takes longer with fewer lanes, where results come faster than they are converted; sums do not', () => {
  const layer = parseLayer('C=4,H=16,W=16,N=8,K=1');
  const cycles = (config: Config, narrow: boolean): number =>
    performanceOf(config, makePlan(config, layer, 'fprop', 'zerofree', { narrow })).cycles;
  for (const preset of [tiny4, odd]) {
    const slow = { ...preset, epilogueLanes: 1 };
    expect(cycles(slow, true)).toBeGreaterThan(1.1 * cycles({ ...preset, epilogueLanes: undefined }, true));
    // with few lanes fewer vectors are kept on their way, too
    expect(cycles(slow, false)).toBeLessThan(1.02 * cycles({ ...preset, epilogueLanes: undefined }, false));
  }
});
