import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import { meanSquaredError, softmaxCrossEntropy } from '../../../generator/golden/graph/loss.js';
import type { Values } from '../../../generator/golden/graph/rule.js';
import { anyGraph, gradientsOf, inputsOf, randomValues } from './graphs.js';

const STEP = 1e-6;

/** [f(x + h) − f(x − h)] / 2h at one element. */
const slope = (values: Float64Array, at: number, f: (values: Float64Array) => number): number => {
  const moved = (by: number): number => f(values.map((value, i) => (i === at ? value + by : value)));
  return (moved(STEP) - moved(-STEP)) / (2 * STEP);
};

const expectSlope = (name: string, gradient: number, measured: number): void =>
  expect(Math.abs(gradient - measured) / Math.max(1, Math.abs(measured)), name).toBeLessThan(1e-6);

describe('gradients are slopes', () => {
  // fine values keep clear of kinks; batch statistics and masks are part of the function
  it.each([undefined, { seed: 5 }])('of networks, training: %j', (training) => {
    fc.assert(
      fc.property(anyGraph('fine'), fc.nat(1000), fc.nat(), (graph, seed, at) => {
        const inputs = new Map([...inputsOf(graph, seed, 'fine')].map(([name, x]) => [name, Float64Array.from(x)]));
        const given = gradientsOf(graph, seed, 'fine');
        const held = new Map(graph.parameters.map(({ name, values }) => [name, Float64Array.from(values)]));
        const loss = (x: ReadonlyMap<string, Values>, parameters: ReadonlyMap<string, Values>): number => {
          const tensors = forward(graph, x, { training, parameters });
          let sum = 0;
          for (const [name, gradient] of given) {
            const y = tensors.get(name)!;
            for (const [i, g] of gradient.entries()) sum += g * y[i];
          }
          return sum;
        };
        const tensors = forward(graph, inputs, { training });
        const gradients = backward(graph, tensors, given, { training, inputs: true });
        for (const [name, gradient] of gradients.parameters) {
          const i = at % gradient.length;
          const measured = slope(held.get(name)!, i, (values) => loss(inputs, new Map([...held, [name, values]])));
          expectSlope(`d ${name}[${i}]`, gradient[i], measured);
        }
        for (const [name, x] of inputs) {
          const i = at % x.length;
          const measured = slope(x, i, (values) => loss(new Map([...inputs, [name, values]]), held));
          expectSlope(`d ${name}[${i}]`, gradients.tensors.get(name)?.[i] ?? 0, measured);
        }
      }),
      { seed: 31, numRuns: 150 },
    );
  });

  it('of losses', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.nat(1000), (B, classes, seed) => {
        const logits = Float64Array.from(randomValues(B * classes, seed, 'fine'), (value) => value * 4);
        const targets = randomValues(B * classes, seed + 1, 'fine').map(Math.abs);
        const labels = Int32Array.from({ length: B }, (_, b) => (seed + b) % classes);
        for (const loss of [
          (z: Float64Array) => softmaxCrossEntropy(z, labels, classes),
          (z: Float64Array) => softmaxCrossEntropy(z, targets, classes),
          (z: Float64Array) => meanSquaredError(z, targets),
        ]) {
          const { gradient } = loss(logits);
          for (const [i, value] of gradient.entries())
            expectSlope(
              `d [${i}]`,
              value,
              slope(logits, i, (z) => loss(z).value),
            );
        }
      }),
      { seed: 32, numRuns: 50 },
    );
  });
});
