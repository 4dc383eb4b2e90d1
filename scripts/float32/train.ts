import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type SgdOptions, type SgdState, sgdStep } from '../../generator/golden/graph/optimizer.js';
import type { Values } from '../../generator/golden/graph/rule.js';
import type { BatchNormalization, Graph } from '../../generator/graph/operations.js';
import { shapesOf } from '../../generator/graph/shapes.js';
import type { Augmentation } from '../../generator/train/augment.js';
import type { Data, Dataset } from '../../generator/train/dataset.js';
import { rateOf, type Schedule } from '../../generator/train/schedule.js';
import { batchesOf, rightOnes } from '../../generator/train/session.js';
import { crossEntropy, forwardPass } from './tensorflow.js';

/** A training in float32: as `train` of the accelerator takes it. */
export interface Float32Training {
  readonly graph: Graph;
  readonly data: Data;
  readonly steps: number;
  readonly sgd: SgdOptions;
  readonly schedule: Schedule;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly frozen?: ReadonlySet<string>;
}

const rounded = (all: ReadonlyMap<string, Values>): ReadonlyMap<string, Float32Array> =>
  new Map([...all].map(([name, values]) => [name, Float32Array.from(values)]));

const tensorsOf = (parameters: ReadonlyMap<string, Values>): ReadonlyMap<string, tf.Tensor> =>
  new Map([...parameters].map(([name, values]) => [name, tf.tensor1d(Float32Array.from(values))]));

/** Share of images that are told by the parameters. */
const accuracyOf = (graph: Graph, parameters: ReadonlyMap<string, Values>, { shape, x, labels }: Dataset): number => {
  const [{ name, shape: input }] = graph.inputs;
  const [batch] = input;
  const size = shape[0] * shape[1] * shape[2];
  const classes = shapesOf(graph).get(graph.outputs[0])!.at(-1)!;
  let right = 0;
  for (let first = 0; first < labels.length; first += batch) {
    const images = Math.min(batch, labels.length - first);
    const own = new Float32Array(batch * size);
    own.set(x.subarray(first * size, (first + images) * size));
    const output = tf.tidy(
      () =>
        forwardPass(graph, new Map([...tensorsOf(parameters), [name, tf.tensor(own, [...input])]]))
          .get(graph.outputs[0])!
          .dataSync() as Float32Array,
    );
    right += rightOnes(output, labels.subarray(first, first + images), classes);
  }
  return right / labels.length;
};

/** Statistics of what a batch normalisation takes, by the names of the parameters that follow them. */
const statistics = (
  { x, mean, variance, momentum }: BatchNormalization,
  all: ReadonlyMap<string, tf.Tensor>,
): readonly (readonly [name: string, batch: Float32Array, momentum: number])[] => {
  const values = all.get(x)!;
  const batch = tf.moments(values, [0, 1, 2]);
  const count = values.size / values.shape.at(-1)!;
  return [
    [mean, batch.mean.dataSync() as Float32Array, momentum],
    [variance, tf.mul(batch.variance, count / (count - 1)).dataSync() as Float32Array, momentum],
  ];
};

/** Takes the backend in WebAssembly: many times as fast as the one in JavaScript. */
const takeBackend = async (): Promise<void> => {
  // what imports it would have it as its backend, ready or not
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const files = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(`${files}${sep}`);
  // with several threads sums would be in another order every time
  setThreadsCount(1);
  await tf.setBackend('wasm');
};

/**
 * Trains a network with TensorFlow.js: activations, gradients, parameters and velocities in float32, on the same batches, with the same
 * first weights, dropouts and rates as the accelerator.
 * @returns the loss of every step, the accuracy on what is held out, and the parameters at the end.
 */
export const trainFloat32 = async (
  { graph, data, steps, sgd, schedule, augmentation, seed, frozen = new Set() }: Float32Training,
  onStep: (step: number, loss: number) => void = () => undefined,
): Promise<{
  readonly losses: readonly number[];
  readonly accuracy: number;
  readonly parameters: ReadonlyMap<string, Values>;
}> => {
  await takeBackend();
  const [{ name: input, shape }] = graph.inputs;
  const batches = batchesOf(data.train, shape[0], seed, augmentation);
  const learning = graph.parameters.filter(({ name, trainable }) => trainable && !frozen.has(name));
  const normalizations = graph.operations.filter((one) => one.kind === 'batchNormalization');
  let state: SgdState = {
    parameters: new Map(graph.parameters.map(({ name, values }) => [name, Float32Array.from(values)])),
    velocities: new Map(),
  };
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const { x, labels, seed: own } = batches(step);
    const gradients = new Map<string, Values>();
    const running = new Map<string, Values>();
    tf.tidy(() => {
      const held = tensorsOf(state.parameters);
      const image = tf.tensor(x, [...shape]);
      const loss = (...values: tf.Tensor[]): tf.Scalar => {
        const given = new Map([...held, ...learning.map(({ name }, i) => [name, values[i]] as const), [input, image]]);
        const all = forwardPass(graph, given, own);
        for (const [name, batch, momentum] of normalizations.flatMap((one) => statistics(one, all))) {
          const before = state.parameters.get(name)!;
          running.set(
            name,
            batch.map((value, i) => (1 - momentum) * before[i] + momentum * value),
          );
        }
        return crossEntropy(all.get(graph.outputs[0])!, labels);
      };
      const { value, grads } = tf.valueAndGrads(loss)(learning.map(({ name }) => held.get(name)!));
      losses.push(value.dataSync()[0]);
      learning.forEach(({ name }, i) => void gradients.set(name, grads[i].dataSync() as Float32Array));
    });
    const { lossScale: _scale, ...plain } = sgd;
    const after = sgdStep(state, gradients, { ...plain, rate: rateOf(schedule, sgd.rate, step, steps) });
    state = { parameters: rounded(new Map([...after.parameters, ...running])), velocities: rounded(after.velocities) };
    onStep(step, losses.at(-1)!);
  }
  return { losses, accuracy: accuracyOf(graph, state.parameters, data.heldOut), parameters: state.parameters };
};
