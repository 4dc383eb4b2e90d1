import { expect } from 'vitest';
import { type CompiledNetwork, tensorOf } from '../../../generator/compile/network/compiled.js';
import { compileNetwork, type TrainingOptions } from '../../../generator/compile/network/index.js';
import type { Config, Engine } from '../../../generator/description/config.js';
import {
  type Held,
  judgeGradient,
  judgeOperation,
  judgeParameterGradient,
  type Verdict,
} from '../../../generator/golden/graph/judge.js';
import { runningStatistics } from '../../../generator/golden/graph/normalization.js';
import type { Values } from '../../../generator/golden/graph/rule.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { modelMachine } from '../../../generator/run/network/machine.js';
import { initialMemory, readTensor, writeMasks, writeTensor } from '../../../generator/run/network/memory.js';
import { runForward } from '../../../generator/run/network/train.js';
import { gradientsOf, inputsOf, toBf16 } from '../../golden/graph/graphs.js';

/** What a network stored of one role, by name. */
export const stored = (
  compiled: CompiledNetwork,
  memory: Parameters<typeof readTensor>[0],
  role: 'tensor' | 'gradient' | 'parameterGradient' | 'operand' | 'parameter',
): ReadonlyMap<string, Float32Array> =>
  new Map(
    compiled.tensors.filter((one) => one.role === role).map((tensor) => [tensor.name, readTensor(memory, tensor)]),
  );

const expectRight = (name: string, { wrong, firstWrong, expected, bound }: Verdict, result: Values): void =>
  expect(
    wrong,
    `${name}[${firstWrong}] is ${result[firstWrong]}, not ${expected[firstWrong]} ± ${bound[firstWrong]}`,
  ).toBe(0);

export interface JudgedOptions {
  readonly seed?: number;
  readonly engine?: Engine;
  readonly training?: TrainingOptions;
  readonly inputs?: ReadonlyMap<string, Values>;
  readonly outputGradients?: ReadonlyMap<string, Values>;
}

/**
 * Compiles a network, runs it on the model, forward and where it trains backward, and judges every tensor, gradient and gradient of a parameter that it stored.
 * @returns names of all that was judged.
 */
export const judgeNetwork = async (
  config: Config,
  graph: Graph,
  { seed = 1, engine, training, inputs: given, outputGradients: givenGradients }: JudgedOptions = {},
): Promise<ReadonlySet<string>> => {
  const compiled = compileNetwork(config, graph, { engine, training, keep: true });
  const machine = modelMachine(config);
  const memory = initialMemory(compiled, graph);
  // no number may come of what the memory held before
  memory[2].fill(0xff);
  const rounded = (values: ReadonlyMap<string, Values>): ReadonlyMap<string, Float32Array> =>
    new Map([...values].map(([name, each]) => [name, toBf16(each)]));
  const inputs = rounded(given ?? inputsOf(graph, seed, 'fine'));
  const parameters = new Map([...stored(compiled, memory, 'parameter'), ...stored(compiled, memory, 'operand')]);
  // what is not the operand of a pass is read as it is
  const weights = new Set(graph.operations.flatMap((one) => (one.kind === 'convolution' ? [one.weights] : [])));
  for (const [name, values] of stored(compiled, memory, 'parameter'))
    if (!weights.has(name)) parameters.set(name, values);
  if (training) writeMasks(compiled, memory, graph, seed);
  await runForward(machine, compiled, memory, inputs, false);
  const outputGradients = rounded(givenGradients ?? gradientsOf(graph, seed, 'fine'));
  if (training) {
    for (const [name, values] of outputGradients)
      writeTensor(memory, tensorOf(compiled, 'outputGradient', name), values);
    // the loss scale leaves gradients as they are, before the step
    await machine.run(compiled, compiled.training!.update[0]!, memory);
  }
  const tensors = stored(compiled, memory, 'tensor');
  const gradients = training ? stored(compiled, memory, 'gradient') : new Map<string, Float32Array>();
  const held: Held = { tensors, gradients, outputGradients };
  const options = { between: 'bf16', parameters, training: training && { seed } } as const;
  const judged = new Set<string>();
  for (const { name } of graph.operations) {
    const result = tensors.get(name);
    if (!result) continue;
    const { format } = tensorOf(compiled, 'tensor', name);
    expectRight(name, judgeOperation(graph, name, held, result, { ...options, stored: format }), result);
    judged.add(name);
  }
  for (const [name, result] of gradients) {
    expectRight(`d ${name}`, judgeGradient(graph, name, held, result, { ...options, stored: 'bf16' }), result);
    judged.add(`d ${name}`);
  }
  if (!training) return judged;
  const after = stored(compiled, memory, 'parameter');
  // as statistics of the batch may be off, by the greatest value that was summed
  let most = 1;
  for (const values of tensors.values()) for (const value of values) most = Math.max(most, Math.abs(value));
  for (const [name, expected] of runningStatistics(graph, tensors)) {
    const result = after.get(name)!;
    for (const [c, value] of expected.entries())
      expect(Math.abs(result[c]! - value), `${name}[${c}]`).toBeLessThan(2 ** -14 * most ** 2);
    judged.add(name);
  }
  for (const [name, result] of stored(compiled, memory, 'parameterGradient')) {
    if (!compiled.training!.learning.has(name)) continue;
    let verdict: Verdict | undefined;
    try {
      verdict = judgeParameterGradient(graph, name, held, result, { ...options, stored: 'fp32' });
    } catch (error) {
      if (!(error instanceof RangeError && error.message.startsWith('no gradient reaches'))) throw error;
    }
    if (verdict) expectRight(`d ${name}`, verdict, result);
    else expect([...result].every((value) => value === 0)).toBe(true);
    judged.add(`d ${name}`);
  }
  return judged;
};
