import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOperands } from '../../generator/compile/workload.js';
import { PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { bf16Bits, bf16FromBits, narrowInt8 } from '../../generator/formats/numerics.js';
import { convolve } from '../../generator/golden/convolution.js';
import { judge, type Operands } from '../../generator/golden/judge.js';
import { anyLayer } from '../description/layers.js';

const toBf16 = (value: number): number => bf16FromBits(bf16Bits(Math.fround(value)));
const { POSITIVE_INFINITY: INF, NaN: NAN } = Number;

/** A value that is wrong wherever it stands. */
const spoilt = <T extends Int8Array | Int32Array | Float32Array>(result: T, at: number, value: number): T => {
  const copy = result.slice() as T;
  copy[at] = value;
  return copy;
};

describe('the judge', () => {
  it('takes int8 results, wide and narrow, and no others', () => {
    fc.assert(
      fc.property(
        anyLayer(),
        fc.constantFrom(...PASSES),
        fc.nat(1000),
        fc.nat(31),
        fc.nat(),
        (layer, pass, seed, shift, at) => {
          const operands = randomOperands(presets.tiny4, layer, pass, seed);
          const sums = convolve(layer, pass, operands.first as Int8Array, operands.second as Int8Array);
          const narrow = Int8Array.from(sums, (sum) => narrowInt8(sum, shift));
          const [index, mode] = [at % sums.length, { narrow: true, shift }];
          expect(judge(layer, pass, operands, sums).wrong).toBe(0);
          expect(judge(layer, pass, operands, narrow, mode).wrong).toBe(0);
          const wrong = judge(layer, pass, operands, spoilt(narrow, index, narrow[index]! ^ 1), mode);
          expect([wrong.wrong, wrong.firstWrong]).toEqual([1, index]);
          expect(judge(layer, pass, operands, spoilt(sums, index, sums[index]! ^ 1)).firstWrong).toBe(index);
        },
      ),
      { seed: 11, numRuns: 150 },
    );
  });

  it('takes bf16 results that are rounded sums, and not the bf16 numbers beside them', () => {
    fc.assert(
      fc.property(anyLayer(), fc.constantFrom(...PASSES), fc.nat(1000), fc.nat(), (layer, pass, seed, at) => {
        const operands = randomOperands(presets.odd, layer, pass, seed);
        const sums = convolve(layer, pass, operands.first as Float32Array, operands.second as Float32Array);
        const narrow = Float32Array.from(sums, toBf16);
        expect(judge(layer, pass, operands, Float32Array.from(sums)).wrong).toBe(0);
        expect(judge(layer, pass, operands, narrow, { narrow: true }).wrong).toBe(0);
        const index = at % sums.length;
        if (sums[index] === 0) return;
        const beside = narrow[index]! * (1 + 2 ** -6);
        expect(judge(layer, pass, operands, spoilt(narrow, index, beside), { narrow: true }).firstWrong).toBe(index);
      }),
      { seed: 12, numRuns: 150 },
    );
  });

  // x and wt of the first pass all 1, but for one value
  const ones = (length: number, first: number): Float32Array => new Float32Array(length).fill(1).fill(first, 0, 1);
  it('wants infinities and NaNs of the valid pairs, and nothing from structural zeros', () => {
    const depthwise = parseLayer('C=3,H=1,W=1,N=3,K=1,G=3');
    const operands: Operands = { first: ones(3, INF), second: ones(3, 1) };
    for (const narrow of [false, true]) {
      const take = (...values: readonly number[]) =>
        judge(depthwise, 'fprop', operands, Float32Array.of(...values), { narrow }).wrong;
      expect([take(INF, 1, 1), take(INF, NAN, NAN), take(NAN, 1, 1), take(-INF, 1, 1), take(3, 1, 1)]).toEqual([
        0, 2, 1, 1, 1,
      ]);
    }
  });

  it('takes stored zeros for data', () => {
    // dX of a 1x1 kernel of stride 2: three of four pixels meet stored zeros only
    const layer = parseLayer('C=1,H=2,W=2,N=1,K=1,S=2');
    const operands: Operands = { first: ones(1, 1), second: ones(1, INF) };
    const take = (values: readonly number[], storedZeros: boolean) =>
      judge(layer, 'dgrad', operands, Float32Array.from(values), { storedZeros }).wrong;
    expect([take([INF, 0, 0, 0], false), take([INF, NAN, NAN, NAN], true)]).toEqual([0, 0]);
    expect([take([INF, NAN, NAN, NAN], false), take([INF, 0, 0, 0], true)]).toEqual([3, 3]);
  });

  it('claims nothing where finite products overflow', () => {
    const layer = parseLayer('C=2,H=1,W=1,N=1,K=1');
    const operands: Operands = { first: Float32Array.of(2 ** 127, -(2 ** 127)), second: ones(2, 2) };
    expect(judge(layer, 'fprop', operands, Float32Array.of(NAN)).wrong).toBe(0);
  });
});
