import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLayer } from '../../../generator/description/layer.js';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import { batchStatistics, runningStatistics } from '../../../generator/golden/graph/normalization.js';
import type { Graph, Operation, Parameter, Shape } from '../../../generator/graph/operations.js';
import { elementsOf, shapesOf } from '../../../generator/graph/shapes.js';
import { randomValues, single, unitLayer } from './graphs.js';

const { POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: LEAST, NaN: NAN } = Number;

/** What one operation makes of x, and what becomes of a gradient of ones, or the one given. */
const run = (
  operation: Operation,
  shape: Shape,
  x: readonly number[],
  given?: readonly number[],
  held: readonly Parameter[] = [],
) => {
  const graph = single(operation, shape, held);
  const tensors = forward(graph, new Map([['in', Float64Array.from(x)]]));
  const y = tensors.get('op')!;
  const dy = given ? Float64Array.from(given) : y.map(() => 1);
  const { tensors: gradients, parameters } = backward(graph, tensors, new Map([['op', dy]]), { inputs: true });
  return { y: [...y], dx: [...gradients.get('in')!], parameters };
};

const activation = (slope: number, least: number, most: number): Operation => ({
  ...{ kind: 'activation', name: 'op', x: 'in', slope, least, most },
});

describe('an activation', () => {
  const x = [LEAST, -2, -0, 0, 2, 6, 7, INF, NAN];
  const through = (operation: Operation) => run(operation, [1, 1, 1, 9], x);

  it('is ReLU: no slope at 0, none for NaN, which passes forward', () => {
    const { y, dx } = through(activation(0, LEAST, INF));
    expect(y).toEqual([0, 0, -0, 0, 2, 6, 7, INF, NAN]);
    expect(dx).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0]);
  });

  it('is ReLU6: no slope at its bounds', () => {
    const { y, dx } = through(activation(0, LEAST, 6));
    expect(y).toEqual([0, 0, -0, 0, 2, 6, 6, 6, NAN]);
    expect(dx).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it('is a leaky ReLU, whose slope holds at 0, and before its bounds', () => {
    expect(through(activation(0.5, LEAST, INF))).toMatchObject({
      y: [LEAST, -1, -0, 0, 2, 6, 7, INF, NAN],
      dx: [0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1, 0.5],
    });
    expect(run(activation(0.5, -1, 6), [1, 1, 1, 4], [-4, -2, -1, 6])).toMatchObject({
      y: [-1, -1, -0.5, 6],
      dx: [0, 0, 0.5, 0],
    });
  });

  it('is a clip, and has a slope at 0 then', () => {
    expect(run(activation(1, -1, 1), [1, 1, 1, 5], [-2, -1, 0, 0.5, 1])).toMatchObject({
      y: [-1, -1, 0, 0.5, 1],
      dx: [0, 0, 1, 1, 0],
    });
  });

  it('with a negative slope goes by the sign of what it took', () => {
    expect(run(activation(-1, LEAST, INF), [1, 1, 1, 2], [-2, 2])).toMatchObject({ y: [2, 2], dx: [-1, 1] });
  });

  it('lets nothing of a gradient pass where it has no slope, not even NaN', () => {
    expect(run(activation(0, LEAST, INF), [1, 1, 1, 2], [-1, 1], [NAN, INF]).dx).toEqual([0, INF]);
  });
});

describe('pooling', () => {
  const pooling = (of: 'maximum' | 'average', shape: object, counted?: { Pb: number; Pr: number }): Operation => ({
    ...{ kind: 'pooling', name: 'op', x: 'in', of, layer: makeLayer({ ...unitLayer, ...shape }) },
    ...(counted && { counted }),
  });
  const row = (of: 'maximum' | 'average', x: readonly number[], more: object, counted?: { Pb: number; Pr: number }) =>
    run(pooling(of, { W: x.length, ...more }, counted), [1, 1, x.length, 1], x, undefined);

  it('takes the first of equal values, row by row, and adds the gradients of windows that overlap', () => {
    const square = { H: 3, W: 3, Kh: 2, Kw: 2 };
    const result = run(pooling('maximum', square), [1, 3, 3, 1], [0, 5, 0, 5, 5, 0, 1, 1, 1], [1, 2, 4, 8]);
    expect(result).toEqual({ y: [5, 5, 5, 5], dx: [0, 3, 0, 4, 8, 0, 0, 0, 0], parameters: new Map() });
    expect(row('maximum', [-0, 0], { Kw: 2 })).toMatchObject({ y: [-0], dx: [1, 0] });
  });

  it('takes the first NaN, and −∞ like any number', () => {
    expect(row('maximum', [INF, NAN, NAN], { Kw: 3 })).toMatchObject({ y: [NAN], dx: [0, 1, 0] });
    expect(row('maximum', [NAN, INF], { Kw: 2 })).toMatchObject({ y: [NAN], dx: [1, 0] });
    expect(row('maximum', [LEAST, LEAST], { Kw: 2 })).toMatchObject({ y: [LEAST], dx: [1, 0] });
  });

  it('of windows without a pixel makes −∞ or 0, and no gradient', () => {
    const far = { Kw: 2, Sw: 2, Pl: 2, Pr: 2 };
    expect(row('maximum', [3, -4], far)).toMatchObject({ y: [LEAST, 3, LEAST], dx: [1, 0] });
    expect(row('average', [3, -4], far)).toMatchObject({ y: [0, -0.5, 0], dx: [0.5, 0.5] });
    expect(row('average', [3, -4], far, { Pb: 0, Pr: 0 })).toMatchObject({ y: [0, -0.5, 0], dx: [0.5, 0.5] });
  });

  it('averages over pixels, or over padding that counts, but not over what rounding up added', () => {
    // a window of 3 over 1 pixel of padding, 4 pixels, 1 pixel of padding that may count and 1 that does not
    const shape = { Kw: 3, Sw: 2, Pl: 1, Pr: 2 };
    expect(row('average', [6, 6, 6, 6], shape).y).toEqual([6, 6, 6]);
    expect(row('average', [6, 6, 6, 6], shape, { Pb: 0, Pr: 1 })).toMatchObject({
      y: [4, 6, 3],
      dx: [1 / 3, 1 / 3 + 1 / 3, 1 / 3, 1 / 3 + 1 / 2],
    });
    expect(row('average', [6, 6, 6, 6], shape, { Pb: 0, Pr: 2 }).y).toEqual([4, 6, 2]);
  });
});

describe('a convolution', () => {
  it('multiplies no padding: special values stay where they are', () => {
    const layer = makeLayer({ ...unitLayer, W: 3, Kw: 3, Pl: 1, Pr: 1 });
    const held = [{ name: 'w', values: Float32Array.of(INF, 1, 2), trainable: true }];
    const operation: Operation = { kind: 'convolution', name: 'op', x: 'in', layer, transposed: false, weights: 'w' };
    const { y, dx, parameters } = run(operation, [1, 1, 3, 1], [0, 1, NAN], [1, 0, 1], held);
    expect(y).toEqual([2, NAN, NAN]);
    expect(dx).toEqual([NAN, INF, 1]);
    expect([...parameters.get('w')!]).toEqual([1, NAN, NAN]);
  });
});

describe('dropout', () => {
  const drop = (rate: number, x: readonly number[], seed?: number) => {
    const graph = single({ kind: 'dropout', name: 'op', x: 'in', rate }, [1, 1, 1, x.length]);
    const training = seed === undefined ? undefined : { seed };
    const tensors = forward(graph, new Map([['in', Float64Array.from(x)]]), { training });
    const given = new Map([['op', Float64Array.from(x, () => 1)]]);
    return {
      y: tensors.get('op')!,
      dx: backward(graph, tensors, given, { training, inputs: true }).tensors.get('in')!,
    };
  };

  it('does nothing in evaluation, nothing at rate 0, and leaves nothing at rate 1', () => {
    const x = [1, NAN, INF];
    expect([...drop(0.9, x).y, ...drop(0, x, 1).y, ...drop(1, x, 1).y]).toEqual([...x, ...x, 0, 0, 0]);
  });

  it('keeps values ÷ (1 − rate), and their gradients alike; the others are 0', () => {
    const { y, dx } = drop(0.75, new Array(1000).fill(2), 3);
    expect(new Set(y)).toEqual(new Set([0, 8]));
    expect([...dx]).toEqual([...y].map((value) => value / 2));
    expect(drop(0.75, new Array(1000).fill(2), 4).y).not.toEqual(y);
  });
});

describe('batch statistics', () => {
  it('lose no digits to a large mean', () => {
    const rest = Float64Array.from(randomValues(2000, 1, 'fine'));
    const near = batchStatistics(rest, 2);
    const far = batchStatistics(
      rest.map((value) => value + 2 ** 30),
      2,
    );
    for (const c of [0, 1]) {
      expect(Math.abs(far.mean[c] - 2 ** 30 - near.mean[c])).toBeLessThan(2 ** -22);
      expect(Math.abs(far.variance[c] / near.variance[c] - 1)).toBeLessThan(1e-9);
    }
    expect([...batchStatistics(new Float64Array(7).fill(1e9 / 3), 1).variance]).toEqual([0]);
  });

  const normalization = (momentum: number): Operation => ({
    ...{ kind: 'batchNormalization', name: 'op', x: 'in', epsilon: 0, momentum },
    ...{ scale: 's', shift: 'b', mean: 'm', variance: 'v' },
  });
  const held = [
    { name: 's', values: Float32Array.of(2), trainable: true },
    { name: 'b', values: Float32Array.of(1), trainable: true },
    { name: 'm', values: Float32Array.of(10), trainable: false },
    { name: 'v', values: Float32Array.of(4), trainable: false },
  ];

  it('move the running ones by the momentum, the variance unbiased', () => {
    const graph = single(normalization(0.25), [1, 1, 3, 1], held);
    const tensors = forward(graph, new Map([['in', Float64Array.of(0, 3, 6)]]), { training: { seed: 0 } });
    // mean 3, variance 6 of three values, 9 of two
    expect([...tensors.get('op')!]).toEqual([-3, 0, 3].map((rest) => (rest / Math.sqrt(6)) * 2 + 1));
    const running = runningStatistics(graph, tensors);
    expect([...running].map(([name, values]) => [name, ...values])).toEqual([
      ['m', 0.75 * 10 + 0.25 * 3],
      ['v', 0.75 * 4 + 0.25 * 9],
    ]);
    expect([...runningStatistics(graph, tensors, running).get('m')!]).toEqual([0.75 * 8.25 + 0.25 * 3]);
    const again: Graph = { ...graph, operations: [normalization(0.25), { ...normalization(0.25), name: 'again' }] };
    expect([...runningStatistics(again, tensors).get('m')!]).toEqual([0.75 * 8.25 + 0.25 * 3]);
  });

  it('refuse a channel of one value, and evaluation uses the running ones', () => {
    const graph = single(normalization(0.25), [1, 1, 1, 1], held);
    const tensors = forward(graph, new Map([['in', Float64Array.of(14)]]));
    expect([...tensors.get('op')!]).toEqual([((14 - 10) / 2) * 2 + 1]);
    expect(() => runningStatistics(graph, tensors)).toThrow(/op: a channel has one value/);
  });
});

describe('a backward pass', () => {
  const layer = makeLayer({ ...unitLayer, C: 2, N: 2 });
  const convolution = (name: string, x: string, weights: string): Operation => ({
    ...{ kind: 'convolution', name, x, layer, transposed: false, weights },
  });
  const weights = (name: string, trainable = true): Parameter => ({
    name,
    values: Float32Array.of(1, 2, 3, 4),
    trainable,
  });
  const graph: Graph = {
    name: 'three',
    inputs: [{ name: 'in', shape: [1, 1, 1, 2] }],
    operations: [convolution('a', 'in', 'wa'), convolution('b', 'a', 'wb'), convolution('c', 'b', 'wc')],
    outputs: ['c'],
    parameters: [weights('wa'), weights('wb'), weights('wc'), weights('unused')],
  };
  const tensors = forward(graph, new Map([['in', Float32Array.of(1, 2)]]));
  const given = new Map([['c', Float32Array.of(1, 0)]]);
  const names = (options: object) => {
    const { parameters, tensors: gradients } = backward(graph, tensors, given, options);
    return [[...parameters.keys()], [...gradients.keys()]];
  };

  it('makes gradients of what learns and of what they need, and no others', () => {
    expect(names({})).toEqual([
      ['wa', 'wb', 'wc', 'unused'],
      ['c', 'b', 'a'],
    ]);
    expect(names({ frozen: new Set(['wa', 'wc']) })).toEqual([
      ['wb', 'unused'],
      ['c', 'b'],
    ]);
    expect(names({ inputs: true, frozen: new Set(['wa', 'wb', 'wc', 'unused']) })).toEqual([[], ['c', 'b', 'a', 'in']]);
    expect([...backward(graph, tensors, given).parameters.get('unused')!]).toEqual([0, 0, 0, 0]);
  });

  it('adds the gradients of a parameter that two operations share', () => {
    const shared: Graph = { ...graph, operations: [convolution('a', 'in', 'wa'), convolution('c', 'a', 'wa')] };
    const all = forward(shared, new Map([['in', Float32Array.of(1, 2)]]));
    // x = [1 2], a = x W = [7 10], da = [1 3]; dW = xᵀ da + aᵀ dc
    expect([...backward(shared, all, given).parameters.get('wa')!]).toEqual([1 + 7, 3, 2 + 10, 6]);
  });

  it('refuses what is missing, misnamed or of another size', () => {
    expect(() => forward(graph, new Map())).toThrow(/in is not given/);
    expect(() => forward(graph, new Map([['in', new Float32Array(3)]]))).toThrow(/in has 3 values, not 2/);
    expect(() => backward(graph, tensors, new Map([['d', new Float32Array(2)]]))).toThrow(/d is no tensor of three/);
    expect(() => backward(graph, new Map(), given)).toThrow(/in is not given/);
    expect(() => names({ frozen: new Set(['w']) })).toThrow(/w is frozen, and is no parameter/);
    expect(() => forward(graph, tensors, { parameters: new Map([['wa', new Float32Array(3)]]) })).toThrow(
      /wa has 3 values, not 4/,
    );
  });

  it('goes through a tensor that is added to itself twice, and through one that leaves and goes on', () => {
    const twice: Graph = {
      ...{ name: 'twice', inputs: graph.inputs, parameters: [], outputs: ['s', 't'] },
      operations: [
        { kind: 'addition', name: 's', x: 'in', y: 'in' },
        { kind: 'concatenation', name: 't', parts: ['s', 's'] },
      ],
    };
    const all = forward(twice, new Map([['in', Float32Array.of(1, 2)]]));
    const leaving = new Map([
      ['s', Float64Array.of(1, 0)],
      ['t', Float64Array.of(1, 2, 3, 4)],
    ]);
    expect(elementsOf(shapesOf(twice).get('t')!)).toBe(4);
    const { tensors: gradients } = backward(twice, all, leaving, { inputs: true });
    expect([...gradients.get('s')!, ...gradients.get('in')!]).toEqual([5, 6, 10, 12]);
  });
});

describe('any order of the branches', () => {
  it('gives the same dropout: a mask depends on seed, name and place alone', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.boolean(), (seed, swapped) => {
        const drops: readonly Operation[] = ['a', 'b'].map((name) => ({ kind: 'dropout', name, x: 'in', rate: 0.5 }));
        const made = (operations: readonly Operation[]) =>
          forward(
            { ...single(operations[0], [2, 4, 4, 4]), operations, outputs: ['a', 'b'] },
            new Map([['in', new Float64Array(128).fill(1)]]),
            { training: { seed } },
          );
        const [one, other] = [made(drops), made(swapped ? [...drops].reverse() : drops)];
        expect(other.get('a')).toEqual(one.get('a'));
        expect(one.get('a')).not.toEqual(one.get('b'));
      }),
      { seed: 41, numRuns: 20 },
    );
  });
});
