import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { activityOf } from '../../generator/machine/activity.js';
import { runPass } from '../../generator/run/runPass.js';

describe("the model's timeline", () => {
  // runs of one cycle a bucket, and of several
  it.each([
    ['odd', 'C=5,H=7,W=7,N=4,K=3,S=2,P=1'],
    ['odd', 'B=2,C=1,H=20,W=20,N=3,K=3'],
    ['tiny4', 'C=16,H=15,W=15,N=12,K=3,S=2,P=1'],
  ] as const)('on %s is that of the RTL in every bucket: %s', async (preset, text) => {
    const config = presets[preset];
    const layer = parseLayer(text);
    for (const pass of PASSES) {
      for (const engine of ENGINES) {
        const plan = makePlan(config, layer, pass, engine);
        const timeline = { from: 0, to: Number.MAX_SAFE_INTEGER };
        const { activity } = await runPass(config, layer, pass, engine, { plan, timeline });
        expect(activityOf(config, plan), `${text} ${pass} ${engine}`).toEqual(activity);
      }
    }
  });
});
