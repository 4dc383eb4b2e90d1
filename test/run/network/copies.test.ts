import { expect, it } from 'vitest';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import { parseLayer } from '../../../generator/description/layer.js';
import type { Graph, Operation } from '../../../generator/graph/operations.js';
import { randomValues } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

const conv = (name: string, x: string, C: number, N: number): Operation => ({
  ...{ kind: 'convolution', name, x, transposed: false, weights: `${name} w` },
  layer: parseLayer(`B=2,H=5,W=5,C=${C},N=${N},K=1`),
});
const relu = (name: string, x: string): Operation => ({
  kind: 'activation',
  name,
  x,
  slope: 0,
  least: -Infinity,
  most: Infinity,
});

/** Two branches that are joined, and channels of both taken twice, the second time all that there are. */
const graph = ([a, b, some]: readonly [number, number, number]): Graph => ({
  name: 'branches',
  inputs: [{ name: 'in', shape: [2, 5, 5, 6] }],
  operations: [
    ...[conv('left', 'in', 6, a), relu('left relu', 'left'), conv('right', 'in', 6, b), relu('right relu', 'right')],
    { kind: 'concatenation', name: 'both', parts: ['left relu', 'right relu'] },
    { kind: 'slice', name: 'some', x: 'both', first: 3, channels: some },
    { kind: 'slice', name: 'again', x: 'some', first: 0, channels: some },
    ...[relu('last relu', 'again'), conv('last', 'last relu', some, 4), conv('other', 'both', a + b, 4)],
    { kind: 'addition', name: 'out', x: 'last', y: 'other' },
  ],
  outputs: ['out'],
  parameters: [
    { name: 'left w', values: randomValues(6 * a, 1, 'fine'), trainable: true },
    { name: 'right w', values: randomValues(6 * b, 2, 'fine'), trainable: true },
    { name: 'last w', values: randomValues(4 * some, 3, 'fine'), trainable: true },
    { name: 'other w', values: randomValues(4 * (a + b), 4, 'fine'), trainable: true },
  ],
});

it.each([
  // where a pixel's channels are no whole beats, passes that store them pixel by pixel, and gates that load them so, take longer than a copy
  ['odd', odd, [5, 4, 4], { forward: ['both', 'both'], backward: ['right relu'] }],
  ['ref16', ref16, [32, 16, 32], { forward: [], backward: [] }],
] as const)('channels are written and read where they lie, on %s', async (_name, config, sizes, left) => {
  const branches = graph(sizes);
  const { forward, training } = compileNetwork(config, branches, { training: { rate: 0.1 } });
  const copies = (steps: readonly { readonly operation: string; readonly does: string }[]): readonly string[] =>
    steps.filter(({ does }) => does === 'copy').map(({ operation }) => operation);
  expect(copies(forward.steps)).toEqual(left.forward);
  expect(copies(training!.update[0]!.steps)).toEqual(left.backward);
  const judged = await judgeNetwork(config, branches, { training: { rate: 0.1 } });
  expect([...judged]).toEqual(
    expect.arrayContaining(['d left', 'd right', 'd left w', 'd right w', 'd last w', 'd other w']),
  );
});

const over = (name: string, x: string, layer: string): Operation => ({
  ...{ kind: 'convolution', name, x, transposed: false, weights: `${name} w`, layer: parseLayer(layer) },
});

/** Two branches of one map, by 1×1 and 3×3, joined behind activations, and what reads them both. */
const fire = (stride: number): Graph => {
  const size = Math.ceil(5 / stride);
  return {
    name: 'fire',
    inputs: [{ name: 'in', shape: [2, 5, 5, 16] }],
    operations: [
      ...[conv('first', 'in', 16, 16), relu('first relu', 'first')],
      ...[over('left', 'first relu', `B=2,H=5,W=5,C=16,N=32,K=1,S=${stride}`), relu('left relu', 'left')],
      ...[over('right', 'first relu', `B=2,H=5,W=5,C=16,N=16,K=3,P=1,S=${stride}`), relu('right relu', 'right')],
      { kind: 'concatenation', name: 'both', parts: ['left relu', 'right relu'] },
      over('out', 'both', `B=2,H=${size},W=${size},C=48,N=16,K=1`),
    ],
    outputs: ['out'],
    parameters: [
      { name: 'first w', values: randomValues(16 * 16, 1, 'fine'), trainable: true },
      { name: 'left w', values: randomValues(16 * 32, 2, 'fine'), trainable: true },
      { name: 'right w', values: randomValues(9 * 16 * 16, 3, 'fine'), trainable: true },
      { name: 'out w', values: randomValues(48 * 16, 4, 'fine'), trainable: true },
    ],
  };
};

it('gradients of branches behind one activation are channels of one, which passes read where they lie', async () => {
  const { forward, training, tensors } = compileNetwork(ref16, fire(1), { training: { rate: 0.1 }, keep: true });
  const { steps } = training!.update[0]!;
  const alone = [...forward.steps, ...steps].filter(({ pass }) => pass === undefined).map(({ does }) => does);
  expect(new Set(alone)).toEqual(new Set(['SGD']));
  expect(steps.find(({ operation, pass }) => operation === 'out' && pass === 'dgrad')!.fused).toEqual(['gate']);
  const pitches = (...names: readonly string[]) =>
    names.map((name) => tensors.find((one) => `${one.role} ${one.name}` === name)?.pitch);
  expect(pitches('tensor left relu', 'tensor right relu', 'gradient left', 'gradient right')).toEqual([48, 48, 48, 48]);
});

it.each(
  (['zerofree', 'bp', 'traditional'] as const).flatMap((engine) => [1, 2].map((stride) => [engine, stride] as const)),
)('passes read and write channels of others by %s, stride %i', async (engine, stride) => {
  const judged = await judgeNetwork(ref16, fire(stride), { engine, training: { rate: 0.1 } });
  expect([...judged]).toEqual(expect.arrayContaining(['d left', 'd right', 'd first', 'd left w', 'd right w']));
});

it('a gradient that others read stays as it is where channels are added to a copy of it', async () => {
  const graph: Graph = {
    name: 'shared',
    inputs: [{ name: 'in', shape: [2, 5, 5, 16] }],
    operations: [
      ...[conv('y', 'in', 16, 32), conv('x', 'in', 16, 32), { kind: 'addition', name: 'sum', x: 'x', y: 'y' } as const],
      { kind: 'slice', name: 'some', x: 'x', first: 16, channels: 16 },
      ...[conv('left', 'sum', 32, 16), conv('right', 'some', 16, 16)],
      { kind: 'addition', name: 'out', x: 'left', y: 'right' },
    ],
    outputs: ['out'],
    parameters: [
      { name: 'y w', values: randomValues(16 * 32, 1, 'fine'), trainable: true },
      { name: 'x w', values: randomValues(16 * 32, 2, 'fine'), trainable: true },
      { name: 'left w', values: randomValues(32 * 16, 3, 'fine'), trainable: true },
      { name: 'right w', values: randomValues(16 * 16, 4, 'fine'), trainable: true },
    ],
  };
  const judged = await judgeNetwork(ref16, graph, { training: { rate: 0.1 } });
  expect([...judged]).toEqual(expect.arrayContaining(['d y w', 'd x w']));
});
