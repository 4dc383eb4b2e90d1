import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { presets } from '../../generator/description/presets.js';
import { topView } from '../../generator/emit/views/top.js';
import {
  fieldRanges,
  INSTRUCTION_SET,
  isRunTooLong,
  type Reorganize,
  type Store,
} from '../../generator/isa/program.js';
import { runBytes } from '../../generator/units/store/run.js';

const anyConfig: fc.Arbitrary<Config> = fc
  .record({
    preset: fc.constantFrom(presets.tiny4, presets.odd, presets.ref16, presets['ref16-int8']),
    dynamicBytes: fc.constantFrom(1024, 8192, 131072, 2 ** 20),
    accumulatorDepth: fc.constantFrom(64, 1024, 65536),
    limits: fc.option(
      fc.record({ map: fc.constantFrom(1, 15, 1023), channels: fc.constantFrom(1, 255, 65535) }, { requiredKeys: [] }),
      { nil: undefined },
    ),
  })
  .map(({ preset, dynamicBytes, accumulatorDepth, limits }) => ({
    ...preset,
    buffers: { ...preset.buffers, dynamicBytes, accumulatorDepth },
    limits,
  }));

/** A value of a field as the accelerator holds it, often the greatest of some number of bits. */
const heldValue = (config: Config, kind: 'store' | 'reorganize', name: string): fc.Arbitrary<number> => {
  const field = INSTRUCTION_SET[kind].fields.find((one) => one.name === name)!;
  const [least, most] = fieldRanges(derive(config).widths).get(field)!;
  const bits = fc.nat(Math.floor(Math.log2(most))).map((shift) => Math.floor(most / 2 ** shift));
  return fc.oneof(bits, fc.integer({ min: least, max: most })).filter((value) => value >= least);
};

it('the bits of a run hold the bytes of every run that is not too long', () => {
  fc.assert(
    fc.property(
      anyConfig.chain((config) =>
        fc.record({
          config: fc.constant(config),
          elements: heldValue(config, 'reorganize', 'elements'),
          positionsW: heldValue(config, 'reorganize', 'positionsW'),
          groups: heldValue(config, 'store', 'groups'),
          vectorsPerGroup: heldValue(config, 'store', 'vectorsPerGroup'),
        }),
      ),
      ({ config, elements, positionsW, groups, vectorsPerGroup }) => {
        const { runBytesBits } = topView(config);
        const reorganize = { kind: 'reorganize', elements, positionsW } as Reorganize;
        if (!isRunTooLong(config, reorganize))
          expect(elements * positionsW * derive(config).dataBytes).toBeLessThan(2 ** runBytesBits);
        const lastLanes = config.array.columns;
        const store = { kind: 'store', narrow: false, groups, vectorsPerGroup, lastLanes } as Store;
        if (!isRunTooLong(config, store)) expect(runBytes(config, store)).toBeLessThan(2 ** runBytesBits);
      },
    ),
    { seed: 20, numRuns: 400 },
  );
});
