import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../generator/base/errors.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import type { Config } from '../../../generator/description/config.js';
import { resolveConfig } from '../../../generator/description/resolve.js';
import { fp32FromBits } from '../../../generator/formats/numerics.js';
import type { Graph, Shape } from '../../../generator/graph/operations.js';
import { addFp32, multiplyFp32, rootOf } from '../../../generator/units/vector/lanes.js';
import { randomValues } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

/** A batch normalisation behind another one, so that its gradient goes on. */
const normalized = (shape: Shape, seed: number): Graph => {
  const channels = shape[3];
  const parameter = (name: string, trainable: boolean, from: (value: number) => number) => ({
    name,
    values: randomValues(channels, seed + name.length, 'fine').map(from),
    trainable,
  });
  const one = (name: string, x: string) => ({
    operation: {
      ...{ kind: 'batchNormalization' as const, name, x, epsilon: 1e-3, momentum: 0.1 },
      ...{ scale: `${name} s`, shift: `${name} b`, mean: `${name} m`, variance: `${name} v` },
    },
    parameters: [
      parameter(`${name} s`, true, (value) => value + 0.1),
      parameter(`${name} b`, true, (value) => value),
      parameter(`${name} m`, false, (value) => value),
      parameter(`${name} v`, false, (value) => value * value + 0.5),
    ],
  });
  const [first, second] = [one('n1', 'in'), one('n2', 'n1')];
  return {
    ...{ name: 'normalized', inputs: [{ name: 'in', shape }], outputs: ['n2'] },
    operations: [first.operation, second.operation],
    parameters: [...first.parameters, ...second.parameters],
  };
};

/** Few coefficients, so that channels are gone over in slices. */
const few: Config = resolveConfig({ preset: 'ref16', vector: { lanes: 8, coefficients: 64 } });
const fewOdd: Config = resolveConfig({ preset: 'odd', vector: { lanes: 1, coefficients: 64 } });

describe('batch normalisation in training', () => {
  it.each([
    ['odd', odd, 20, 12],
    ['odd with few coefficients', fewOdd, 130, 12],
    ['ref16', ref16, 600, 8],
    ['ref16 with few coefficients', few, 600, 12],
  ] as const)('is right on %s, whatever the channels', async (_name, config, channels, numRuns) => {
    const some = fc.integer({ min: 1, max: channels });
    const pixels = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(some, pixels, pixels, fc.nat(1000), async (C, H, W, seed) => {
        const judged = await judgeNetwork(config, normalized([2, H, W, C], seed), { seed, training: { rate: 0.1 } });
        expect([...judged]).toEqual(expect.arrayContaining(['n1', 'n2', 'd n1', 'd n1 s', 'd n2 b', 'n1 m', 'n2 v']));
      }),
      {
        seed: 211,
        numRuns,
        endOnFailure: true,
        examples: [
          [Math.min(channels, 200), 1, 1, 1],
          [Math.min(channels, 130), 2, 1, 2],
        ],
      },
    );
  });

  it('is refused where one vector has no room among the coefficients', () => {
    const narrow = resolveConfig({ preset: 'ref16', array: { columns: 64 }, vector: { lanes: 1, coefficients: 64 } });
    const compile = () => compileNetwork(narrow, normalized([2, 2, 2, 64], 1), { training: { rate: 0.1 } });
    expect(compile).toThrow(UserError);
    expect(compile).toThrow(/vector\.coefficients: is too small for 64 channels of n1/);
  });
});

it('1 / √x is within 3.9 % by the first guess, and within 2^−22 after three rounds as the steps take them', () => {
  let most = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0x00800000, max: 0x7f7fffff }), (bits) => {
      const x = fp32FromBits(bits);
      const error = (y: number): number => Math.abs(y * Math.sqrt(x) - 1);
      let y = rootOf(x);
      expect(error(y)).toBeLessThan(0.039);
      // the host's numbers have no subnormals below the half of x to care for
      if (x > 2 ** -100 && x < 2 ** 100) {
        const half = multiplyFp32(x, -0.5);
        for (let round = 0; round < 3; round++) {
          const cube = multiplyFp32(y, multiplyFp32(y, multiplyFp32(y, half)));
          y = addFp32(multiplyFp32(y, 1.5), cube);
        }
        most = Math.max(most, error(y));
      }
    }),
    { seed: 221, numRuns: 20_000, endOnFailure: true },
  );
  expect(most).toBeLessThan(2 ** -22);
  for (const bad of [Number.NaN, -0, -1, -Infinity]) expect(rootOf(bad)).toBeNaN();
});
