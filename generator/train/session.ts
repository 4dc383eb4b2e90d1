import { setImmediate as turn } from 'node:timers/promises';
import type { CompiledNetwork } from '../compile/network/compiled.js';
import type { Graph } from '../graph/operations.js';
import type { NetworkMachine } from '../run/network/machine.js';
import { initialMemory, type NetworkMemory, readParameters } from '../run/network/memory.js';
import { lossOf, runForward, trainStep } from '../run/network/train.js';
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
  private readonly classes: number;
  private readonly batches: (step: number) => Batch;

  constructor(
    readonly graph: Graph,
    readonly compiled: CompiledNetwork,
    data: Dataset,
    seed: number,
    augmentation: Augmentation = NO_AUGMENTATION,
  ) {
    const { training, tensors, batch } = compiled;
    if (!training) throw new RangeError(`${compiled.name} is compiled without training`);
    this.memory = initialMemory(compiled, graph);
    this.classes = tensors.find(({ role }) => role === 'outputGradient')!.shape.at(-1)!;
    this.batches = batchesOf(data, batch, seed, augmentation);
  }

  /** Step `step`, from 1, on a machine, with this learning rate. */
  async step(machine: NetworkMachine, step: number, rate: number): Promise<StepRecord> {
    const { compiled, graph, memory } = this;
    const { x, labels, seed } = this.batches(step);
    const inputs = new Map([[compiled.inputs[0]!, x]]);
    const { loss, output, skipped } = await trainStep(machine, compiled, graph, memory, {
      inputs,
      labels,
      seed,
      rate,
    });
    const accuracy = rightOnes(output, labels, this.classes) / labels.length;
    return { step, loss, accuracy, ...(skipped ? { skipped } : {}) };
  }

  /** How well images of another data set are told. */
  async evaluate(machine: NetworkMachine, step: number, { shape, x, labels }: Dataset): Promise<Evaluation> {
    const { compiled, memory } = this;
    const { batch } = compiled;
    const size = shape[0] * shape[1] * shape[2];
    const output = compiled.training!.outputs[0]!;
    let [right, loss] = [0, 0];
    for (let first = 0; first < labels.length; first += batch) {
      // signals and timers are heard between two turns
      await turn();
      const images = Math.min(batch, labels.length - first);
      // the last batch may have images of zeros behind its own
      const own = new Float32Array(batch * size);
      own.set(x.subarray(first * size, (first + images) * size));
      const outputs = await runForward(machine, compiled, memory, new Map([[compiled.inputs[0]!, own]]));
      const logits = outputs.get(output)!.subarray(0, images * this.classes);
      const wanted = labels.subarray(first, first + images);
      right += rightOnes(logits, wanted, this.classes);
      loss += lossOf('softmaxCrossEntropy', logits, wanted, this.classes).value * images;
    }
    return { step, images: labels.length, loss: loss / labels.length, accuracy: right / labels.length };
  }

  /** What has been learnt, and running statistics: of other parameters, memory may hold but a rounded copy. */
  get parameters(): ReadonlyMap<string, Float32Array> {
    const exact = new Set(this.compiled.tensors.flatMap(({ role, name }) => (role === 'parameter' ? [name] : [])));
    return new Map([...readParameters(this.compiled, this.memory)].filter(([name]) => exact.has(name)));
  }
}
