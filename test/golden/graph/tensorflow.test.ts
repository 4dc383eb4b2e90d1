import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import { meanSquaredError, softmaxCrossEntropy } from '../../../generator/golden/graph/loss.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { elementsOf, shapesOf } from '../../../generator/graph/shapes.js';
import { tensorflow } from '../../../scripts/float32/tensorflow.js';
import { anyGraph, gradientsOf, inputsOf, randomValues } from './graphs.js';

/** Every value within a part of the greatest of its tensor, or of 1. */
const expectClose = (name: string, ours: Float64Array, theirs: Float32Array, part: number): void => {
  expect(ours.length, name).toBe(theirs.length);
  const scale = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0);
  expect(worst / scale, `${name}: ${[...ours.slice(0, 8)]} is not ${[...theirs.slice(0, 8)]}`).toBeLessThanOrEqual(
    part,
  );
};

const compare = (graph: Graph, seed: number, part: number, training?: { readonly seed: number }): void => {
  const inputs = inputsOf(graph, seed);
  const given = gradientsOf(graph, seed);
  const theirs = tensorflow(graph, inputs, given, training?.seed);
  const tensors = forward(graph, inputs, { training });
  expect([...tensors.keys()]).toEqual([...theirs.tensors.keys()]);
  for (const [name, values] of tensors) expectClose(name, values, theirs.tensors.get(name)!, part);
  const { parameters, tensors: gradients } = backward(graph, tensors, given, { training, inputs: true });
  const learnt = graph.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  expect([...parameters.keys()]).toEqual(learnt);
  for (const [name, values] of parameters) expectClose(`d ${name}`, values, theirs.gradients.get(name)!, part);
  for (const name of tensors.keys()) {
    const ours = gradients.get(name) ?? new Float64Array(tensors.get(name)!.length);
    expectClose(`d ${name}`, ours, theirs.gradients.get(name)!, part);
  }
};

describe('a network', () => {
  it('has the tensors and all gradients of TensorFlow, ties and zeros included', () => {
    fc.assert(
      fc.property(anyGraph('coarse', ['batchNormalization']), fc.nat(10000), (graph, seed) =>
        compare(graph, seed, 2e-6),
      ),
      { seed: 21, numRuns: 250 },
    );
  });

  it('has them with batch normalisation and dropout, in evaluation and in training', () => {
    fc.assert(
      fc.property(anyGraph('fine'), fc.nat(10000), fc.boolean(), (graph, seed, trains) =>
        compare(graph, seed, 1e-3, trains ? { seed } : undefined),
      ),
      { seed: 22, numRuns: 150 },
    );
  });

  it.each(['labels', 'probabilities', 'squares'] as const)(
    'has the loss of TensorFlow, and its gradients, of %s',
    (kind) => {
      fc.assert(
        fc.property(anyGraph('coarse', ['batchNormalization']), fc.nat(10000), (random, seed) => {
          const last = random.outputs[0];
          const graph: Graph = {
            ...random,
            operations: [...random.operations, { kind: 'flattening', name: 'flat', x: last }],
            outputs: ['flat'],
          };
          const shape = shapesOf(graph).get('flat')!;
          const classes = shape[3];
          const targets = randomValues(elementsOf(shape), seed + 7).map(Math.abs);
          const labels = Int32Array.from({ length: shape[0] }, (_, b) => (seed + b) % classes);
          const theirs = tensorflow(graph, inputsOf(graph, seed), (output) => {
            const logits = output.reshape([shape[0], classes]) as tf.Tensor2D;
            const wanted = tf.tensor2d(targets, [shape[0], classes]);
            if (kind === 'squares') return tf.losses.meanSquaredError(wanted, logits) as tf.Scalar;
            const hot = Array.from(labels, (label) => Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0)));
            const p = kind === 'labels' ? tf.tensor2d(hot) : wanted;
            return tf.neg(tf.mean(tf.sum(tf.mul(p, tf.logSoftmax(logits)), 1)));
          });
          const tensors = forward(graph, inputsOf(graph, seed));
          const y = tensors.get('flat')!;
          const { value, gradient } =
            kind === 'squares'
              ? meanSquaredError(y, targets)
              : softmaxCrossEntropy(y, kind === 'labels' ? labels : targets, classes);
          expectClose('loss', Float64Array.of(value), Float32Array.of(theirs.loss), 1e-5);
          expectClose('d flat', gradient, theirs.gradients.get('flat')!, 1e-5);
          const { parameters } = backward(graph, tensors, new Map([['flat', gradient]]));
          for (const [name, values] of parameters) expectClose(`d ${name}`, values, theirs.gradients.get(name)!, 1e-4);
        }),
        { seed: 23, numRuns: 40 },
      );
    },
  );
});
