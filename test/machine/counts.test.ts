import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { makePlan } from '../../generator/compile/plan.js';
import { planImages, randomOperands } from '../../generator/compile/workload.js';
import { PASSES } from '../../generator/description/config.js';
import { formatLayer, parseLayer } from '../../generator/description/layer.js';
import { PRESET_NAMES, presets } from '../../generator/description/presets.js';
import { countsOf } from '../../generator/machine/counts.js';
import { execute } from '../../generator/machine/executor.js';
import { anyLayer } from '../description/layers.js';

/** Whether each pass of a layer has a program: the buffers of small accelerators do not hold a tile of every one. */
const isPlanned = (preset: string, layer: ReturnType<typeof parseLayer>): boolean => {
  const config = presets[preset]!;
  try {
    for (const pass of PASSES) for (const engine of config.engines) makePlan(config, layer, pass, engine);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
};

const expectSame = (preset: string, layer: ReturnType<typeof parseLayer>, misalign: number): void => {
  const config = presets[preset]!;
  for (const pass of PASSES) {
    for (const engine of config.engines) {
      const narrow = misalign % 2 === 1;
      const plan = makePlan(config, layer, pass, engine, { misalign, narrow });
      const { output, scratch } = plan.memory;
      const regions = [
        ...planImages(plan, randomOperands(config, layer, pass, 1)),
        { base: output.address, bytes: new Uint8Array(output.bytes) },
        ...(scratch.bytes ? [{ base: scratch.address, bytes: new Uint8Array(scratch.bytes) }] : []),
      ];
      const name = `${preset} ${formatLayer(layer)} ${pass} ${engine}${narrow ? ' narrow' : ''} misalign ${misalign}`;
      expect(countsOf(config, plan.instructions), name).toEqual(execute(config, plan.words, regions));
    }
  }
};

describe('counters without execution equal those of the executor', () => {
  for (const preset of PRESET_NAMES) {
    it(`on ${preset}`, () => {
      fc.assert(
        fc.property(anyLayer({ kernel: 5 }), fc.nat(7), (layer, misalign) => {
          fc.pre(isPlanned(preset, layer));
          expectSame(preset, layer, misalign);
        }),
        { seed: 20261122, numRuns: preset.startsWith('ref16') ? 5 : 12 },
      );
    });
  }

  it.each([
    ['tiny4', 'C=3,H=12,W=12,N=8,K=7,S=2,P=3'],
    ['odd', 'C=18,H=8,W=7,N=18,K=3,S=2,P=1,G=18'],
    ['tiny4', 'C=20,H=4,W=30,N=20,K=3,S=2,P=1'],
    ['odd', 'C=200,H=2,W=3,N=2,K=1'],
    ['ref16-int8', 'C=37,H=9,W=9,N=50,K=3,S=2,P=1'],
  ])('on %s for %s', (preset, layer) => expectSame(preset, parseLayer(layer), 3));
});
