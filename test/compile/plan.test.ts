import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { makePlan, type Plan, type PlanOptions } from '../../generator/compile/plan.js';
import { planImages, randomOperands } from '../../generator/compile/workload.js';
import { Builder, mostInstructions, TooLong } from '../../generator/dataflows/builder.js';
import type { ChannelTiling } from '../../generator/dataflows/channels/tiling.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { formatLayer, type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { unpackResult } from '../../generator/formats/index.js';
import { usefulMacs } from '../../generator/golden/convolution.js';
import { judge } from '../../generator/golden/judge.js';
import { execute } from '../../generator/machine/executor.js';
import type { Counts } from '../../generator/units/counts.js';
import { anyLayer } from '../description/layers.js';

interface Run {
  readonly plan: Plan;
  readonly counts: Counts;
  readonly output: Uint8Array;
  readonly wrong: number;
}

/** Plans a pass, carries the program out on the bit-exact executor and compares with the plain loop nest. */
const run = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  misalign = 0,
  seed = 1,
  choose?: PlanOptions['choose'],
): Run => {
  const plan = makePlan(config, layer, pass, engine, { misalign, choose });
  const operands = randomOperands(config, layer, pass, seed);
  const { output, scratch } = plan.memory;
  const out = { base: output.address, bytes: new Uint8Array(output.bytes).fill(0xa5) };
  const regions = [...planImages(plan, operands), out];
  if (scratch.bytes) regions.push({ base: scratch.address, bytes: new Uint8Array(scratch.bytes).fill(0xff) });
  const counts = execute(config, plan.words, regions);
  const { wrong } = judge(layer, pass, operands, unpackResult(out.bytes, config.format, false) as Float32Array);
  return { plan, counts, output: out.bytes, wrong };
};

describe('the reorganize step', () => {
  // rows of dY are cut, and negative padding (1x1 kernels in padding) leaves pixels of dY out
  const small: Config = { ...presets.tiny4, buffers: { ...presets.tiny4.buffers, dynamicBytes: 16 } };
  it.each([
    'C=4,H=7,W=3,N=2,K=1,Sh=2,Pt=2,Pb=1,Pl=4,Pr=4',
    'B=3,C=3,H=2,W=3,N=2,Kh=1,Kw=2,Sh=3,Dh=2,Pt=3,Pb=1,Pl=4,Pr=1',
    'B=3,C=3,H=5,W=7,N=1,K=1,S=2,Dh=3,Dw=2,Pt=3,Pb=2,Pr=3',
    'C=3,H=7,W=9,N=1,K=1,S=3,Dh=2,Pt=2,Pb=3,Pl=2,Pr=2',
    'B=2,C=3,H=9,W=4,N=1,K=1,Sw=2,Dw=2,Pt=1,Pb=3,Pl=3,Pr=2',
  ])('stays inside the tensor: %s', (text) => {
    expect(run(small, parseLayer(text), 'dgrad', 'traditional').wrong).toBe(0);
  });
});

describe('plans', () => {
  for (const name of ['tiny4', 'odd', 'ref16'] as const) {
    for (const pass of PASSES) {
      it(`map any layer: ${pass} on ${name}`, () => {
        const config = presets[name]!;
        fc.assert(
          fc.property(anyLayer({ kernel: 5 }), fc.nat(7), (layer, misalign) => {
            const runs = ENGINES.map((engine) => run(config, layer, pass, engine, misalign));
            for (const { plan, wrong } of runs) {
              expect(wrong, `${formatLayer(layer)} ${pass} ${plan.nest.engine} ${JSON.stringify(plan.tiling)}`).toBe(0);
            }
            const [, bp, zerofree] = runs;
            expect(bp!.counts.usefulMacs).toBe(usefulMacs(layer));
            expect(zerofree!.counts.usefulMacs).toBe(usefulMacs(layer));
            expect(zerofree!.counts.zerosMultiplied).toBe(0);
            if (config.format === 'int8') expect(Buffer.compare(bp!.output, zerofree!.output)).toBe(0);
          }),
          { seed: 20261122, numRuns: name === 'ref16' ? 15 : 40 },
        );
      });
    }
  }

  it('are right with any tiling, not only the chosen one', () => {
    const seen = { split: 0, parts: 0, between: 0 };
    fc.assert(
      fc.property(
        anyLayer({ kernel: 4 }),
        fc.constantFrom('fprop', 'dgrad'),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (layer, pass, at) => {
          for (const wanted of [
            ({ execRows, rows }: ChannelTiling) => execRows < rows,
            ({ split }: ChannelTiling) => split,
            ({ split }: ChannelTiling) => !split,
          ]) {
            const choose: PlanOptions['choose'] = (tilings) => {
              const some = tilings.filter((tiling) => tiling.kind === 'channels' && wanted(tiling));
              const from = some.length > 0 ? some : tilings;
              return from.slice(Math.floor(at * from.length)).slice(0, 1);
            };
            const { plan, wrong } = run(presets.tiny4, layer, pass, 'zerofree', 0, 1, choose);
            expect(wrong, `${formatLayer(layer)} ${pass} ${JSON.stringify(plan.tiling)}`).toBe(0);
            if (plan.tiling.kind !== 'channels') continue;
            if (plan.tiling.split) seen.split += 1;
            if (plan.tiling.execRows < plan.tiling.rows) seen.parts += 1;
            if (pass === 'dgrad' && layer.Kh === 1 && layer.Sh > 1) seen.between += 1;
          }
        },
      ),
      { seed: 20261122, numRuns: 100 },
    );
    for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(4);
  });

  it('map layers with more rows, columns, channels and taps than the buffers hold', () => {
    const layers = [
      'C=1,H=3,W=700,N=1,K=3,P=1',
      'C=200,H=2,W=3,N=2,K=1',
      'C=2,H=2,W=3,N=200,K=1',
      'C=3,H=12,W=12,N=2,K=11,P=3',
      'C=40,H=4,W=40,N=40,K=3,S=2,P=1',
      'B=40,C=5,H=1,W=1,N=9,K=1',
      'C=24,H=9,W=9,N=24,K=3,P=1,G=24',
      'C=1,H=5,W=5,N=1,K=1,S=4',
    ].map(parseLayer);
    for (const [index, layer] of layers.entries()) {
      const name = index % 2 ? 'odd' : 'tiny4';
      for (const pass of PASSES) {
        for (const engine of ENGINES) {
          const { plan, wrong } = run(presets[name]!, layer, pass, engine);
          expect(wrong, `${name} ${formatLayer(layer)} ${pass} ${engine} ${JSON.stringify(plan.tiling)}`).toBe(0);
        }
      }
    }
  });

  it('give every useful pair once and count zeros in closed form', () => {
    // enumerated by bp: every dX pixel × tap, every position of the zero-inserted dY grid × tap
    const layer = parseLayer('B=2,C=16,H=14,W=14,N=32,K=3,S=2,P=1');
    const config = presets['ref16-int8']!;
    const channels = layer.C * layer.N * layer.Kh * layer.Kw;
    const dgrad = run(config, layer, 'dgrad', 'bp').counts;
    expect(dgrad.usefulMacs + dgrad.zerosMultiplied).toBe(layer.B * layer.H * layer.W * channels);
    const wgrad = run(config, layer, 'wgrad', 'bp').counts;
    const grid = ((layer.Ho - 1) * layer.Sh + 1) * ((layer.Wo - 1) * layer.Sw + 1);
    expect(wgrad.usefulMacs + wgrad.zerosMultiplied).toBe(layer.B * grid * channels);
    // traditional does the same work on stored zeros
    const stored = run(config, layer, 'dgrad', 'traditional').counts;
    expect(stored.usefulMacs + stored.zerosMultiplied).toBe(layer.B * layer.H * layer.W * channels);
    expect(stored.reorganizeBytes).toBe(layer.B * (layer.H + 2) * (layer.W + 2) * layer.N);
  });

  it('refuse an engine that is not built', () => {
    const config: Config = { ...presets.tiny4!, engines: ['bp'] };
    expect(() => makePlan(config, parseLayer('C=1,H=4,W=4,N=1,K=3'), 'fprop', 'zerofree')).toThrow(UserError);
  });

  it('refuse a layer of which not one tile fits, naming the buffers', () => {
    const config: Config = {
      ...presets.tiny4!,
      array: { rows: 64, columns: 64 },
      buffers: { dynamicBytes: 256, stationaryBytes: 256, accumulatorDepth: 16 },
    };
    expect(() => makePlan(config, parseLayer('C=64,H=4,W=4,N=64,K=3'), 'fprop', 'bp')).toThrow(/stationary/);
  });

  it.each<readonly [string, Partial<Config['buffers']>, Pass, Engine, string]>([
    ['C=40,H=4,W=4,N=4,K=3,P=1', { dynamicBytes: 16 }, 'fprop', 'bp', 'set buffers.dynamicBytes to 64'],
    [
      ...(['C=8,H=9,W=9,N=4,K=3,P=1,S=2', { dynamicBytes: 16, stationaryBytes: 16 }, 'dgrad', 'traditional'] as const),
      'set buffers.dynamicBytes to 64 and buffers.stationaryBytes to 32',
    ],
    ['C=4,H=9,W=9,N=4,K=3,P=1', { dynamicBytes: 16 }, 'wgrad', 'zerofree', 'set buffers.dynamicBytes to 64'],
  ])('refuse %s, and what they propose is the least that helps', (text, changes, pass, engine, fix) => {
    const buffers = { ...presets.tiny4.buffers, ...changes };
    const plan = (other: Config['buffers']) => () =>
      makePlan({ ...presets.tiny4, buffers: other }, parseLayer(text), pass, engine, {});
    expect(plan(buffers)).toThrow(`fix: ${fix}`);
    const larger = [...fix.matchAll(/buffers\.(\w+) to (\d+)/g)].map(([, field, size]) => [field, Number(size)]);
    expect(plan({ ...buffers, ...Object.fromEntries(larger) })).not.toThrow();
    for (const [field, size] of larger) {
      const less = Object.fromEntries([...larger, [field, Number(size) / 2]]);
      expect(plan({ ...buffers, ...less })).toThrow('fits the buffers');
    }
  });

  it('refuse a layer that no buffers hold, naming what to reduce', () => {
    const config: Config = { ...presets.ref16, array: { rows: 128, columns: 128 } };
    const plan = () => makePlan(config, parseLayer('C=128,H=1000,W=1000,N=128,K=255'), 'fprop', 'bp');
    expect(plan).toThrow(/fix: no buffers within their limits are enough: reduce the kernel/);
  });

  it('are refused where tensors lie beyond the addresses', () => {
    const layer = parseLayer('C=65535,H=32767,W=32767,N=65535,K=3');
    const { limits: _limits, ...unlimited } = presets.tiny4;
    expect(() => makePlan(unlimited, layer, 'dgrad', 'bp')).toThrow(/beyond the 32 address bits of tiny4/);
    const [small, options] = [parseLayer('C=4,H=9,W=9,N=4,K=3'), { base: 0xffff_e000 }];
    expect(() => makePlan(presets.tiny4, small, 'fprop', 'bp', options)).toThrow(/beyond the 32 address bits/);
  });

  it('are refused where a result would end at the last address, which the limit of the write window cannot lie behind', () => {
    const layer = parseLayer('C=8,H=4,W=4,N=4,K=1');
    const at = (output: number) => makePlan(presets.tiny4, layer, 'fprop', 'bp', { base: 0x1000, place: { output } });
    expect(() => at(0xffff_ff40)).toThrow(/would end at 0x100000040, which is beyond the 32 address bits/);
    expect(at(0xffff_ff00).memory.output.address + 256).toBe(2 ** 32);
  });

  it('let every part end with the address space, of any width, and no part one beat later', () => {
    const layer = parseLayer('C=8,H=4,W=4,N=16,K=1,S=2');
    const parts = ['x', 'wt', 'output', 'scratch', 'program'] as const;
    const width = fc.integer({ min: 32, max: 64 });
    fc.assert(
      fc.property(width, fc.constantFrom(...parts), (addressWidth, part) => {
        const config: Config = { ...presets.tiny4, axi: { ...presets.tiny4.axi, addressWidth } };
        const pass = part === 'scratch' || part === 'wt' ? 'dgrad' : 'fprop';
        const engine = part === 'scratch' ? 'traditional' : 'bp';
        const plan = (place: PlanOptions['place']) => makePlan(config, layer, pass, engine, { base: 0x1000, place });
        const { memory, words } = plan({});
        const bytes = part === 'program' ? words.byteLength : memory[part].bytes;
        const end = 2 ** Math.min(addressWidth, 53);
        const last = plan({ [part]: end - bytes }).memory[part];
        expect(typeof last === 'number' ? last : last.address).toBe(end - bytes);
        expect(() => plan({ [part]: end - bytes + 64 })).toThrow(
          addressWidth > 53 ? /is beyond 2\^53, the end/ : /is beyond the \d+ address bits/,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are not those of a part that has no bytes', () => {
    const layer = parseLayer('C=64,H=8,W=8,N=4,K=1');
    const place = { wt: 0x1000, output: 0x2000, program: 0x4000 };
    const { memory } = makePlan(presets.tiny4, layer, 'fprop', 'bp', { base: 2 ** 32 - 4096, place });
    expect(memory.x.address + memory.x.bytes).toBe(2 ** 32);
  });

  it('take no step beyond its field where rows of a tensor lie further apart', () => {
    const layer = parseLayer('C=129,H=511,W=32767,N=16,K=1,S=255');
    const { instructions } = makePlan(presets.ref16, layer, 'fprop', 'zerofree', { base: 2 ** 32 });
    const steps = instructions.flatMap((each) =>
      each.kind === 'load' || each.kind === 'store'
        ? [each.n1 > 1 ? each.stride1 : 0, each.n2 > 1 ? each.stride2 : 0]
        : [],
    );
    expect(Math.max(...steps)).toBeGreaterThan(0);
    for (const step of steps) expect(step).toBe(step | 0);
  });

  it('end at the longest program', () => {
    const builder = new Builder(presets.tiny4);
    const step = { positionsH: 1, positionsW: 1, elements: 1 } as Parameters<Builder['reorganize']>[0];
    for (let count = 0; count < mostInstructions(presets.tiny4); count++) builder.reorganize(step);
    expect(() => builder.reorganize(step)).toThrow(TooLong);
  });
});
