import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import type { Config } from '../../../generator/description/config.js';
import { softmaxCrossEntropy } from '../../../generator/golden/graph/loss.js';
import { networkBounds, relativeError } from '../../../generator/golden/graph/whole.js';
import type { Graph } from '../../../generator/graph/operations.js';
import { shapesOf } from '../../../generator/graph/shapes.js';
import { type NetworkName, networkGraph } from '../../../generator/networks/index.js';
import type { ImageSize } from '../../../generator/networks/network.js';
import { modelMachine } from '../../../generator/run/network/machine.js';
import { initialMemory, writeMasks, writeTensor } from '../../../generator/run/network/memory.js';
import { runForward, trainStep } from '../../../generator/run/network/train.js';
import { NO_AUGMENTATION } from '../../../generator/train/augment.js';
import type { Dataset } from '../../../generator/train/dataset.js';
import { digits } from '../../../generator/train/digits.js';
import { noise } from '../../../generator/train/noise.js';
import { padded } from '../../../generator/train/pad.js';
import { rateOf } from '../../../generator/train/schedule.js';
import { batchesOf, Session } from '../../../generator/train/session.js';
import { crossEntropy, tensorflow } from '../../../scripts/float32/tensorflow.js';
import { trainFloat32 } from '../../../scripts/float32/train.js';
import { anyGraph, inputsOf, randomValues, toBf16 } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { stored } from './judged.js';

/** A graph whose first output is a value for each class of an image, as a loss needs it, and has no other. */
const classifying = (random: Graph): Graph => ({
  ...random,
  operations: [...random.operations, { kind: 'flattening', name: 'flat', x: random.outputs[0]! }],
  outputs: ['flat'],
});

/**
 * The first step of a training on the model and by TensorFlow.js: loss, gradients of all parameters, and all gradients of tensors that are stored.
 * TensorFlow.js has the parameters as passes read them, in bf16, and after each operation what the model stored of it: so both take the same side of every kink.
 * @returns the greatest relative error of a gradient, as a part of its bound.
 */
const compareStep = async (
  config: Config,
  graph: Graph,
  inputs: ReadonlyMap<string, Float32Array>,
  labels: Int32Array,
  seed: number,
  isWhole: boolean,
): Promise<number> => {
  // the loss scale leaves gradients as they are, and the update for later
  const compiled = compileNetwork(config, graph, { training: { rate: 0.1, lossScale: 1 }, keep: true });
  const memory = initialMemory(compiled, graph);
  const machine = modelMachine(config);
  writeMasks(compiled, memory, graph, seed);
  const outputs = await runForward(machine, compiled, memory, inputs, false);
  const [name] = graph.outputs;
  const classes = shapesOf(graph).get(name!)![3];
  const output = outputs.get(name!)!;
  const loss = softmaxCrossEntropy(output, labels, classes);
  const target = compiled.tensors.find(({ role }) => role === 'outputGradient')!;
  writeTensor(memory, target, loss.gradient);
  await machine.run(compiled, compiled.training!.update[0]!, memory);

  const operands = stored(compiled, memory, 'operand');
  const held = {
    ...graph,
    parameters: graph.parameters.map((one) => ({ ...one, values: operands.get(one.name) ?? one.values })),
  };
  const tensors = new Map([...stored(compiled, memory, 'tensor')].filter(([one]) => !inputs.has(one)));
  const ofLoss = (y: Parameters<typeof crossEntropy>[0]) => crossEntropy(y, labels);
  const free = tensorflow(held, inputs, ofLoss, seed);
  const theirs = tensorflow(held, inputs, ofLoss, seed, tensors);
  const bounds = networkBounds(graph);
  // a change of the outputs changes the loss by no more than √2 of its norm, an image
  const size = Math.hypot(...free.tensors.get(name!)!);
  expect(Math.abs(loss.value - free.loss)).toBeLessThanOrEqual(
    (Math.SQRT2 * bounds.tensors * size) / Math.sqrt(labels.length) + 1e-6,
  );
  expect(Math.abs(loss.value - theirs.loss)).toBeLessThanOrEqual(1e-5 * Math.max(1, loss.value));

  const ours = new Map(
    [...stored(compiled, memory, 'parameterGradient')].filter(([one]) => compiled.training!.learning.has(one)),
  );
  const gradients = stored(compiled, memory, 'gradient');
  const pick = (all: ReadonlyMap<string, Float32Array>) =>
    new Map([...all.keys()].map((one) => [one, theirs.gradients.get(one)!] as const));
  const error = (all: ReadonlyMap<string, Float32Array>): number => relativeError(all, pick(all)) / bounds.gradients;
  const errors = isWhole
    ? [error(ours), error(gradients)]
    : [...ours, ...gradients].map(([one, values]) => error(new Map([[one, values]])));
  return Math.max(0, ...errors);
};

describe('a step of training beside TensorFlow.js', () => {
  const { train } = digits();

  it.each<[NetworkName]>([['digits'], ['lenet5'], ['lenet_bn']])(
    '%s: loss, every gradient of a parameter and of a tensor',
    async (name) => {
      const graph = networkGraph(name, { batch: 4, seed: 1 });
      const { x, labels, seed } = batchesOf(train, 4, 1, { ...NO_AUGMENTATION, shift: 2 })(1);
      const inputs = new Map([['image', toBf16(x)]]);
      const worst = await compareStep(ref16, graph, inputs, labels, seed, false);
      expect(worst).toBeLessThan(1);
    },
  );

  // FULL_SIZE=1: as MLPerf Tiny has them, a few minutes
  it.each<[NetworkName, ImageSize | undefined, number]>(
    process.env.FULL_SIZE
      ? [
          ['resnet8', undefined, 8],
          ['ds_cnn', undefined, 8],
          ['mobilenet_v1_x0_25', undefined, 2],
          ['autoencoder', undefined, 8],
        ]
      : [
          ['resnet8', { height: 16, width: 16 }, 3],
          ['ds_cnn', { height: 25, width: 6 }, 3],
          ['mobilenet_v1_x0_25', { height: 32, width: 32 }, 3],
          ['autoencoder', undefined, 3],
        ],
  )('%s, with batch normalisation: loss, gradients of parameters and of tensors', async (name, size, batch) => {
    const graph = networkGraph(name, { batch, seed: 1, ...(size ? { size } : {}) });
    const data = noise(graph, 1);
    const { x, labels, seed } = batchesOf(data.train, batch, 1, NO_AUGMENTATION)(1);
    const inputs = new Map([[graph.inputs[0]!.name, toBf16(x)]]);
    // as a whole: biases before a batch normalisation have gradients that are nothing but rounding
    const worst = await compareStep(ref16, graph, inputs, labels, seed, true);
    expect(worst).toBeLessThan(1);
  });

  it('random networks: loss, gradients of parameters and of tensors', async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph('fine', ['maximum', 'batchNormalization']), fc.nat(1000), async (random, seed) => {
        const graph = classifying(random);
        const [batch, , , classes] = shapesOf(graph).get('flat')!;
        // a class alone has no loss, and TensorFlow.js no one-hot
        fc.pre(classes > 1);
        const labels = Int32Array.from({ length: batch }, (_, b) => (seed + b) % classes);
        const inputs = new Map([...inputsOf(graph, seed, 'fine')].map(([name, values]) => [name, toBf16(values)]));
        expect(await compareStep(odd, graph, inputs, labels, seed, true)).toBeLessThan(1);
      }),
      { seed: 93, numRuns: 40, endOnFailure: true },
    );
  });
});

describe('ten steps of training beside TensorFlow.js', () => {
  /** Relative to the loss: 2^−8, what a rounding to bf16 costs at most, for each operation on the way forward. */
  it.each<[NetworkName]>([['digits'], ['lenet5'], ['lenet_bn']])('%s: every loss is that of float32', async (name) => {
    const data = digits();
    const [batch, steps, seed] = [4, 10, 1];
    const augmentation = { ...NO_AUGMENTATION, shift: 2 };
    const graph = networkGraph(name, { batch, seed });
    const sgd = { rate: 0.05, momentum: 0.9, weightDecay: 5e-4 };
    const few = { ...data, heldOut: { ...data.heldOut, labels: data.heldOut.labels.subarray(0, batch) } };
    const options = { graph, data: few, steps, sgd, schedule: 'cosine', augmentation, seed } as const;
    const { losses } = await trainFloat32(options);
    const compiled = compileNetwork(ref16, graph, { training: sgd });
    const memory = initialMemory(compiled, graph);
    const batches = batchesOf(data.train, batch, seed, augmentation);
    const machine = modelMachine(ref16);
    const bound = networkBounds(graph).tensors;
    for (let step = 1; step <= steps; step++) {
      const { x, labels, seed: own } = batches(step);
      const rate = rateOf('cosine', sgd.rate, step, steps);
      const { loss } = await trainStep(machine, compiled, graph, memory, {
        ...{ inputs: new Map([['image', x]]), labels, seed: own, rate },
      });
      expect(Math.abs(loss - losses[step - 1]!) / losses[step - 1]!, `step ${step}`).toBeLessThan(bound);
    }
    expect(losses).toHaveLength(steps);
  });

  it('resnet8: running statistics and losses of three steps on images with zeros around them', async () => {
    const graph = networkGraph('resnet8', { batch: 4, channels: 1, size: { height: 7, width: 8 }, seed: 2 });
    const labels = Int32Array.from({ length: 8 }, (_, image) => image);
    const small: Dataset = { shape: [5, 5, 1], x: toBf16(randomValues(8 * 25, 3, 'fine')), labels, classes: 10 };
    const { name, train: few } = padded({ name: 'small', train: small, heldOut: small }, graph);
    const sgd = { rate: 0.01, momentum: 0.9 };
    const options = {
      graph,
      data: { name, train: few, heldOut: few },
      steps: 3,
      sgd,
      augmentation: NO_AUGMENTATION,
      seed: 2,
    };
    const { losses, parameters } = await trainFloat32({ ...options, schedule: 'constant' });
    const session = new Session(graph, compileNetwork(ref16, graph, { training: sgd }), few, 2);
    for (const [i, wanted] of losses.entries()) {
      const { loss } = await session.step(modelMachine(ref16), i + 1, sgd.rate);
      expect(Math.abs(loss - wanted) / wanted, `step ${i + 1}`).toBeLessThan(0.05);
    }
    const running = graph.parameters.filter(({ trainable }) => !trainable);
    expect(running).toHaveLength(14);
    for (const { name: own, values } of running) {
      const moved = (of: ReadonlyMap<string, ArrayLike<number>>) => values.map((first, i) => of.get(own)![i]! - first);
      const [got, want] = [moved(session.parameters), moved(parameters)];
      expect(Math.hypot(...want), own).toBeGreaterThan(0);
      // of how far they went
      expect(relativeError(new Map([[own, got]]), new Map([[own, want]])), own).toBeLessThan(0.05);
    }
  });
});
