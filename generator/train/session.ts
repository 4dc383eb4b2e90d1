import { setImmediate as turn } from 'node:timers/promises';
import type { CompiledNetwork } from '../compile/network/compiled.js';
import type { Graph } from '../graph/operations.js';
import type { NetworkMachine } from '../run/network/machine.js';
import { initialMemory, type NetworkMemory, readParameters } from '../run/network/memory.js';
import { type LossKind, lossOf, runForward, trainStep } from '../run/network/train.js';
import { type Augmentation, augmented, NO_AUGMENTATION } from './augment.js';
import { batchOf, chosen, type Dataset } from './dataset.js';
import type { Evaluation, StepRecord } from './log.js';

/** Images whose greatest output is their class. */
export const rightOnes = (output: Float32Array, labels: Int32Array, classes: number): number => {
  let right = 0;
  labels.forEach((label, image) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (output[image * classes + k]! > output[image * classes + best]!) best = k;
    if (best === label) right++;
  });
  return right;
};

/** What a step of a training takes. */
export interface Batch {
  readonly x: Float32Array;
  readonly labels: Int32Array;
  /** Of its dropouts. */
  readonly seed: number;
}

/** The images of each step, from 1, of a training, changed anew in every step. */
export const batchesOf = (
  data: Dataset,
  batch: number,
  seed: number,
  augmentation: Augmentation,
): ((step: number) => Batch) => {
  const order = batchOf(data.labels.length, batch, seed);
  return (step) => {
    const own = (seed + Math.imul(step, 0x9e3779b9)) >>> 0;
    const { x, labels } = augmented(chosen(data, order(step - 1)), augmentation, own);
    return { x, labels, seed: own };
  };
};

/** A network that is being trained: its memory, and steps on images of a data set. */
export class Session {
  readonly memory: NetworkMemory;
  /** Values that the network gives for an image: one for each class, or those that it should be. */
  private readonly outputs: number;
  private readonly batches: (step: number) => Batch;

  constructor(
    readonly graph: Graph,
    readonly compiled: CompiledNetwork,
    data: Dataset,
    seed: number,
    augmentation: Augmentation = NO_AUGMENTATION,
    /** A mean squared error is of the images themselves. */
    private readonly loss: LossKind = 'softmaxCrossEntropy',
  ) {
    const { training, tensors, batch } = compiled;
    if (!training) throw new RangeError(`${compiled.name} is compiled without training`);
    this.memory = initialMemory(compiled, graph);
    this.outputs = tensors
      .find(({ role }) => role === 'outputGradient')!
      .shape.slice(1)
      .reduce((all, size) => all * size, 1);
    this.batches = batchesOf(data, batch, seed, augmentation);
  }

  /** Step `step`, from 1, on a machine, with this learning rate. */
  async step(machine: NetworkMachine, step: number, rate: number): Promise<StepRecord> {
    const { compiled, graph, memory } = this;
    const { x, labels, seed } = this.batches(step);
    const inputs = new Map([[compiled.inputs[0]!, x]]);
    const { loss, output, skipped } = await trainStep(machine, compiled, graph, memory, {
      inputs,
      ...{ labels: this.loss === 'meanSquaredError' ? x : labels, loss: this.loss },
      seed,
      rate,
    });
    const right = this.rightOnes(output, labels);
    return {
      ...{ step, loss },
      ...(right === undefined ? {} : { accuracy: right / labels.length }),
      ...(skipped ? { skipped } : {}),
    };
  }

  private rightOnes(output: Float32Array, labels: Int32Array): number | undefined {
    return this.loss === 'softmaxCrossEntropy' ? rightOnes(output, labels, this.outputs) : undefined;
  }

  /** How well images of another data set are told. */
  async evaluate(machine: NetworkMachine, step: number, { shape, x, labels }: Dataset): Promise<Evaluation> {
    const { compiled, memory } = this;
    const { batch } = compiled;
    const size = shape[0] * shape[1] * shape[2];
    const output = compiled.training!.outputs[0]!;
    let loss = 0;
    let right: number | undefined;
    for (let first = 0; first < labels.length; first += batch) {
      // signals and timers are heard between two turns
      await turn();
      const images = Math.min(batch, labels.length - first);
      // the last batch may have images of zeros behind its own
      const given = new Float32Array(batch * size);
      given.set(x.subarray(first * size, (first + images) * size));
      const outputs = await runForward(machine, compiled, memory, new Map([[compiled.inputs[0]!, given]]));
      const made = outputs.get(output)!.subarray(0, images * this.outputs);
      const own = labels.subarray(first, first + images);
      const told = this.rightOnes(made, own);
      if (told !== undefined) right = (right ?? 0) + told;
      const wanted = this.loss === 'meanSquaredError' ? given.subarray(0, images * size) : own;
      loss += lossOf(this.loss, made, wanted, this.outputs).value * images;
    }
    return {
      ...{ step, images: labels.length, loss: loss / labels.length },
      ...(right === undefined ? {} : { accuracy: right / labels.length }),
    };
  }

  /** What has been learnt, and running statistics: of other parameters, memory may hold but a rounded copy. */
  get parameters(): ReadonlyMap<string, Float32Array> {
    const exact = new Set(this.compiled.tensors.flatMap(({ role, name }) => (role === 'parameter' ? [name] : [])));
    return new Map([...readParameters(this.compiled, this.memory)].filter(([name]) => exact.has(name)));
  }
}
