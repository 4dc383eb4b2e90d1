import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompiledNetwork, tensorOf } from '../../../generator/compile/network/compiled.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import { makeLayer } from '../../../generator/description/layer.js';
import { type SgdOptions, type SgdState, sgdStep } from '../../../generator/golden/graph/optimizer.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { modelMachine } from '../../../generator/run/network/machine.js';
import { initialMemory, type NetworkMemory, readTensor, writeTensor } from '../../../generator/run/network/memory.js';
import { runForward, trainStep, withRate } from '../../../generator/run/network/train.js';
import { randomValues, single, toBf16, unitLayer } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';

/** A linear layer with a bias, of sizes that fill no vector. */
const linear = (seed: number): Graph => {
  const layer = makeLayer({ ...unitLayer, B: 2, C: 7, N: 5 });
  const parameters = [
    { name: 'w', values: randomValues(35, seed, 'fine'), trainable: true },
    { name: 'b', values: randomValues(5, seed + 1, 'fine'), trainable: true },
  ];
  const made = { kind: 'convolution', name: 'y', x: 'in', layer, transposed: false, weights: 'w', bias: 'b' } as const;
  return single(made, [2, 1, 1, 7], parameters);
};

const read = (compiled: CompiledNetwork, memory: NetworkMemory, role: 'parameter' | 'parameterGradient' | 'velocity') =>
  new Map(
    ['w', 'b'].flatMap((name) => {
      const tensor = compiled.tensors.find((one) => one.role === role && one.name === name);
      return tensor ? [[name, readTensor(memory, tensor)] as const] : [];
    }),
  );

const factor = fc.constantFrom(0.5, 0.9, 0.1, 0.0123);

const options = fc.record(
  {
    rate: factor,
    momentum: factor,
    nesterov: fc.boolean(),
    weightDecay: factor,
    clip: fc.constantFrom(0.1, 0.7, 3),
    lossScale: fc.constantFrom(1, 1024, 3),
  },
  { requiredKeys: ['rate'] },
);

const close = (got: ReadonlyMap<string, Float32Array>, expected: SgdState['parameters'], what: string): void => {
  for (const [name, values] of expected) {
    const result = got.get(name)!;
    values.forEach((value, i) => {
      // a few roundings of sums of values of this size
      expect(Math.abs(result[i]! - value), `${what} ${name}[${i}]`).toBeLessThan(1e-6 * (1 + Math.abs(value)));
    });
  }
};

describe('the update on the model', () => {
  it('is the step of SGD, its state and the bf16 copies too, whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.nat(1000), fc.boolean(), async (sgd: SgdOptions, seed, isOdd) => {
        const config = isOdd ? odd : ref16;
        const graph = linear(seed);
        const compiled = compileNetwork(config, graph, { training: sgd });
        const machine = modelMachine(config);
        const memory = initialMemory(compiled, graph);
        let state: SgdState = { parameters: read(compiled, memory, 'parameter'), velocities: new Map() };
        for (let step = 0; step < 3; step++) {
          await runForward(machine, compiled, memory, new Map([['in', randomValues(14, seed + step, 'fine')]]));
          writeTensor(memory, tensorOf(compiled, 'outputGradient', 'y'), randomValues(10, seed + step + 50, 'fine'));
          const before = { ...memory, 1: memory[1].slice() };
          const [first, second] = compiled.training!.update;
          await machine.run(compiled, first!, memory);
          if (second) await machine.run(compiled, second, memory);
          // gradients as they were before a clip in place: by the same backward pass with no update
          const again = compileNetwork(config, graph, { training: { rate: 0.1, lossScale: 1 } });
          const other = initialMemory(again, graph);
          for (const role of ['parameter', 'operand'] as const)
            for (const name of ['w', 'b']) {
              const from = compiled.tensors.find((one) => one.role === role && one.name === name);
              if (from) writeTensor(other, tensorOf(again, role, name), readTensor(before, from));
            }
          await runForward(machine, again, other, new Map([['in', randomValues(14, seed + step, 'fine')]]));
          writeTensor(other, tensorOf(again, 'outputGradient', 'y'), randomValues(10, seed + step + 50, 'fine'));
          await machine.run(again, again.training!.update[0]!, other);
          state = sgdStep(state, read(again, other, 'parameterGradient'), sgd);
          close(read(compiled, memory, 'parameter'), state.parameters, `step ${step}`);
          if (sgd.momentum) close(read(compiled, memory, 'velocity'), state.velocities, `step ${step} velocity`);
          const master = readTensor(memory, tensorOf(compiled, 'parameter', 'w'));
          expect(readTensor(memory, tensorOf(compiled, 'operand', 'w'))).toEqual(toBf16(master));
          state = { parameters: read(compiled, memory, 'parameter'), velocities: read(compiled, memory, 'velocity') };
        }
      }),
      { seed: 81, numRuns: 40, endOnFailure: true },
    );
  });

  it('takes another learning rate without being compiled anew', async () => {
    const graph = linear(1);
    const machine = modelMachine(odd);
    const learnt = await Promise.all(
      [0.25, 0.5].map(async (compiledRate) => {
        const compiled = compileNetwork(odd, graph, { training: { rate: compiledRate, momentum: 0.9 } });
        const memory = initialMemory(compiled, graph);
        const inputs = new Map([['in', randomValues(14, 3)]]);
        await trainStep(machine, compiled, graph, memory, { inputs, labels: Int32Array.of(1, 4), rate: 0.5 });
        return read(compiled, memory, 'parameter');
      }),
    );
    expect(learnt[0]).toEqual(learnt[1]);
    const compiled = compileNetwork(odd, graph, { training: { rate: 0.25 } });
    const [update] = compiled.training!.update;
    expect(withRate(update!, 0.25).words).toEqual(update!.words);
    expect(withRate(update!, 0.5).words).not.toEqual(update!.words);
  });

  it('is left out where a gradient is not finite, with a loss scale', async () => {
    const graph = linear(1);
    const compiled = compileNetwork(odd, graph, { training: { rate: 0.25, momentum: 0.9, lossScale: 2 ** 100 } });
    const memory = initialMemory(compiled, graph);
    const before = memory[1].slice();
    const step = (scale: number) =>
      trainStep(modelMachine(odd), compiled, graph, memory, {
        inputs: new Map([['in', randomValues(14, 3).map((value) => value * scale)]]),
        labels: Int32Array.of(1, 4),
      });
    expect((await step(2 ** 60)).skipped).toBe(true);
    expect(memory[1]).toEqual(before);
    expect((await step(1)).skipped).toBe(false);
    expect(memory[1]).not.toEqual(before);
  });
});
