import {
  type CompiledNetwork,
  type NetworkProgram,
  type NetworkTraining,
  tensorOf,
} from '../../compile/network/compiled.js';
import { fp32Bits } from '../../formats/numerics.js';
import { type Loss, meanSquaredError, softmaxCrossEntropy } from '../../golden/graph/loss.js';
import type { Values } from '../../golden/graph/rule.js';
import type { Graph } from '../../graph/operations.js';
import type { NetworkMachine } from './machine.js';
import { type NetworkMemory, readTensor, writeMasks, writeTensor } from './memory.js';

/** Writes the inputs by name, runs the forward pass and reads the outputs. In training without `evaluate` dropouts drop, by the masks that are there. */
export const runForward = async (
  machine: NetworkMachine,
  compiled: CompiledNetwork,
  memory: NetworkMemory,
  inputs: ReadonlyMap<string, Values>,
  evaluate = true,
): Promise<ReadonlyMap<string, Float32Array>> => {
  for (const name of compiled.inputs) {
    const values = inputs.get(name);
    if (!values) throw new RangeError(`${name} is not given`);
    writeTensor(memory, tensorOf(compiled, 'tensor', name), values);
  }
  const { forward, training } = compiled;
  await machine.run(compiled, evaluate ? (training?.evaluation ?? forward) : forward, memory);
  return new Map(compiled.outputs.map((name) => [name, readTensor(memory, tensorOf(compiled, 'tensor', name))]));
};

/** What the loss is: of labels (a class for each image, or probabilities) or of targets. */
export const LOSSES = ['softmaxCrossEntropy', 'meanSquaredError'] as const;
export type LossKind = (typeof LOSSES)[number];

export interface StepInput {
  readonly inputs: ReadonlyMap<string, Values>;
  /** Classes as Int32Array, probabilities or targets. */
  readonly labels: Int32Array | Values;
  readonly loss?: LossKind;
  /** Of dropouts; another one for each step. */
  readonly seed?: number;
  /** In place of the learning rate that was compiled in. */
  readonly rate?: number;
}

export interface StepResult {
  readonly loss: number;
  readonly output: Float32Array;
  /** Whether the update was left out, as a gradient was not finite (with a loss scale). */
  readonly skipped: boolean;
}

const trainingOf = ({ name, training }: CompiledNetwork): NetworkTraining => {
  if (!training) throw new RangeError(`${name} is compiled without training`);
  return training;
};

/** A program with another learning rate. */
export const withRate = (program: NetworkProgram, rate: number): NetworkProgram => {
  const words = program.words.slice();
  for (const at of program.rateWords) words[at] = fp32Bits(Math.fround(-rate));
  return { ...program, words };
};

/** A loss and its gradient, by the host in float64. */
export const lossOf = (kind: LossKind, output: Float32Array, labels: Int32Array | Values, classes: number): Loss =>
  kind === 'meanSquaredError'
    ? meanSquaredError(output, labels instanceof Int32Array ? Float64Array.from(labels) : labels)
    : softmaxCrossEntropy(output, labels, classes);

/** A step of training: forward, loss, backward and update. Memory holds what has been learnt. */
export const trainStep = async (
  machine: NetworkMachine,
  compiled: CompiledNetwork,
  graph: Graph,
  memory: NetworkMemory,
  { inputs, labels, loss: kind = 'softmaxCrossEntropy', seed = 0, rate }: StepInput,
): Promise<StepResult> => {
  const training = trainingOf(compiled);
  const { lossScale } = training.options;
  const [lossOutput, ...others] = training.outputs;
  if (lossOutput === undefined || others.length > 0) throw new RangeError(`${compiled.name}: a loss is of one output`);
  writeMasks(compiled, memory, graph, seed);
  const outputs = await runForward(machine, compiled, memory, inputs, false);
  const output = outputs.get(lossOutput)!;
  const gradient = tensorOf(compiled, 'outputGradient', lossOutput);
  const { value, gradient: exact } = lossOf(kind, output, labels, gradient.shape.at(-1)!);
  writeTensor(memory, gradient, lossScale === undefined ? exact : exact.map((each) => each * lossScale));
  const [first, second] = training.update.map((program) => (rate === undefined ? program : withRate(program, rate)));
  if (first) await machine.run(compiled, first, memory);
  const skipped = second !== undefined && !allFinite(compiled, memory, training);
  if (second && !skipped) await machine.run(compiled, second, memory);
  return { loss: value, output, skipped };
};

/** Whether all gradients of parameters are finite. */
export const allFinite = (compiled: CompiledNetwork, memory: NetworkMemory, { learning }: NetworkTraining): boolean =>
  compiled.tensors
    .filter(({ role, name }) => role === 'parameterGradient' && learning.has(name))
    .every((tensor) => readTensor(memory, tensor).every(Number.isFinite));
