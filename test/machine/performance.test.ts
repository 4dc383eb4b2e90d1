import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { benchMemory, performanceOf } from '../../generator/machine/performance.js';
import { runPass } from '../../generator/run/runPass.js';

const tiny = presets.tiny4!;

describe('the performance model', () => {
  it.each([
    ['C=8,H=9,W=9,N=6,K=3,S=2,P=1', undefined],
    ['B=2,C=3,H=11,W=9,N=7,Kh=5,Kw=3,Sh=1,Sw=2,Pt=2,Pl=1', { readLatency: 37, writeLatency: 3, bytesPerCycle: 8 }],
    ['C=10,H=9,W=8,N=10,K=3,S=2,P=1,G=10', { readLatency: 250, writeLatency: 60, bytesPerCycle: 3 }],
  ])('has the cycles of the RTL for %s', async (text, memory) => {
    const layer = parseLayer(text);
    for (const pass of PASSES) {
      for (const engine of ENGINES) {
        const plan = makePlan(tiny, layer, pass, engine, { narrow: true });
        const { cycles, reorganizeCycles, prologueCycles } = performanceOf(tiny, plan, memory);
        const { counters } = await runPass(tiny, layer, pass, engine, { plan, narrow: true, memory });
        const name = `${text} ${pass} ${engine}`;
        expect(Math.abs(cycles / counters.cycles! - 1), name).toBeLessThan(0.01);
        expect(Math.abs(reorganizeCycles - counters.reorganizeCycles!), name).toBeLessThan(0.03 * counters.cycles!);
        expect(Math.abs(prologueCycles - counters.prologueCycles!), name).toBeLessThan(0.03 * counters.cycles!);
      }
    }
  });

  it('takes longer with a slower memory, and no longer with a faster one', () => {
    const plan = makePlan(presets.ref16!, parseLayer('C=64,H=14,W=14,N=64,K=3,S=2,P=1'), 'wgrad', 'bp');
    const usual = benchMemory(presets.ref16!);
    const cycles = (change: Partial<typeof usual>) =>
      performanceOf(presets.ref16!, plan, { ...usual, ...change }).cycles;
    const [now, late, narrow, fast] = [
      cycles({}),
      cycles({ readLatency: 400 }),
      cycles({ bytesPerCycle: 8 }),
      cycles({ readLatency: 10, bytesPerCycle: 64 }),
    ];
    expect(late).toBeGreaterThanOrEqual(now + 300);
    expect(narrow).toBeGreaterThan(now);
    expect(fast).toBeLessThan(now);
  });
});
