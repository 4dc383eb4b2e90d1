import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyGraph, anyTrainable } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

const sgd = { rate: 0.1, momentum: 0.9, lossScale: 1 };

describe('random networks on the model', () => {
  it.each([
    ['odd', odd, 40],
    ['ref16', ref16, 15],
  ] as const)('are right in every tensor and gradient on %s', async (_name, config, numRuns) => {
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(anyTrainable('fine'), fc.nat(1000), async (graph, seed) => {
        judged += (await judgeNetwork(config, graph, { seed, training: sgd })).size;
      }),
      { seed: 71, numRuns, endOnFailure: true },
    );
    expect(judged).toBeGreaterThan(3 * numRuns);
  });

  it('are right in evaluation, batch normalisation folded', async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph('fine'), fc.nat(1000), async (graph, seed) => {
        await judgeNetwork(odd, graph, { seed });
      }),
      { seed: 72, numRuns: 40, endOnFailure: true },
    );
  });
});
