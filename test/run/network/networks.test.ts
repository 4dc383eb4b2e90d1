import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import { type GraphOptions, type NetworkName, networkGraph } from '../../../generator/networks/index.js';
import { modelMachine } from '../../../generator/run/network/machine.js';
import { initialMemory, readParameters } from '../../../generator/run/network/memory.js';
import { runForward, trainStep } from '../../../generator/run/network/train.js';
import { anyTrainable, inputsOf, randomValues } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

/** Images of a bright bar, upright or lying, and which it is. */
const bars = (batch: number, seed: number) => {
  const noise = randomValues(batch * 784, seed, 'fine');
  const labels = Int32Array.from({ length: batch }, (_, b) => (b + seed) % 2);
  const image = Float32Array.from(noise, (value, i) => {
    const [b, row, column] = [Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28];
    const place = labels[b] === 0 ? row : column;
    return 0.05 * value + (Math.abs(place - 14) < 3 ? 1 : 0);
  });
  return { inputs: new Map([['image', image]]), labels };
};

describe('networks that can be trained', () => {
  it.each(['digits', 'lenet5'] as const)(
    '%s: every tensor and gradient is right, and what can be is fused',
    async (name) => {
      const graph = networkGraph(name, { batch: 2, seed: 3 });
      await judgeNetwork(ref16, graph, { training: { rate: 0.1, momentum: 0.9, lossScale: 1 } });
      const { forward, training } = compileNetwork(ref16, graph, { training: { rate: 0.1 } });
      expect(forward.steps.every(({ pass }) => pass !== undefined)).toBe(true);
      expect(forward.steps[0]!.fused).toEqual(['bias, activation']);
      const alone = training!.update[0]!.steps.filter(({ pass }) => pass === undefined).map(({ does }) => does);
      // large weights are updated by themselves
      expect(new Set(alone)).toEqual(new Set(['SGD']));
    },
  );

  it.each<[NetworkName, GraphOptions]>([
    ['lenet_bn', { batch: 2 }],
    ['resnet8', { batch: 2, size: { height: 9, width: 8 } }],
    ['ds_cnn', { batch: 2, size: { height: 21, width: 6 } }],
    ['autoencoder', { batch: 4 }],
  ])('%s: every tensor and gradient is right', async (name, options) => {
    const graph = networkGraph(name, { ...options, seed: 3 });
    const judged = await judgeNetwork(ref16, graph, { training: { rate: 0.1, momentum: 0.9, lossScale: 1 } });
    for (const { name: own, trainable } of graph.parameters) expect(judged).toContain(trainable ? `d ${own}` : own);
  });

  it('learn on the model: what a bar is like', async () => {
    const graph = networkGraph('digits', { batch: 8, seed: 3 });
    const compiled = compileNetwork(ref16, graph, { training: { rate: 0.05, momentum: 0.9 } });
    const memory = initialMemory(compiled, graph);
    const machine = modelMachine(ref16);
    const losses: number[] = [];
    for (let step = 0; step < 12; step++)
      losses.push((await trainStep(machine, compiled, graph, memory, bars(8, step))).loss);
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)!).toBeLessThan(0.1);
    expect(readParameters(compiled, memory).get('fc.weight')).not.toEqual(graph.parameters[4]!.values);
  });

  it('are evaluated as they are compiled for inference, dropout left out', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrainable('fine'), fc.nat(1000), async (graph, seed) => {
        const trained = compileNetwork(odd, graph, { training: { rate: 0.1 } });
        const inference = compileNetwork(odd, graph);
        const inputs = inputsOf(graph, seed, 'fine');
        const machine = modelMachine(odd);
        const [a, b] = await Promise.all(
          [trained, inference].map((compiled) => runForward(machine, compiled, initialMemory(compiled, graph), inputs)),
        );
        for (const [name, values] of a!)
          values.forEach((value, i) => {
            const other = b!.get(name)![i]!;
            // roundings to bf16 of what leaves the network, and of what is stored only in training
            expect(Math.abs(value - other)).toBeLessThanOrEqual(2 ** -5 * Math.max(1, Math.abs(value)));
          });
      }),
      { seed: 91, numRuns: 25, endOnFailure: true },
    );
  });
});
