import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { encodingProblem } from '../../generator/compile/encodable.js';
import { makePlan, type Plan } from '../../generator/compile/plan.js';
import { planImages, randomOperands } from '../../generator/compile/workload.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import {
  formatLayer,
  type Layer,
  type LayerShape,
  layerLimits,
  makeLayer,
  parseLayer,
} from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { unpackResult } from '../../generator/formats/index.js';
import { judge } from '../../generator/golden/judge.js';
import { execute } from '../../generator/machine/executor.js';

const { limits: _limits, ...tiny } = presets.tiny4!;

/** The only problem of a refusal; what is no refusal is thrown on. */
const planned = (config: Config, layer: Layer, pass: Pass, engine: Engine): Plan | string => {
  try {
    return makePlan(config, layer, pass, engine);
  } catch (error) {
    if (!(error instanceof UserError) || error.problems.length !== 1) throw error;
    const [{ code, message, fix }] = error.problems as [(typeof error.problems)[0]];
    expect(`${message}${fix}`).not.toMatch(/undefined|NaN/);
    return code;
  }
};

/** Wrong values of a plan's result, by the golden loop nest. */
const wrongIn = (config: Config, plan: Plan): number => {
  const { layer, pass } = plan.nest;
  const operands = randomOperands(config, layer, pass, 1);
  const { output, scratch } = plan.memory;
  const out = { base: output.address, bytes: new Uint8Array(output.bytes).fill(0xa5) };
  const regions = [...planImages(plan, operands), out];
  if (scratch.bytes) regions.push({ base: scratch.address, bytes: new Uint8Array(scratch.bytes).fill(0xff) });
  execute(config, plan.words, regions);
  return judge(layer, pass, operands, unpackResult(out.bytes, config.format, false) as Float32Array).wrong;
};

describe('the tensor that traditional stores', () => {
  it('is refused where its coordinates do not fit, and the advice works', () => {
    const layer = parseLayer('C=1,H=1,W=32767,N=2,Kh=1,Kw=3,Sw=255');
    expect(() => makePlan(tiny, layer, 'dgrad', 'traditional')).toThrow(
      /stores dY with its zeros and padding, which is 32769 columns, and coordinates reach 32768/,
    );
    for (const engine of ['bp', 'zerofree'] as const) {
      expect(wrongIn(tiny, makePlan(tiny, layer, 'dgrad', engine)), engine).toBe(0);
    }
  });

  it.each(['C=1,H=1,W=32766,N=2,Kh=1,Kw=3,Sw=255', 'C=1,H=32766,W=1,N=2,Kh=3,Kw=1,Sh=255'])(
    'is right up to the limit: %s',
    (text) => expect(wrongIn(tiny, makePlan(tiny, parseLayer(text), 'dgrad', 'traditional'))).toBe(0),
  );
});

it('a program that does not fit the fields is named by its first misfit', () => {
  const { instructions } = makePlan(tiny, parseLayer('C=4,H=4,W=4,N=4,K=3,P=1'), 'dgrad', 'bp');
  const changed = (kind: string, change: object) =>
    encodingProblem(
      tiny,
      instructions.map((one) => (one.kind === kind ? { ...one, ...change } : one)),
    );
  expect(encodingProblem(tiny, instructions)).toBeUndefined();
  expect(changed('load', { n1: 65536 })).toMatchObject({
    code: 'PLAN_FIELD',
    message: expect.stringMatching(/n1 = 65536, .* 2047/),
  });
  expect(changed('load', { n1: 2, stride1: 2 ** 31 })).toMatchObject({ code: 'PLAN_COPIES' });
  expect(changed('exec', { xH: 32760, positionsH: 9 })).toMatchObject({ code: 'PLAN_COORDINATES' });
  expect(changed('exec', { xH: 32760, positionsH: 8 })).toBeUndefined();
});

/** A key's least or greatest value, one in between, or a usual one. */
const anyValue = (key: keyof LayerShape): fc.Arbitrary<number> => {
  const { least, most } = layerLimits[key];
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(least) },
    { weight: 6, arbitrary: fc.integer({ min: least, max: least + 6 }) },
    { weight: 1, arbitrary: fc.constantFrom(most, most - 1) },
    { weight: 1, arbitrary: fc.integer({ min: least, max: most }) },
  );
};

const MOST_MACS = 3e5;

/** Layers with some keys at their limits that are small enough to be carried out. */
const extreme: fc.Arbitrary<Layer> = fc
  .record(Object.fromEntries(Object.keys(layerLimits).map((key) => [key, anyValue(key as keyof LayerShape)])))
  .map((values) => {
    const shape = values as unknown as LayerShape;
    const { G } = shape;
    const whole = (channels: number) => Math.max(G, channels - (channels % G));
    try {
      return makeLayer({ ...shape, C: whole(shape.C), N: whole(shape.N) });
    } catch {
      return undefined;
    }
  })
  .filter((layer): layer is Layer => {
    if (!layer) return false;
    const { B, C, H, W, N, Kh, Kw, G, Ho, Wo, Dh, Dw } = layer;
    const stored = B * N * (H + (Kh - 1) * Dh) * (W + (Kw - 1) * Dw);
    return B * Ho * Wo * Kh * Kw * (C / G) * N < MOST_MACS && B * H * W * C * Kh * Kw < MOST_MACS && stored < MOST_MACS;
  });

describe.each([presets.tiny4!, presets.odd!, presets.ref16!])('layers at their limits on $name', (config) => {
  it('give a program whose result is right, or one clear problem', () => {
    let right = 0;
    fc.assert(
      fc.property(extreme, fc.constantFrom(...PASSES), (layer, pass) => {
        for (const engine of ENGINES) {
          const plan = planned(config, layer, pass, engine);
          if (typeof plan === 'string') continue;
          expect(wrongIn(config, plan), `${formatLayer(layer)} ${pass} ${engine}`).toBe(0);
          right++;
        }
      }),
      { seed: 3, numRuns: 10 },
    );
    expect(right).toBeGreaterThan(8);
  });
});
