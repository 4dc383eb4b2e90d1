import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import {
  type Held,
  judgeGradient,
  judgeOperation,
  judgeParameterGradient,
  type Verdict,
} from '../../../generator/golden/graph/judge.js';
import type { Values } from '../../../generator/golden/graph/rule.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { shapesOf } from '../../../generator/graph/shapes.js';
import { tensorflow } from '../../../scripts/float32/tensorflow.js';
import { anyGraph, gradientsOf, inputsOf, toBf16 } from './graphs.js';

const expectRight = (name: string, { wrong, firstWrong, expected, bound }: Verdict, result: Values): void =>
  expect(
    wrong,
    `${name}[${firstWrong}] is ${result[firstWrong]}, not ${expected[firstWrong]} ± ${bound[firstWrong]}`,
  ).toBe(0);

/** Judges all that TensorFlow, a machine in fp32, made of a graph, by what it is said to have held. */
const judgeAll = (
  graph: Graph,
  seed: number,
  training: { readonly seed: number } | undefined,
  heldOf: (all: Held) => Held,
  tally: (verdict: Verdict) => void = () => {},
): void => {
  const outputGradients = gradientsOf(graph, seed, 'fine');
  const { tensors, gradients } = tensorflow(graph, inputsOf(graph, seed, 'fine'), outputGradients, training?.seed);
  const held = heldOf({ tensors, gradients, outputGradients });
  const options = { stored: 'fp32', training } as const;
  for (const { name } of graph.operations) {
    const verdict = judgeOperation(graph, name, held, tensors.get(name)!, options);
    expectRight(name, verdict, tensors.get(name)!);
    tally(verdict);
  }
  const reached = backward(graph, tensors, outputGradients, { training, inputs: true }).tensors;
  for (const name of reached.keys())
    expectRight(`d ${name}`, judgeGradient(graph, name, held, gradients.get(name)!, options), gradients.get(name)!);
  for (const { name, trainable } of graph.parameters) {
    if (!trainable || graph.operations.every((each) => !Object.values(each).includes(name) || !reached.has(each.name)))
      continue;
    expectRight(
      `d ${name}`,
      judgeParameterGradient(graph, name, held, gradients.get(name)!, options),
      gradients.get(name)!,
    );
  }
};

describe('the judge of operations', () => {
  it('takes what fp32 arithmetic in another order makes of the same operands, forward and backward', () => {
    let [claimed, unclaimed] = [0, 0];
    fc.assert(
      fc.property(anyGraph('fine'), fc.nat(10000), fc.boolean(), (graph, seed, trains) =>
        judgeAll(
          graph,
          seed,
          trains ? { seed } : undefined,
          (all) => all,
          (verdict) => {
            claimed += verdict.expected.length - verdict.unclaimed;
            unclaimed += verdict.unclaimed;
          },
        ),
      ),
      { seed: 51, numRuns: 150 },
    );
    // only of constant channels, whose variance is nothing, is nothing claimed
    expect(unclaimed / claimed).toBeLessThan(0.02);
  });

  it('takes what operations in a row make that store nothing between them', () => {
    const read = (graph: Graph): ReadonlySet<string> =>
      new Set(graph.operations.flatMap((each) => (each.kind === 'pooling' && each.of === 'maximum' ? [each.x] : [])));
    fc.assert(
      fc.property(anyGraph('fine'), fc.nat(10000), fc.boolean(), (graph, seed, trains) =>
        judgeAll(graph, seed, trains ? { seed } : undefined, ({ tensors, outputGradients }) => ({
          tensors: new Map([...tensors].filter(([name]) => name === 'in' || name === 'other' || read(graph).has(name))),
          outputGradients,
        })),
      ),
      { seed: 52, numRuns: 100 },
    );
  });

  it('takes rounded bf16 results, and not the bf16 numbers beside them', () => {
    let told = 0;
    fc.assert(
      fc.property(anyGraph('fine'), fc.nat(10000), fc.nat(), fc.boolean(), (graph, seed, at, trains) => {
        const options = { stored: 'bf16', ...(trains && { training: { seed } }) } as const;
        // a machine whose arithmetic is exact, but for what it stores
        const tensors = new Map<string, Float32Array>();
        for (const [name, values] of inputsOf(graph, seed, 'fine')) tensors.set(name, toBf16(values));
        const shapes = shapesOf(graph);
        for (const operation of graph.operations) {
          const { name } = operation;
          const inputs = [...tensors.keys()].map((input) => ({ name: input, shape: shapes.get(input)! }));
          const result = toBf16(
            forward({ ...graph, inputs, operations: [operation], outputs: [] }, tensors, options).get(name)!,
          );
          const verdict = judgeOperation(graph, name, { tensors }, result, options);
          expectRight(name, verdict, result);
          const { bound } = verdict;
          const index = at % result.length;
          const size = Math.abs(result[index]);
          if (size > 0 && size < 1e30 && bound[index] < size * 2 ** -10) {
            const beside = result.slice();
            beside[index] *= 1 + 2 ** -6;
            expect(judgeOperation(graph, name, { tensors }, beside, options).firstWrong).toBe(index);
            told++;
          }
          tensors.set(name, result);
        }
      }),
      { seed: 53, numRuns: 150 },
    );
    expect(told).toBeGreaterThan(300);
  });
});
