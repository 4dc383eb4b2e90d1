import { describe, expect, it } from 'vitest';
import { estimate, MOST_IMAGES } from '../../generator/compile/estimate.js';
import { makePlan } from '../../generator/compile/plan.js';
import { PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { performanceOf } from '../../generator/machine/performance.js';

describe('the estimate of a large batch', () => {
  it.each(PASSES)('%s: close to a replay of the whole, and exact in what is useful', (pass) => {
    const layer = parseLayer('B=400,C=6,H=3,W=4,N=4,K=3,S=2,P=1');
    const predicted = estimate(presets.tiny4, layer, pass, 'zerofree');
    const plan = makePlan(presets.tiny4, layer, pass, 'zerofree', { narrow: pass !== 'wgrad' });
    const whole = performanceOf(presets.tiny4, plan);
    expect(predicted.extrapolatedFrom).toEqual([MOST_IMAGES / 2, MOST_IMAGES]);
    expect(Math.abs(predicted.cycles / whole.cycles - 1)).toBeLessThan(0.01);
    expect(predicted.usefulMacs).toBe(whole.usefulMacs);
    expect(predicted.utilization).toBeLessThanOrEqual(predicted.laneBound);
  });

  it('replays no more images for more of them', () => {
    const of = (B: number) => estimate(presets.tiny4, parseLayer(`B=${B},C=4,H=3,W=3,N=4,K=1`), 'fprop', 'bp');
    const [some, most] = [of(300), of(65_535)];
    expect(of(MOST_IMAGES).extrapolatedFrom).toBeUndefined();
    // images repeat: the line through the larger batches is that of the smaller ones
    const slope = (some.cycles - of(MOST_IMAGES).cycles) / (300 - MOST_IMAGES);
    expect((most.cycles - some.cycles) / (65_535 - 300) / slope).toBeCloseTo(1, 1);
  });

  it('is refused where its tensors cannot be addressed', () => {
    const layer = parseLayer('B=65535,C=64,H=112,W=112,N=64,K=1');
    expect(() => estimate(presets.tiny4, layer, 'fprop', 'bp')).toThrow(/32 address bits/);
  });
});
