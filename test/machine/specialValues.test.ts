import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import { planImages, specialOperands } from '../../generator/compile/workload.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import type { Layer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { unpackResult } from '../../generator/formats/index.js';
import { judge, type Operands } from '../../generator/golden/judge.js';
import { execute } from '../../generator/machine/executor.js';
import { anyLayer } from '../description/layers.js';

const narrowArray: Config = { ...presets.odd, array: { rows: 7, columns: 5 } };

/** What the bit-exact model gives, and how the loop nest judges it. */
const run = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  operands: Operands,
  narrow: boolean,
): { readonly result: Float32Array; readonly wrong: number } => {
  const plan = makePlan(config, layer, pass, engine, { narrow });
  const { output, scratch } = plan.memory;
  const out = { base: output.address, bytes: new Uint8Array(output.bytes) };
  const written = scratch.bytes ? [out, { base: scratch.address, bytes: new Uint8Array(scratch.bytes) }] : [out];
  execute(config, plan.words, [...planImages(plan, operands), ...written]);
  const result = unpackResult(out.bytes, config.format, narrow) as Float32Array;
  const storedZeros = plan.nest.reorganized !== undefined;
  return { result, wrong: judge(layer, pass, operands, result, { narrow, storedZeros }).wrong };
};

const kind = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? 'finite' : String(value);

it.each(PASSES)(
  'a structural zero contributes nothing: %s, every engine and mapping, Inf and NaN beside it',
  (pass) => {
    fc.assert(
      fc.property(
        fc.oneof(anyLayer(), anyLayer({ groups: 9, channels: 1 }), anyLayer({ groups: 1, channels: 12 })),
        fc.constantFrom(presets.odd, presets.ref16, narrowArray),
        fc.boolean(),
        fc.nat(10_000),
        (layer, config, narrow, seed) => {
          const operands = specialOperands(layer, pass, seed);
          const runs = ENGINES.map((engine) => run(config, layer, pass, engine, operands, narrow));
          expect(runs.map(({ wrong }) => wrong)).toEqual([0, 0, 0]);
          // what is infinite or NaN depends on no engine that stores no zeros
          const [, bp, zerofree] = runs.map(({ result }) => Array.from(result, kind));
          expect(zerofree).toEqual(bp);
        },
      ),
      { seed: 21, numRuns: 40 },
    );
  },
);
