import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan, type Plan, type PlanOptions } from '../../generator/compile/plan.js';
import { planImages, randomOperands } from '../../generator/compile/workload.js';
import { type LaneMapping, laneBound, mappingsOf } from '../../generator/dataflows/lanes/index.js';
import { loopNest } from '../../generator/dataflows/loopNest.js';
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

const run = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  misalign = 0,
  choose?: PlanOptions['choose'],
): Run => {
  const plan = makePlan(config, layer, pass, engine, { misalign, ...(choose ? { choose } : {}) });
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
/** Groups of up to 3 input and 3 output channels, in any number. */
const grouped = anyShape(
  fc.record({ G: upTo(9, 2), c: upTo(3), n: upTo(3) }).map(({ G, c, n }) => ({ G, C: G * c, N: G * n })),
);

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
    { seed, numRuns: 24 },
  );
  return chosen;
};

describe.each(['tiny4', 'odd'] as const)('lanes on %s', (name) => {
  const config = presets[name]!;

  it.each(['fprop', 'wgrad'] as const)('are (kw, c) where channels are few: %s', (pass) => {
    expect(check(config, few, pass, 31).get('fused')).toBeGreaterThan(24);
  });

  it.each(PASSES)('are a diagonal where depthwise: %s', (pass) => {
    const chosen = check(config, depthwise, pass, 47);
    expect(chosen.get('diagonal')).toBeGreaterThan(36);
  });

  it.each(PASSES)('are groups side by side, in every tiling of them: %s', (pass) => {
    let tried = 0;
    fc.assert(
      fc.property(grouped, fc.nat(), (layer, seed) => {
        const engine = ENGINES[seed % 3]!;
        if (!mappingsOf(config, loopNest(layer, pass, engine)).includes('diagonal')) return;
        const { plan, counts, wrong } = run(config, layer, pass, engine, seed % 8, (tilings) =>
          tilings.some(({ lanes }) => lanes === 'diagonal') ? [tilings[seed % tilings.length]!] : [],
        );
        const tag = `${formatLayer(layer)} ${pass} ${engine} ${JSON.stringify(plan.tiling)}`;
        expect(plan.tiling.lanes).toBe('diagonal');
        expect(wrong, tag).toBe(0);
        if (engine !== 'traditional') expect(counts.usefulMacs, tag).toBe(usefulMacs(layer));
        if (engine === 'zerofree') expect(counts.zerosMultiplied, tag).toBe(0);
        if (engine === 'bp') expect(counts.usefulMacs + counts.zerosMultiplied, tag).toBe(enumerated(layer, pass));
        tried++;
      }),
      { seed: 71, numRuns: 120 },
    );
    expect(tried).toBeGreaterThan(30);
  });

  it('are channels elsewhere', () => {
    expect([...check(config, few, 'dgrad', 59).keys()]).toEqual(['channels']);
  });
});

describe('rows of several images', () => {
  const inBlocks = ({ kind, images, rows }: Plan['tiling'], { Ho }: Layer): boolean =>
    kind === 'pixels' && images > 1 && rows < Ho;
  // so that lanes are left idle by rows of one image, and rows lie alike
  const small = fc
    .record({
      ...{ B: upTo(5, 2), H: upTo(9, 3), W: upTo(3).map((n) => 4 * n), Kh: upTo(3), Kw: upTo(3) },
      ...{ Sh: upTo(2), Sw: upTo(2), Pt: upTo(1, 0), Pb: upTo(1, 0), Pl: upTo(1, 0), Pr: upTo(1, 0) },
      ...{ G: fc.constantFrom(1, 4, 8), c: upTo(4), n: upTo(3) },
    })
    .map(({ G, c, n, ...shape }) => makeLayer({ ...shape, G, C: G * c, N: (G === 1 ? 4 : G) * n, Dh: 1, Dw: 1 }));

  it.each(['tiny4', 'odd'] as const)('are summed together, in every tiling of them: %s', (name) => {
    const config = presets[name]!;
    const tried = new Map<LaneMapping, number>();
    fc.assert(
      fc.property(small, fc.nat(), fc.nat(3), (layer, seed, lead) => {
        const engine = ENGINES[seed % 3]!;
        const blocks: Plan['tiling'][] = [];
        makePlan(config, layer, 'wgrad', engine, {
          misalign: seed % 8,
          choose: (tilings) => {
            blocks.push(...tilings.filter((tiling) => inBlocks(tiling, layer)));
            return tilings.slice(0, 1);
          },
        });
        if (blocks.length === 0) return;
        const one = blocks[seed % blocks.length]!;
        const most = Math.ceil(Math.min(layer.Ho, one.images * one.rows) / 2);
        const choose: PlanOptions['choose'] = (tilings) =>
          tilings.some(({ lanes }) => lanes === one.lanes)
            ? [lead > 0 ? { ...one, lead: Math.min(lead, most) } : one]
            : [];
        const { plan, counts, wrong } = run(config, layer, 'wgrad', engine, seed % 8, choose);
        const tag = `${formatLayer(layer)} ${engine} ${JSON.stringify(plan.tiling)}`;
        expect(inBlocks(plan.tiling, layer), tag).toBe(true);
        expect(wrong, tag).toBe(0);
        if (engine !== 'traditional') expect(counts.usefulMacs, tag).toBe(usefulMacs(layer));
        if (engine === 'zerofree') expect(counts.zerosMultiplied, tag).toBe(0);
        tried.set(one.lanes, (tried.get(one.lanes) ?? 0) + 1);
      }),
      { seed: 83, numRuns: 400 },
    );
    for (const lanes of ['channels', 'fused', 'diagonal'] as const) expect(tried.get(lanes), lanes).toBeGreaterThan(4);
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
    ['a depthwise layer', 'B=1,C=32,H=12,W=12,N=32,K=3,P=1,G=32', ['diagonal', 'diagonal', 'diagonal']],
    ['a channel multiplier', 'B=1,C=4,H=12,W=12,N=8,K=3,P=1,G=4', ['diagonal', 'diagonal', 'diagonal']],
    ['groups of 4', 'B=1,C=32,H=12,W=12,N=32,K=3,P=1,G=8', ['diagonal', 'diagonal', 'diagonal']],
    ['groups as wide as the array', 'B=1,C=64,H=12,W=12,N=64,K=3,P=1,G=4', ['channels', 'channels', 'channels']],
  ] as const)('of %s', (_, text, expected) => {
    expect(PASSES.map((pass) => lanesOf(presets.ref16!, text, pass))).toEqual(expected);
  });

  it.each([
    [4, 8],
    [8, 4],
    [19, 2],
    [2, 19],
  ])('are a diagonal on %d × %d cells', (rows, columns) => {
    const config: Config = { ...presets.tiny4!, array: { rows, columns } };
    const layer = parseLayer('B=1,C=8,H=6,W=6,N=8,K=3,P=1,G=8');
    for (const pass of PASSES) {
      const { plan, wrong } = run(config, layer, pass, 'zerofree', 0, (tilings) =>
        tilings.filter(({ lanes }) => lanes === 'diagonal').slice(0, 4),
      );
      expect([plan.tiling.lanes, wrong]).toEqual(['diagonal', 0]);
    }
  });

  it('bound the useful utilization', () => {
    const few3 = parseLayer('B=1,C=3,H=8,W=8,N=16,K=3');
    expect(laneBound(presets.ref16!, few3, 'fprop')).toBe(9 / 16);
    expect(laneBound(presets.ref16!, few3, 'dgrad')).toBe(3 / 16);
    const own = parseLayer('B=1,C=24,H=8,W=8,N=24,K=3,G=24');
    for (const pass of ['fprop', 'dgrad'] as const) expect(laneBound(presets.ref16!, own, pass)).toBe(24 / 32 / 16);
    // 36 pixels of each tap take 48 lanes
    expect(laneBound(presets.ref16!, own, 'wgrad')).toBeCloseTo(((24 / 32 / 16) * 36) / 48, 12);
    const fours = parseLayer('B=2,C=128,H=56,W=56,N=128,K=3,P=1,G=32');
    expect(laneBound(presets.ref16!, fours, 'fprop')).toBe(0.25);
    const doubled = parseLayer('C=16,H=8,W=8,N=32,K=1,G=16');
    // 8 groups of 1 × 2 lanes forwards; backwards as many, of 2 × 1
    for (const pass of PASSES) expect(laneBound(presets.ref16!, doubled, pass)).toBe((8 * 2) / 256);
  });
});
