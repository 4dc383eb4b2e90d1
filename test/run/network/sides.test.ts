import { it } from 'vitest';
import { parseLayer } from '../../../generator/description/layer.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { randomValues } from '../../golden/graph/graphs.js';
import { odd } from './configs.js';
import { judgeNetwork } from './judged.js';

/** An average whose windows count pixels differently, and a sum behind it: STOREs that read fp32 and bf16 beside each other. */
const graph = (channels: number, size: number): Graph => ({
  name: 'sides',
  inputs: [{ name: 'in', shape: [2, size, size, 2] }],
  operations: [
    {
      ...{ kind: 'convolution', name: 'made', x: 'in', transposed: false, weights: 'w' },
      layer: parseLayer(`B=2,H=${size},W=${size},C=2,N=${channels},K=1`),
    },
    {
      ...{ kind: 'pooling', name: 'average', x: 'made', of: 'average' },
      layer: parseLayer(`B=2,H=${size},W=${size},C=${channels},N=${channels},G=${channels},K=3,P=1`),
    },
    { kind: 'addition', name: 'twice', x: 'made', y: 'made' },
    { kind: 'addition', name: 'out', x: 'average', y: 'twice' },
  ],
  outputs: ['out'],
  parameters: [{ name: 'w', values: randomValues(2 * channels, 1, 'fine'), trainable: true }],
});

// of the larger ones both do not fit in the quarter of the buffer that is theirs
it.each([
  [3, 3],
  [6, 4],
  [6, 5],
  [12, 6],
])(
  'two streams of a STORE that do not fit in its room beside each other: %i channels of %i rows',
  async (channels, size) => {
    await judgeNetwork(odd, graph(channels, size), { training: { rate: 0.1 } });
  },
);
