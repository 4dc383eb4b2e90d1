import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLayer } from '../../../generator/description/layer.js';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import type { Training, Values } from '../../../generator/golden/graph/rule.js';
import { networkBounds, relativeError } from '../../../generator/golden/graph/whole.js';
import type { Graph, Operation, Parameter } from '../../../generator/graph/operations.js';
import { shapesOf } from '../../../generator/graph/shapes.js';
import { anyGraph, gradientsOf, inputsOf, randomValues, toBf16, unitLayer } from './graphs.js';

const allToBf16 = (all: ReadonlyMap<string, Values>) =>
  new Map([...all].map(([name, values]) => [name, toBf16(values)]));

/** A machine that works exactly and stores every tensor, and every gradient of one, in bf16. */
const machine = (
  graph: Graph,
  inputs: ReadonlyMap<string, Values>,
  given: ReadonlyMap<string, Values>,
  training?: Training,
) => {
  const tensors = allToBf16(inputs);
  const shapes = [...shapesOf(graph)];
  /** The operation by itself, over tensors that are made. */
  const alone = (operation: Operation): Graph => ({
    ...graph,
    inputs: shapes
      .filter(([name]) => tensors.has(name) && name !== operation.name)
      .map(([name, shape]) => ({ name, shape })),
    operations: [operation],
    outputs: [],
  });
  for (const operation of graph.operations)
    tensors.set(operation.name, toBf16(forward(alone(operation), tensors, { training }).get(operation.name)!));
  const gradients = allToBf16(given);
  const parameters = new Map<string, Values>();
  const add = (sum: Values | undefined, more: Values): Values => (sum ? sum.map((value, i) => value + more[i]) : more);
  for (const operation of [...graph.operations].reverse()) {
    const gradient = gradients.get(operation.name);
    if (!gradient) continue;
    const options = { training, inputs: true };
    const made = backward(alone(operation), tensors, new Map([[operation.name, gradient]]), options);
    for (const [name, values] of made.tensors)
      if (name !== operation.name) gradients.set(name, toBf16(add(gradients.get(name), values)));
    for (const [name, values] of made.parameters) parameters.set(name, add(parameters.get(name), values));
  }
  return { tensors, parameters };
};

/** How much of the bounds a machine in bf16 needs. */
const measured = (graph: Graph, seed: number, training?: Training) => {
  const inputs = allToBf16(inputsOf(graph, seed, 'fine'));
  const given = allToBf16(gradientsOf(graph, seed, 'fine'));
  const { tensors, parameters } = machine(graph, inputs, given, training);
  const exact = forward(graph, inputs, { training });
  const outputs = new Map(graph.outputs.map((name) => [name, exact.get(name)!]));
  const gradients = backward(graph, tensors, given, { training }).parameters;
  const bounds = networkBounds(graph);
  return {
    tensors: relativeError(tensors, outputs) / bounds.tensors,
    gradients: relativeError(new Map([...gradients, ...parameters]), gradients) / bounds.gradients,
  };
};

/** Convolution, batch normalisation and ReLU, so many times. */
const deep = (depth: number): Graph => {
  const C = 8;
  const shape = { B: 4, C, N: C, H: 8, W: 8, Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 };
  const levels = Array.from({ length: depth }, (_, i) => `${i}`);
  const operations = levels.flatMap((i): readonly Operation[] => [
    {
      ...{ kind: 'convolution', name: `c${i}`, x: i === '0' ? 'in' : `r${Number(i) - 1}`, transposed: false },
      ...{ layer: makeLayer({ ...unitLayer, ...shape }), weights: `w${i}` },
    },
    {
      ...{ kind: 'batchNormalization', name: `n${i}`, x: `c${i}`, epsilon: 1e-5, momentum: 0.1 },
      ...{ scale: `s${i}`, shift: `b${i}`, mean: `m${i}`, variance: `v${i}` },
    },
    { kind: 'activation', name: `r${i}`, x: `n${i}`, slope: 0, least: -Infinity, most: Infinity },
  ]);
  const channel = (name: string, value: number, trainable: boolean): Parameter => ({
    ...{ name, values: new Float32Array(C).fill(value), trainable },
  });
  const parameters = levels.flatMap((i) => [
    { name: `w${i}`, values: toBf16(randomValues(9 * C * C, Number(i), 'fine')), trainable: true },
    ...[channel(`s${i}`, 1, true), channel(`b${i}`, 0.1, true), channel(`m${i}`, 0, false), channel(`v${i}`, 1, false)],
  ]);
  const outputs = [`r${depth - 1}`];
  return { name: 'deep', inputs: [{ name: 'in', shape: [4, 8, 8, C] }], operations, outputs, parameters };
};

describe('a whole network in bf16', () => {
  it('is within the stated bounds, at random', () => {
    fc.assert(
      fc.property(anyGraph('fine'), fc.nat(1000), fc.boolean(), (graph, seed, trains) => {
        const { tensors, gradients } = measured(graph, seed, trains ? { seed } : undefined);
        expect(tensors).toBeLessThan(1);
        expect(gradients).toBeLessThan(1);
      }),
      { seed: 61, numRuns: 150 },
    );
  });

  it.each([1, 3, 8])('is within the stated bounds, %d levels deep', (depth) => {
    const { tensors, gradients } = measured(deep(depth), 5, { seed: 1 });
    expect(tensors).toBeLessThan(2 / 3);
    expect(gradients).toBeLessThan(2 / 3);
  });

  it('is not, with other statistics', () => {
    const graph = deep(3);
    const inputs = inputsOf(graph, 5, 'fine');
    const given = gradientsOf(graph, 5, 'fine');
    const training = { seed: 1 };
    const { tensors, parameters } = machine(graph, inputs, given, training);
    const gradients = backward(graph, tensors, given, { training }).parameters;
    const { tensors: part, gradients: whole } = networkBounds(graph);
    expect(relativeError(parameters, gradients)).toBeLessThan(whole);
    // gradients for which the batch's statistics are constants
    const other = backward(graph, tensors, given).parameters;
    expect(relativeError(other, gradients)).toBeGreaterThan(whole);
    const evaluated = forward(graph, inputs);
    expect(relativeError(evaluated, new Map([['r2', tensors.get('r2')!]]))).toBeGreaterThan(part);
  });
});

describe('the relative error', () => {
  const of = (...values: readonly number[]) => new Map([['y', Float64Array.from(values)]]);
  it('is that of the root of the sums of squares', () => {
    expect(relativeError(of(3, 4.5), of(3, 4))).toBe(0.1);
    expect([relativeError(of(0), of(0)), relativeError(of(1), of(0))]).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(relativeError(of(Number.NaN), of(1))).toBeNaN();
    expect(() => relativeError(of(1, 2), of(1))).toThrow(/y has 2 values, not 1/);
    expect(() => relativeError(new Map(), of(1))).toThrow(/y has no values/);
  });
});
