import { describe, expect, it } from 'vitest';
import { makeLayer } from '../../../generator/description/layer.js';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import { judgeGradient, judgeOperation, judgeParameterGradient } from '../../../generator/golden/graph/judge.js';
import type { Graph, Operation, Parameter } from '../../../generator/graph/operations.js';
import { randomValues, single, toBf16, unitLayer } from './graphs.js';

const { POSITIVE_INFINITY: INF, NaN: NAN } = Number;

describe('the judge', () => {
  const two: readonly Parameter[] = [{ name: 'w', values: Float32Array.of(1, 1), trainable: true }];
  const dot: Operation = {
    ...{ kind: 'convolution', name: 'op', x: 'in', transposed: false, weights: 'w' },
    layer: makeLayer({ ...unitLayer, C: 2 }),
  };
  const one = (name: string, value: number) => ({ name, values: Float32Array.of(value), trainable: false });
  const relu: Operation = { kind: 'activation', name: 'op', x: 'in', slope: 0, least: -INF, most: INF };
  const verdict = (
    operation: Operation,
    x: readonly number[],
    result: readonly number[],
    stored: 'fp32' | 'bf16' = 'fp32',
  ) =>
    judgeOperation(
      single(operation, [1, 1, 1, x.length], two),
      'op',
      { tensors: new Map([['in', Float32Array.from(x)]]) },
      Float32Array.from(result),
      { stored },
    );

  it('bounds a sum by the size of what is added, not of the sum', () => {
    const near = 2 ** 20;
    expect(verdict(dot, [near, 1 - near], [1]).wrong).toBe(0);
    // 10 units of 2^−24 of 2^21
    expect(verdict(dot, [near, 1 - near], [2]).wrong).toBe(0);
    expect(verdict(dot, [near, 1 - near], [4]).wrong).toBe(1);
    expect(verdict(dot, [1, 1], [2 + 2 ** -18]).wrong).toBe(1);
  });

  it('wants values that are only moved as they are', () => {
    const next = 1 + 2 ** -23;
    const parts: Operation = { kind: 'concatenation', name: 'op', parts: ['in', 'in'] };
    expect(verdict(relu, [1, -1], [1, 0]).wrong).toBe(0);
    expect(verdict(relu, [1, -1], [next, 0])).toMatchObject({ wrong: 1, firstWrong: 0 });
    expect(verdict(parts, [1], [1, next])).toMatchObject({ wrong: 1, firstWrong: 1 });
  });

  it('wants infinities and NaNs, subnormals as zeros, and claims nothing where sums overflow', () => {
    expect(verdict(dot, [INF, 1], [INF]).wrong).toBe(0);
    expect(verdict(dot, [INF, 1], [NAN]).wrong).toBe(1);
    expect(verdict(dot, [INF, -INF], [NAN]).wrong).toBe(0);
    expect(verdict(dot, [INF, -INF], [0]).wrong).toBe(1);
    expect(verdict(dot, [1, 1], [NAN]).wrong).toBe(1);
    expect(verdict(relu, [2 ** -130, NAN], [0, NAN]).wrong).toBe(0);
    expect(verdict(dot, [2 ** 127, -(2 ** 127)], [INF])).toMatchObject({ wrong: 0, unclaimed: 1 });
  });

  const normalization: Operation = {
    ...{ kind: 'batchNormalization', name: 'op', x: 'in', epsilon: 1e-5, momentum: 0.1 },
    ...{ scale: 's', shift: 'b', mean: 'm', variance: 'v' },
  };

  it('takes a variance from sums and sums of squares, and claims nothing where it is lost in them', () => {
    const graph = single(normalization, [4, 8, 8, 1], [one('s', 1.5), one('b', 0.25), one('m', 0), one('v', 1)]);
    const { fround } = Math;
    const judgeAround = (mean: number, spoil = 0) => {
      const x = randomValues(256, 3, 'fine').map((value) => value + mean);
      let [total, squares] = [0, 0];
      for (const value of x) [total, squares] = [fround(total + value), fround(squares + fround(value * value))];
      const average = fround(total / 256);
      const variance = fround(fround(squares / 256) - fround(average * average));
      const factor = fround(1.5 / fround(Math.sqrt(fround(variance + 1e-5))));
      const shift = fround(0.25 - fround(average * factor));
      const y = x.map((value) => fround(fround(value * factor) + shift) + spoil);
      return judgeOperation(graph, 'op', { tensors: new Map([['in', x]]) }, y, {
        stored: 'fp32',
        training: { seed: 0 },
      });
    };
    for (const mean of [0, 3, 20]) expect(judgeAround(mean)).toMatchObject({ wrong: 0, unclaimed: 0 });
    expect(judgeAround(0, 2 ** -7).wrong).toBe(256);
    expect(judgeAround(1e4)).toMatchObject({ wrong: 0, unclaimed: 256 });
  });

  it('allows a gradient of weights what the operand may be off that was not stored', () => {
    const second: Operation = { ...dot, name: 'y', x: 'op', layer: makeLayer(unitLayer), weights: 'u' };
    const graph: Graph = {
      ...single(dot, [1, 1, 1, 2], [...two, { name: 'u', values: Float32Array.of(1), trainable: true }]),
      operations: [dot, second],
    };
    const judge = (gradient: number, more: ReadonlyMap<string, Float32Array> = new Map()) => {
      const tensors = new Map([['in', Float32Array.of(2 ** 20, 1 - 2 ** 20)], ...more]);
      const held = { tensors, gradients: new Map([['y', Float32Array.of(1)]]) };
      return judgeParameterGradient(graph, 'u', held, Float32Array.of(gradient), { stored: 'fp32' }).wrong;
    };
    expect([judge(1), judge(2), judge(4)]).toEqual([0, 0, 1]);
    const stored = new Map([['op', Float32Array.of(1)]]);
    expect([judge(1, stored), judge(2, stored)]).toEqual([0, 1]);
  });

  it('allows the batch statistics what their operand may be off', () => {
    const B = 64;
    const layer = makeLayer({ ...unitLayer, B, C: 2 });
    const graph: Graph = {
      ...single(dot, [B, 1, 1, 2], [...two, one('s', 1), one('b', 0), one('m', 0), one('v', 1)]),
      operations: [
        { ...dot, layer },
        { ...normalization, name: 'y', x: 'op' },
      ],
      outputs: ['y'],
    };
    // 3, and ±1 of which a sum of such numbers may make ±0.8
    const x = Float32Array.from({ length: B }, (_, b) => (b === 0 ? 3 : b % 2 === 0 ? 1 : -1));
    const inside = Float32Array.from(x, (value, b) => (b === 0 ? 3 : value * 0.8));
    const pairs = Float32Array.from({ length: 2 * B }, (_, i) => (i % 2 === 0 ? 2e5 : x[(i - 1) / 2] - 2e5));
    const training = { seed: 0 };
    const given = {
      ...graph,
      inputs: [{ name: 'op', shape: [B, 1, 1, 1] as const }],
      operations: graph.operations.slice(1),
    };
    const y = Float32Array.from(forward(given, new Map([['op', inside]]), { training }).get('y')!);
    const judge = (more: ReadonlyMap<string, Float32Array> = new Map()) =>
      judgeOperation(graph, 'y', { tensors: new Map([['in', pairs], ...more]) }, y, { stored: 'fp32', training });
    expect(judge()).toMatchObject({ wrong: 0, unclaimed: 0 });
    expect(judge(new Map([['op', x]])).wrong).toBe(B);
  });

  it('allows the gradient through batch statistics what the gradient may be off', () => {
    const B = 64;
    const graph: Graph = {
      ...single(normalization, [B, 1, 1, 1], [...two, one('s', 1), one('b', 0), one('m', 0), one('v', 1)]),
      operations: [normalization, { ...dot, name: 'z', x: 'op', layer: makeLayer({ ...unitLayer, B, N: 2 }) }],
      outputs: ['z'],
    };
    // ±1, which a sum of such numbers may make 0.2 more or less
    const g = Float32Array.from({ length: B }, (_, b) => (b % 2 === 0 ? 1 : -1));
    const inside = g.map((value, b) => (b === 0 ? value - 0.2 : value + 0.2));
    const pairs = Float32Array.from({ length: 2 * B }, (_, i) => (i % 2 === 0 ? 2e5 : g[(i - 1) / 2] - 2e5));
    const options = { training: { seed: 0 }, inputs: true } as const;
    const tensors = new Map([['in', randomValues(B, 3, 'fine')]]);
    const alone: Graph = { ...graph, operations: [normalization], outputs: ['op'] };
    const made = backward(alone, forward(alone, tensors, options), new Map([['op', inside]]), options);
    const dx = Float32Array.from(made.tensors.get('in')!);
    const judge = (more: ReadonlyMap<string, Float32Array> = new Map()) =>
      judgeGradient(graph, 'in', { tensors, gradients: new Map([['z', pairs], ...more]) }, dx, {
        ...{ stored: 'fp32', training: options.training },
      }).wrong;
    expect(judge()).toBe(0);
    expect(judge(new Map([['op', g]]))).toBeGreaterThan(0);
  });

  it('lets a gradient of several terms be stored between them, in bf16', () => {
    const graph: Graph = {
      ...single(relu, [1, 1, 1, 1]),
      operations: [relu, { kind: 'flattening', name: 'other', x: 'in' }],
      outputs: ['op', 'other'],
    };
    const held = {
      tensors: new Map([
        ['in', Float32Array.of(1)],
        ['op', Float32Array.of(1)],
      ]),
      gradients: new Map([
        ['op', Float32Array.of(1)],
        ['other', Float32Array.of(2 ** -8 + 2 ** -20)],
      ]),
    };
    const judge = (gradient: number, stored: 'fp32' | 'bf16') =>
      judgeGradient(graph, 'in', held, Float32Array.of(gradient), { stored }).wrong;
    expect([judge(1, 'bf16'), judge(1 + 2 ** -7, 'bf16'), judge(1 + 2 ** -5, 'bf16')]).toEqual([0, 0, 1]);
    expect([judge(1 + 2 ** -8 + 2 ** -20, 'fp32'), judge(1 + 2 ** -7, 'fp32')]).toEqual([0, 1]);
  });

  it('knows of no gradient where what is held does not tell on which side of a kink it was', () => {
    const graph: Graph = {
      ...single(dot, [1, 1, 1, 2], two),
      operations: [dot, { ...relu, name: 'y', x: 'op' }],
      outputs: ['y'],
    };
    const judge = (x: readonly number[], gradient: number) => {
      const held = {
        tensors: new Map([['in', Float32Array.from(x)]]),
        gradients: new Map([['y', Float32Array.of(1)]]),
      };
      return judgeGradient(graph, 'op', held, Float32Array.of(gradient), { stored: 'fp32' }).wrong;
    };
    expect([judge([1, -1], 0), judge([1, -1], 1), judge([1, -1], 2)]).toEqual([0, 0, 1]);
    expect([judge([1, 1], 1), judge([1, 1], 0), judge([-1, -1], 0), judge([-1, -1], 1)]).toEqual([0, 1, 0, 1]);
  });

  it('takes a stored result at its bound for one that was clipped, however the bound was rounded', () => {
    const clip: Operation = { kind: 'activation', name: 'op', x: 'in', slope: 1, least: -0.311, most: 6 };
    const x = Float32Array.of(-1, -0.25, 7);
    const tensors = new Map([
      ['in', x],
      ['op', toBf16(x.map((value) => Math.max(-0.311, Math.min(6, value))))],
    ]);
    expect(tensors.get('op')![0]).toBeGreaterThan(-0.311);
    const held = { tensors, gradients: new Map([['op', Float32Array.of(1, 1, 1)]]) };
    const judge = (dx: readonly number[], stored: 'fp32' | 'bf16', between?: 'bf16') =>
      judgeGradient(single(clip, [1, 1, 1, 3]), 'in', held, Float32Array.from(dx), { stored, between }).wrong;
    expect([judge([0, 1, 0], 'bf16'), judge([0, 1, 0], 'fp32', 'bf16')]).toEqual([0, 0]);
    expect([judge([1, 1, 0], 'bf16'), judge([0, 1, 1], 'bf16'), judge([0, 0, 0], 'bf16')]).toEqual([1, 1, 1]);
  });

  it('refuses what it is not given, and results of another size', () => {
    const graph = single(dot, [1, 1, 1, 2], two);
    const held = { tensors: new Map([['in', Float32Array.of(1, 1)]]) };
    const options = { stored: 'fp32' } as const;
    expect(() => judgeOperation(graph, 'op', { tensors: new Map() }, Float32Array.of(2), options)).toThrow(
      /in is not given/,
    );
    expect(() => judgeOperation(graph, 'op', held, Float32Array.of(2, 2), options)).toThrow(/op has 2 values, not 1/);
    expect(() => judgeOperation(graph, 'on', held, Float32Array.of(2), options)).toThrow(/on is no tensor/);
    expect(() => judgeParameterGradient(graph, 'w', held, Float32Array.of(1, 1), options)).toThrow(
      /no gradient reaches w/,
    );
    const pooling: Operation = {
      ...{ kind: 'pooling', name: 'p', x: 'op', of: 'maximum', layer: makeLayer({ ...unitLayer }) },
    };
    const pooled: Graph = { ...graph, operations: [dot, pooling], outputs: ['p'] };
    const gradients = new Map([['p', Float32Array.of(1)]]);
    expect(() => judgeGradient(pooled, 'op', { ...held, gradients }, Float32Array.of(1), options)).toThrow(
      /p: which value won/,
    );
  });
});
