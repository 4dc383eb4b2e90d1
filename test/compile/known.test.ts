import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../generator/compile/network/index.js';
import type { KnownPlans } from '../../generator/compile/network/passProgram.js';
import { type Known, makePlan } from '../../generator/compile/plan.js';
import { PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { networkGraph } from '../../generator/networks/index.js';
import { odd, ref16 } from '../run/network/configs.js';

describe('a plan that is known', () => {
  const layer = parseLayer('B=2,C=7,H=9,W=8,N=6,K=3,S=2,P=1');

  it.each(PASSES)('is the one that was found: %s', (pass) => {
    const found = makePlan(odd, layer, pass, 'zerofree');
    expect(found.considered).toBeGreaterThan(1);
    const { tiling, cost } = found;
    const known = JSON.parse(JSON.stringify({ tiling, cycles: cost.cycles })) as Known;
    const again = makePlan(odd, layer, pass, 'zerofree', { known });
    expect(again).toEqual({ ...found, considered: 1 });
  });

  it('is looked for anew where it does not fit', () => {
    const wide = parseLayer('B=1,C=64,H=12,W=12,N=32,K=3,P=1');
    const { tiling } = makePlan(ref16, wide, 'fprop', 'zerofree');
    const found = makePlan(odd, wide, 'fprop', 'zerofree');
    expect(makePlan(odd, wide, 'fprop', 'zerofree', { known: { tiling, cycles: 1 } })).toEqual(found);
  });
});

it('a network compiled with known plans is the same network, and asks for each but once', () => {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  const known: KnownPlans = {
    recall: (what) => {
      asked.push(what);
      return kept.has(what) ? JSON.parse(kept.get(what)!) : undefined;
    },
    remember: (what, plan) => void kept.set(what, JSON.stringify(plan)),
  };
  const graph = networkGraph('lenet_bn', { batch: 2, seed: 1 });
  // plans are kept for each object that describes an accelerator
  const compiled = () => compileNetwork({ ...odd }, graph, { training: { rate: 0.1 }, known });
  const first = compiled();
  expect(kept.size).toBeGreaterThan(8);
  expect(asked.length).toBe(kept.size);
  const { size } = kept;
  expect(compiled()).toEqual(first);
  expect(kept.size).toBe(size);
});
