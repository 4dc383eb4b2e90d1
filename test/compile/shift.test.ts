import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { makePlan } from '../../generator/compile/plan.js';
import { randomOperands } from '../../generator/compile/workload.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { convolve } from '../../generator/golden/convolution.js';
import { withOperands } from '../../generator/run/host.js';

/** round_half_even(sum / 2^shift), saturated: in whole numbers, as it is documented. */
const scaled = (sum: number, shift: number): number => {
  const unit = 1n << BigInt(shift);
  const below = BigInt(sum) >> BigInt(shift);
  const twice = 2n * (BigInt(sum) - below * unit);
  const up = twice > unit || (twice === unit && below % 2n !== 0n);
  return Math.min(127, Math.max(-128, Number(below + (up ? 1n : 0n))));
};

// rows and pixels as lanes, groups, a tensor that is stored first
const LAYERS = ['C=5,H=7,W=6,N=6,K=3,S=2,P=1', 'C=2,H=6,W=6,N=3,K=3,P=1', 'B=2,C=4,H=5,W=5,N=4,K=3,S=2,P=1,G=4'];

describe('the shift of int8 results', () => {
  it('divides every result of every pass by every engine', () => {
    const seen = new Set<number>();
    const which = fc.tuple(fc.constantFrom(...LAYERS), fc.constantFrom(...PASSES), fc.constantFrom(...ENGINES));
    fc.assert(
      fc.property(which, fc.integer({ min: 0, max: 31 }), fc.nat(100), ([keys, pass, engine], shift, seed) => {
        const layer = parseLayer(keys);
        const plan = makePlan(presets.tiny4, layer, pass, engine, { narrow: true, shift });
        const operands = randomOperands(presets.tiny4, layer, pass, seed);
        const sums = convolve(layer, pass, operands.first as Int8Array, operands.second as Int8Array);
        const { expected } = withOperands(presets.tiny4, plan, operands);
        expect([...new Int8Array(expected.buffer)]).toEqual([...sums].map((sum) => scaled(sum, shift)));
        expect(plan.results).toEqual({ narrow: true, shift });
        for (const value of new Int8Array(expected.buffer)) seen.add(value);
      }),
      { seed: 2, numRuns: 60 },
    );
    expect(seen.size).toBeGreaterThan(200);
  });

  it.each([
    [presets.odd, { narrow: true, shift: 3 }, 'only int8 results are shifted; those of odd are bf16'],
    [presets.odd, { shift: 0 }, 'only int8 results are shifted'],
    [presets.tiny4, { shift: 3 }, 'sums of 32 bits are not shifted'],
    [presets.tiny4, { narrow: true, shift: 32 }, 'not a whole number from 0 to 31'],
    [presets.tiny4, { narrow: true, shift: -1 }, 'not a whole number from 0 to 31'],
    [presets.tiny4, { narrow: true, shift: 1.5 }, 'not a whole number from 0 to 31'],
  ])('is refused where it means nothing: %#', (config, options, message) => {
    const plan = () => makePlan(config, parseLayer(LAYERS[0]!), 'fprop', 'zerofree', options);
    expect(plan).toThrow(UserError);
    expect(plan).toThrow(message);
  });
});
