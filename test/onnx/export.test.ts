import { describe, it } from 'vitest';
import { makeLayer, parseLayer } from '../../generator/description/layer.js';
import { forward } from '../../generator/golden/graph/forward.js';
import type { Graph, Operation, Shape } from '../../generator/graph/operations.js';
import { exportOnnx } from '../../generator/onnx/export.js';
import { readOnnx, toGraph, toOnnx } from '../../generator/onnx/read.js';
import { expectClose, expectSame, infer } from './judge.js';
import { values } from './model.js';

/** A graph of one input `x`; its last operation leaves it. */
const graphOf = (
  shape: Shape,
  operations: readonly Operation[],
  parameters: Readonly<Record<string, number>> = {},
): Graph => ({
  ...{ name: 'small', inputs: [{ name: 'x', shape }], operations, outputs: [operations.at(-1)!.name] },
  parameters: Object.entries(parameters).map(([name, count], i) => ({
    ...{ name, values: values(count, i + 3).map((value) => value + 1.5), trainable: true },
  })),
});

/** onnxruntime makes of the file what the graph makes, and so does what is read of the file. */
const expectExported = async (graph: Graph): Promise<void> => {
  const bytes = await exportOnnx(graph);
  await expectSame(bytes);
  const { inputs, outputs } = await readOnnx(bytes);
  const given = values(
    inputs[0].shape.reduce((a, b) => a * b, 1),
    2,
  );
  const made = await infer(bytes, { x: { shape: inputs[0].shape, values: given } });
  const want = forward(graph, new Map([['x', toGraph(inputs[0], given)]]));
  for (const output of outputs)
    expectClose(made[output.name].values, toOnnx(output, want.get(output.name)!), output.name);
};

const average = (layer: string, counted?: { readonly Pb: number; readonly Pr: number }): Operation => ({
  ...{ kind: 'pooling', name: 'y', x: 'x', of: 'average', layer: parseLayer(layer), counted },
});

describe('a graph as a new ONNX file', () => {
  it.each<readonly [string, Graph]>([
    [
      'a convolution',
      graphOf(
        [2, 5, 6, 4],
        [
          {
            kind: 'convolution',
            name: 'y',
            x: 'x',
            transposed: false,
            weights: 'w',
            bias: 'b',
            layer: parseLayer('B=2,C=4,H=5,W=6,N=6,Kh=3,Kw=2,Sw=2,Dh=2,Pt=1,Pr=1,G=2'),
          },
        ],
        { w: 6 * 2 * 6, b: 6 },
      ),
    ],
    [
      'a transposed convolution',
      graphOf(
        [1, 3, 4, 6],
        [
          {
            kind: 'convolution',
            name: 'y',
            x: 'x',
            transposed: true,
            weights: 'w',
            bias: 'b',
            layer: parseLayer('C=4,H=6,W=8,N=6,K=3,S=2,P=1,G=2'),
          },
        ],
        { w: 9 * 2 * 6, b: 4 },
      ),
    ],
    [
      'a linear layer whose parameter has the name of a tensor',
      graphOf(
        [3, 1, 1, 5],
        [
          {
            kind: 'convolution',
            name: 'y',
            x: 'x',
            transposed: false,
            weights: 'x',
            layer: parseLayer('B=3,C=5,H=1,W=1,N=2,K=1'),
          },
        ],
        { x: 10 },
      ),
    ],
    ['a flattened map', graphOf([2, 2, 3, 4], [{ kind: 'flattening', name: 'y', x: 'x' }])],
    [
      'a flattened map of one channel',
      graphOf(
        [2, 2, 3, 1],
        [
          { kind: 'flattening', name: 'f', x: 'x' },
          { kind: 'slice', name: 'y', x: 'f', first: 1, channels: 3 },
        ],
      ),
    ],
    ['an average over pixels only', graphOf([1, 5, 5, 2], [average('C=2,N=2,G=2,H=5,W=5,K=3,S=2,P=1')])],
    [
      'an average over padding too',
      graphOf([1, 5, 5, 2], [average('C=2,N=2,G=2,H=5,W=5,K=3,S=2,P=1', { Pb: 1, Pr: 1 })]),
    ],
    [
      'an average over a part of the padding',
      graphOf([1, 4, 5, 2], [average('C=2,N=2,G=2,H=4,W=5,K=3,S=2,Pt=1,Pl=1,Pb=2,Pr=1', { Pb: 1, Pr: 0 })]),
    ],
    ['a dilated average', graphOf([1, 6, 6, 2], [average('C=2,N=2,G=2,H=6,W=6,K=2,D=2')])],
    [
      'a dilated maximum',
      graphOf(
        [1, 6, 6, 2],
        [
          {
            kind: 'pooling',
            name: 'y',
            x: 'x',
            of: 'maximum',
            layer: makeLayer({ ...parseLayer('C=2,N=2,G=2,H=6,W=6,K=2,D=2,P=1') }),
          },
        ],
      ),
    ],
    ...(
      [
        [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
        [0, Number.NEGATIVE_INFINITY, 0.5],
        [0.1, -0.05, Number.POSITIVE_INFINITY],
        [1, -0.5, 0.5],
        [1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      ] as const
    ).map(([slope, least, most]): readonly [string, Graph] => [
      `an activation of ${slope}, ${least}, ${most}`,
      graphOf([1, 2, 3, 2], [{ kind: 'activation', name: 'y', x: 'x', slope, least, most }]),
    ]),
    [
      'a normalization',
      graphOf(
        [2, 2, 2, 3],
        [
          {
            kind: 'batchNormalization',
            name: 'y',
            x: 'x',
            scale: 's',
            shift: 't',
            mean: 'm',
            variance: 'v',
            epsilon: 1e-3,
            momentum: 0.1,
          },
        ],
        { s: 3, t: 3, m: 3, v: 3 },
      ),
    ],
    [
      'joined channels of a sum, a dropout and an average',
      graphOf(
        [1, 2, 2, 3],
        [
          { kind: 'addition', name: 'a', x: 'x', y: 'x' },
          { kind: 'dropout', name: 'd', x: 'a', rate: 0.3 },
          { kind: 'concatenation', name: 'c', parts: ['x', 'd'] },
          { kind: 'globalAverage', name: 'y', x: 'c' },
        ],
      ),
    ],
  ])('of %s', async (_name, graph) => {
    await expectExported(graph);
  });
});
