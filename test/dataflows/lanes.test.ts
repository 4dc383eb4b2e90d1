import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan, type Plan } from '../../generator/compile/plan.js';
import { planImages, randomOperands } from '../../generator/compile/workload.js';
import type { LaneMapping } from '../../generator/dataflows/lanes/index.js';
import { laneBound } from '../../generator/dataflows/lanes/index.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { formatLayer, type Layer, type LayerShape, makeLayer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { unpackResult } from '../../generator/formats/index.js';
import { usefulMacs } from '../../generator/golden/convolution.js';
import { judge } from '../../generator/golden/judge.js';
import { execute } from '../../generator/machine/executor.js';
import type { Counts } from '../../generator/units/counts.js';

interface Run {
  readonly plan: Plan;
  readonly counts: Counts;
  readonly wrong: number;
}

const run = (config: Config, layer: Layer, pass: Pass, engine: Engine, misalign = 0): Run => {
  const plan = makePlan(config, layer, pass, engine, { misalign });
  const operands = randomOperands(config, layer, pass, misalign + 1);
  const { output, scratch } = plan.memory;
  const out = { base: output.address, bytes: new Uint8Array(output.bytes).fill(0xa5) };
  const regions = [...planImages(plan, operands), out];
  if (scratch.bytes) regions.push({ base: scratch.address, bytes: new Uint8Array(scratch.bytes).fill(0xff) });
  const counts = execute(config, plan.words, regions);
  const { wrong } = judge(layer, pass, operands, unpackResult(out.bytes, config.format, false) as Float32Array);
  return { plan, counts, wrong };
};

/** Multiply-accumulates that bp enumerates, on pairs and on structural zeros. */
const enumerated = (layer: Layer, pass: Pass): number => {
  const { B, H, W, C, N, G, Kh, Kw, Sh, Sw, Ho, Wo } = layer;
  const positions = {
    fprop: Ho * Wo,
    dgrad: H * W,
    wgrad: ((Ho - 1) * Sh + 1) * ((Wo - 1) * Sw + 1),
  }[pass];
  return B * positions * Kh * Kw * (C / G) * N;
};

const upTo = (most: number, least = 1) => fc.integer({ min: least, max: most });

const anyShape = (channels: fc.Arbitrary<Pick<LayerShape, 'C' | 'N' | 'G'>>): fc.Arbitrary<Layer> =>
  fc
    .record({
      channels,
      ...{ B: upTo(3), H: upTo(9), W: upTo(12), Kh: upTo(4), Kw: upTo(7, 2), Sh: upTo(3), Sw: upTo(4) },
      ...{ Pt: upTo(2, 0), Pb: upTo(2, 0), Pl: upTo(4, 0), Pr: upTo(4, 0) },
    })
    .map(({ channels: sizes, ...shape }) => {
      const H = Math.max(shape.H, shape.Kh - shape.Pt - shape.Pb);
      const W = Math.max(shape.W, shape.Kw - shape.Pl - shape.Pr);
      return makeLayer({ ...shape, ...sizes, H, W, Dh: 1, Dw: 1 });
    });

const few = anyShape(fc.record({ C: upTo(5), N: upTo(9), G: fc.constant(1) }));
const depthwise = anyShape(upTo(9, 2).map((channels) => ({ C: channels, N: channels, G: channels })));

/** Tries layers in all engines, and returns how often each mapping was chosen. */
const check = (config: Config, layers: fc.Arbitrary<Layer>, pass: Pass, seed: number): Map<LaneMapping, number> => {
  const chosen = new Map<LaneMapping, number>();
  fc.assert(
    fc.property(layers, fc.nat(7), (layer, misalign) => {
      for (const engine of ENGINES) {
        const { plan, counts, wrong } = run(config, layer, pass, engine, misalign);
        const tag = `${formatLayer(layer)} ${pass} ${engine} ${JSON.stringify(plan.tiling)}`;
        expect(wrong, tag).toBe(0);
        if (engine !== 'traditional') expect(counts.usefulMacs, tag).toBe(usefulMacs(layer));
        if (engine === 'zerofree') expect(counts.zerosMultiplied, tag).toBe(0);
        if (engine === 'bp') expect(counts.usefulMacs + counts.zerosMultiplied, tag).toBe(enumerated(layer, pass));
        chosen.set(plan.tiling.lanes, (chosen.get(plan.tiling.lanes) ?? 0) + 1);
      }
    }),
    { seed, numRuns: 40 },
  );
  return chosen;
};

describe.each(['tiny4', 'odd'] as const)('lanes on %s', (name) => {
  const config = presets[name]!;

  it.each(['fprop', 'wgrad'] as const)('are (kw, c) where channels are few: %s', (pass) => {
    expect(check(config, few, pass, 31).get('fused')).toBeGreaterThan(40);
  });

  it.each(['fprop', 'dgrad'] as const)('are a diagonal where depthwise: %s', (pass) => {
    const chosen = check(config, depthwise, pass, 47);
    expect(chosen.get('diagonal')).toBeGreaterThan(60);
  });

  it.each([
    ['dgrad', few],
    ['wgrad', depthwise],
  ] as const)('are channels elsewhere: %s', (pass, layers) => {
    expect([...check(config, layers, pass, 59).keys()]).toEqual(['channels']);
  });
});

describe('lanes', () => {
  const lanesOf = (config: Config, text: string, pass: Pass): LaneMapping =>
    makePlan(config, parseLayer(text), pass, 'zerofree').tiling.lanes;

  it.each([
    ['the first layer of a network', 'B=1,C=3,H=30,W=30,N=16,K=3,S=2', ['fused', 'channels', 'fused']],
    ['as many channels as rows', 'B=1,C=16,H=12,W=12,N=16,K=3,P=1', ['channels', 'channels', 'channels']],
    ['a dilated kernel', 'B=1,C=3,H=12,W=12,N=16,K=3,D=2', ['channels', 'channels', 'channels']],
    ['padding as wide as the kernel', 'B=1,C=3,H=12,W=12,N=16,K=3,P=3', ['channels', 'channels', 'channels']],
    ['a depthwise layer', 'B=1,C=32,H=12,W=12,N=32,K=3,P=1,G=32', ['diagonal', 'diagonal', 'channels']],
    ['a channel multiplier', 'B=1,C=4,H=12,W=12,N=8,K=3,P=1,G=4', ['channels', 'channels', 'channels']],
  ] as const)('of %s', (_, text, expected) => {
    expect(PASSES.map((pass) => lanesOf(presets.ref16!, text, pass))).toEqual(expected);
  });

  it('cannot be a diagonal of more columns than rows', () => {
    const config: Config = { ...presets.tiny4!, array: { rows: 4, columns: 8 } };
    const layer = parseLayer('B=1,C=8,H=6,W=6,N=8,K=3,P=1,G=8');
    const { plan, wrong } = run(config, layer, 'fprop', 'zerofree');
    expect([plan.tiling.lanes, wrong]).toEqual(['channels', 0]);
  });

  it('bound the useful utilization', () => {
    const few3 = parseLayer('B=1,C=3,H=8,W=8,N=16,K=3');
    expect(laneBound(presets.ref16!, few3, 'fprop')).toBe(3 / 16);
    expect(laneBound(presets.ref16!, few3, 'fprop', 'fused')).toBe(9 / 16);
    const own = parseLayer('B=1,C=24,H=8,W=8,N=24,K=3,G=24');
    expect(laneBound(presets.ref16!, own, 'dgrad', 'diagonal')).toBe(24 / 32 / 16);
  });
});
