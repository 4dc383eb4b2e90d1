import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import { type Config, ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { runPass } from '../../generator/run/runPass.js';

const { tiny4, odd } = presets;

/** Bursts of parts, and of beats that hold two instructions. */
const configs: readonly Config[] = [
  { ...tiny4, name: 'tiny4, 8 slots', instructionSlots: 8 },
  {
    ...odd,
    name: 'odd with two instructions in a beat, 8 slots',
    axi: { ...odd.axi, dataWidth: 1024 },
    buffers: { dynamicBytes: 8192, stationaryBytes: 8192, accumulatorDepth: 64 },
    instructionSlots: 8,
  },
];

const layers = ['B=2,C=5,H=6,W=5,N=7,K=1', 'C=6,H=7,W=6,N=13,K=3,S=2,P=1'];

describe.each(configs)('$name', (config) => {
  it.each(layers)('%s: right, and predicted to the cycle, in every pass by every engine', async (text) => {
    const layer = parseLayer(text);
    for (const pass of PASSES) {
      for (const engine of ENGINES) {
        const plan = makePlan(config, layer, pass, engine);
        const run = await runPass(config, layer, pass, engine, { plan, seed: 7 });
        expect([pass, engine, run.faults, run.passed]).toEqual([pass, engine, [], true]);
        expect([pass, engine, run.cycles]).toEqual([pass, engine, performanceOf(config, plan).cycles]);
      }
    }
  });
});
