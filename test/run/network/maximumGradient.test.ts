import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../generator/description/config.js';
import { makeLayer } from '../../../generator/description/layer.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { anyLayer } from '../../description/layers.js';
import { randomValues } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

/** Windows over what a 1×1 convolution makes, so that their gradient is asked for; values on a coarse grid tie often. */
const anyPooled = (channels: number): fc.Arbitrary<Graph> =>
  fc.tuple(anyLayer({ channels, groups: 1, pixels: 8 }), fc.nat(10_000)).map(([shape, seed]) => {
    const { B, C, H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } = shape;
    const layer = makeLayer({ ...{ B, H, W, C, N: C, G: C, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } });
    const alone = { G: 1, Kh: 1, Kw: 1, Sh: 1, Sw: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0 };
    return {
      name: 'pooled',
      inputs: [{ name: 'in', shape: [B, H, W, C] }],
      operations: [
        {
          kind: 'convolution',
          name: 'conv',
          x: 'in',
          layer: makeLayer({ B, H, W, C, N: C, ...alone }),
          transposed: false,
          weights: 'w',
        },
        { kind: 'pooling', name: 'pool', x: 'conv', of: 'maximum', layer },
      ],
      outputs: ['pool'],
      parameters: [{ name: 'w', values: randomValues(C * C, seed, 'coarse'), trainable: true }],
    };
  });

describe('the gradient of a maximum', () => {
  it.each([
    ['odd', odd, 9, 60],
    ['ref16', ref16, 40, 25],
  ] as const)('goes to the tap that won, on %s', async (_name, config: Config, channels, numRuns) => {
    const seen = { overlap: 0, apart: 0 };
    await fc.assert(
      fc.asyncProperty(anyPooled(channels), fc.nat(1000), async (graph, seed) => {
        const inputs = new Map([
          [
            'in',
            randomValues(
              graph.inputs[0]!.shape.reduce((a, b) => a * b, 1),
              seed,
              'coarse',
            ),
          ],
        ]);
        const judged = await judgeNetwork(config, graph, { seed, training: { rate: 0.1 }, inputs });
        expect([...judged]).toEqual(expect.arrayContaining(['pool', 'd conv', 'd w']));
        const [, pool] = graph.operations;
        if (pool?.kind !== 'pooling') throw new Error('no pooling');
        const { Kh, Kw, Sh, Sw } = pool.layer;
        if (Kh > Sh || Kw > Sw) seen.overlap++;
        else seen.apart++;
      }),
      { seed: 201, numRuns, endOnFailure: true },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
  });
});
