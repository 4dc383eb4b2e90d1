import { expect, it } from 'vitest';
import { makeLayer } from '../../../generator/description/layer.js';
import { backward } from '../../../generator/golden/graph/backward.js';
import { forward } from '../../../generator/golden/graph/forward.js';
import { softmaxCrossEntropy } from '../../../generator/golden/graph/loss.js';
import { runningStatistics } from '../../../generator/golden/graph/normalization.js';
import { type SgdState, sgdStep } from '../../../generator/golden/graph/optimizer.js';
import type { Graph, Parameter } from '../../../generator/graph/operations.js';
import { randomValues, unitLayer } from './graphs.js';

const B = 6;
const CLASSES = 3;
const values = (name: string, numbers: Float32Array, trainable = true): Parameter => ({
  name,
  values: numbers,
  trainable,
});

/** Convolution, batch normalisation, ReLU and pooling; a classifier behind a dropout. */
const graph: Graph = {
  name: 'classifier',
  inputs: [{ name: 'in', shape: [B, 6, 6, 2] }],
  operations: [
    {
      ...{ kind: 'convolution', name: 'c', x: 'in', transposed: false, weights: 'w' },
      layer: makeLayer({ ...unitLayer, B, C: 2, H: 6, W: 6, N: 8, Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 }),
    },
    {
      ...{ kind: 'batchNormalization', name: 'n', x: 'c', scale: 's', shift: 'b', mean: 'm', variance: 'v' },
      ...{ epsilon: 1e-5, momentum: 0.2 },
    },
    { kind: 'activation', name: 'r', x: 'n', slope: 0, least: -Infinity, most: Infinity },
    {
      ...{ kind: 'pooling', name: 'p', x: 'r', of: 'maximum' },
      layer: makeLayer({ ...unitLayer, B, C: 8, N: 8, G: 8, H: 6, W: 6, Kh: 2, Kw: 2, Sh: 2, Sw: 2 }),
    },
    { kind: 'flattening', name: 'f', x: 'p' },
    { kind: 'dropout', name: 'd', x: 'f', rate: 0.2 },
    {
      ...{ kind: 'convolution', name: 'y', x: 'd', transposed: false, weights: 'u', bias: 'a' },
      layer: makeLayer({ ...unitLayer, B, C: 72, N: CLASSES }),
    },
  ],
  outputs: ['y'],
  parameters: [
    values('w', randomValues(9 * 2 * 8, 1, 'fine')),
    values('s', new Float32Array(8).fill(1)),
    values('b', new Float32Array(8)),
    values('m', new Float32Array(8), false),
    values('v', new Float32Array(8).fill(1), false),
    values(
      'u',
      randomValues(72 * CLASSES, 2, 'fine').map((value) => value / 16),
    ),
    values('a', new Float32Array(CLASSES)),
  ],
};

it('a network learns, and evaluation with the running statistics then knows what it learnt', () => {
  const inputs = new Map([['in', randomValues(B * 72, 3, 'fine')]]);
  const labels = Int32Array.of(0, 1, 2, 0, 1, 2);
  let state: SgdState = { parameters: new Map(graph.parameters.map((p) => [p.name, p.values])), velocities: new Map() };
  const lossOf = (): number =>
    softmaxCrossEntropy(forward(graph, inputs, { parameters: state.parameters }).get('y')!, labels, CLASSES).value;
  const before = lossOf();
  for (let seed = 0; seed < 25; seed++) {
    const options = { training: { seed }, parameters: state.parameters, frozen: new Set(['a']) };
    const tensors = forward(graph, inputs, options);
    const { gradient } = softmaxCrossEntropy(tensors.get('y')!, labels, CLASSES);
    const gradients = backward(graph, tensors, new Map([['y', gradient]]), options).parameters;
    const statistics = runningStatistics(graph, tensors, state.parameters);
    const after = sgdStep(state, gradients, { rate: 0.02, momentum: 0.9, weightDecay: 1e-4 });
    state = { ...after, parameters: new Map([...after.parameters, ...statistics]) };
  }
  expect(before).toBeGreaterThan(1);
  expect(lossOf()).toBeLessThan(0.05);
  expect([...state.parameters.get('a')!]).toEqual([0, 0, 0]);
});
