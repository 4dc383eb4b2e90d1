import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../generator/base/errors.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import type { Config } from '../../../generator/description/config.js';
import { makeLayer } from '../../../generator/description/layer.js';
import { resolveConfig } from '../../../generator/description/resolve.js';
import { fp32FromBits } from '../../../generator/formats/numerics.js';
import type { Graph, Shape } from '../../../generator/graph/operations.js';
import { addFp32, multiplyFp32, rootOf } from '../../../generator/units/vector/lanes.js';
import { randomValues } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

/** A batch normalisation of so many channels, and its parameters. */
const normalization = (name: string, x: string, channels: number, seed: number) => {
  const parameter = (what: string, trainable: boolean, from: (value: number) => number) => ({
    name: what,
    values: randomValues(channels, seed + what.length, 'fine').map(from),
    trainable,
  });
  return {
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
  };
};

/** A batch normalisation behind another one, so that its gradient goes on. */
const normalized = (shape: Shape, seed: number): Graph => {
  const one = (name: string, x: string) => normalization(name, x, shape[3], seed);
  const [first, second] = [one('n1', 'in'), one('n2', 'n1')];
  return {
    ...{ name: 'normalized', inputs: [{ name: 'in', shape }], outputs: ['n2'] },
    operations: [first.operation, second.operation],
    parameters: [...first.parameters, ...second.parameters],
  };
};

/** Convolutions a, b, c of a pixel each, normalised as in a dense block: a, a with b, both with c; and a once more. */
const dense = (
  [B, H, W]: readonly [number, number, number],
  [a, b, c]: readonly [number, number, number],
  seed: number,
): Graph => {
  const shape = [B, H, W, a] as const;
  const convolution = (name: string, x: string, from: number, to: number) => ({
    operation: {
      ...{ kind: 'convolution' as const, name, x, weights: `${name} w`, transposed: false },
      layer: makeLayer({
        B,
        H,
        W,
        C: from,
        N: to,
        G: 1,
        Kh: 1,
        Kw: 1,
        Sh: 1,
        Sw: 1,
        Dh: 1,
        Dw: 1,
        Pt: 0,
        Pb: 0,
        Pl: 0,
        Pr: 0,
      }),
    },
    parameters: [{ name: `${name} w`, values: randomValues(from * to, seed + name.length, 'fine'), trainable: true }],
  });
  const joined = (name: string, parts: readonly string[]) => ({
    operation: { kind: 'concatenation' as const, name, parts },
    parameters: [],
  });
  const all = [
    convolution('a', 'in', a, a),
    normalization('na', 'a', a, seed),
    convolution('b', 'na', a, b),
    joined('ab', ['a', 'b']),
    normalization('nab', 'ab', a + b, seed + 1),
    convolution('c', 'nab', a + b, c),
    joined('abc', ['ab', 'c']),
    normalization('nabc', 'abc', a + b + c, seed + 2),
    normalization('again', 'a', a, seed + 3),
    joined('out', ['nabc', 'again']),
  ];
  return {
    ...{ name: 'dense', inputs: [{ name: 'in', shape }], outputs: ['out'] },
    operations: all.map(({ operation }) => operation),
    parameters: all.flatMap(({ parameters }) => parameters),
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

  it('takes the statistics of a tensor once: of concatenations of concatenations, and again', async () => {
    const some = fc.integer({ min: 1, max: 21 });
    await fc.assert(
      fc.asyncProperty(fc.tuple(some, some, some), fc.nat(1000), async ([a, b, c], seed) => {
        const graph = dense([2, 3, 2], [a, b, c], seed);
        const judged = await judgeNetwork(ref16, graph, { seed, training: { rate: 0.1 } });
        expect([...judged]).toEqual(
          expect.arrayContaining(['na', 'nab', 'nabc', 'again', 'nabc v', 'd na s', 'd nabc b']),
        );
        const { steps } = compileNetwork(ref16, graph, { training: { rate: 0.1 } }).forward;
        // one for each of a, b and c
        expect(steps.filter(({ does }) => ['first pixel', 'running mean'].includes(does)).length).toBe(3);
      }),
      { seed: 212, numRuns: 8, endOnFailure: true },
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
