import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Axis,
  axisGeometry,
  axisTile,
  inputOffset,
  inputStep,
  sourceRange,
  visited,
} from '../../generator/dataflows/axis.js';

const anyAxis: fc.Arbitrary<Axis> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 14 }),
    kernel: fc.integer({ min: 1, max: 6 }),
    stride: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    pad: fc.nat(5),
    after: fc.nat(5),
  })
  .map(({ inputs, kernel, stride, dilation, pad, after }) => ({
    inputs,
    kernel,
    stride,
    dilation,
    pad,
    unit: 1,
    lanes: 1,
    outputs: Math.floor((inputs + pad + after - dilation * (kernel - 1) - 1) / stride) + 1,
  }))
  .filter(({ outputs }) => outputs >= 1);

const anyTile = (whole: number): fc.Arbitrary<{ first: number; last: number }> =>
  fc.tuple(fc.nat(whole - 1), fc.nat(whole - 1)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));

/** The range that tap_axes works out for a tap, by the same steps: subtraction of the dilation's quotient and remainder. */
const walk = (axis: Axis, mode: 'validPixels' | 'validOutputs', tile: ReturnType<typeof axisTile>, taps: number) => {
  const geometry = axisGeometry(mode, axis);
  let { x, phase, last, lastPhase } = tile;
  const ranges: { first: number; count: number }[] = [];
  for (let k = 0; k < taps; k++) {
    const first = Math.max(0, x + (phase === 0 ? 0 : 1));
    ranges.push({ first, count: Math.max(0, Math.min(tile.positions - 1, last) - first + 1) });
    phase -= geometry.phaseTap;
    x += geometry.xTap - (phase < 0 ? 1 : 0);
    if (phase < 0) phase += geometry.phaseMod;
    lastPhase -= geometry.phaseTap;
    last += geometry.xTap - (lastPhase < 0 ? 1 : 0);
    if (lastPhase < 0) lastPhase += geometry.phaseMod;
  }
  return ranges;
};

describe('the ranges of an axis', () => {
  it('hold exactly the valid output pixels (fprop, wgrad)', () => {
    fc.assert(
      fc.property(
        anyAxis.chain((axis) => fc.tuple(fc.constant(axis), anyTile(axis.outputs))),
        ([axis, target]) => {
          const source = sourceRange('validPixels', axis, target);
          const tile = axisTile('validPixels', axis, target, source, 0);
          walk(axis, 'validPixels', tile, axis.kernel).forEach(({ first, count }, tap) => {
            const valid: number[] = [];
            for (let o = target.first; o <= target.last; o++) {
              const i = o * axis.stride + tap * axis.dilation - axis.pad;
              if (i >= 0 && i < axis.inputs) valid.push(o - target.first);
            }
            expect(Array.from({ length: count }, (_, n) => first + n)).toEqual(valid);
            expect(visited('validPixels', axis, target, tap)).toBe(valid.length);
          });
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('hold exactly the valid output pixels of a tile of input pixels (dgrad), and the source rows that they need', () => {
    fc.assert(
      fc.property(
        anyAxis.chain((axis) => fc.tuple(fc.constant(axis), anyTile(axis.inputs))),
        ([axis, target]) => {
          const source = sourceRange('validOutputs', axis, target);
          const needed = new Set<number>();
          const tile = axisTile('validOutputs', axis, target, source, 0);
          const ranges = source.last < source.first ? [] : walk(axis, 'validOutputs', tile, axis.kernel);
          for (let tap = 0; tap < axis.kernel; tap++) {
            const valid: number[] = [];
            for (let o = 0; o < axis.outputs; o++) {
              const i = o * axis.stride + tap * axis.dilation - axis.pad;
              if (i >= target.first && i <= target.last) valid.push(o);
            }
            for (const o of valid) needed.add(o);
            const range = ranges[tap] ?? { first: 0, count: 0 };
            expect(Array.from({ length: range.count }, (_, n) => source.first + range.first + n)).toEqual(valid);
          }
          for (const o of needed) expect(o >= source.first && o <= source.last).toBe(true);
        },
      ),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('load every input that a valid pair touches', () => {
    fc.assert(
      fc.property(
        anyAxis.chain((axis) => fc.tuple(fc.constant(axis), anyTile(axis.outputs))),
        ([axis, target]) => {
          const source = sourceRange('pixels', axis, target);
          for (let o = target.first; o <= target.last; o++) {
            for (let tap = 0; tap < axis.kernel; tap++) {
              const i = o * axis.stride + tap * axis.dilation - axis.pad;
              if (i < 0 || i >= axis.inputs) continue;
              const row = (i - inputOffset(axis)) / inputStep(axis);
              expect(Number.isInteger(row) && row >= source.first && row <= source.last).toBe(true);
            }
          }
        },
      ),
      { seed: 3, numRuns: 2000 },
    );
  });
});
