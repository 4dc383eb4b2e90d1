import { randomWords } from '../compile/workload.js';

/** Images with their classes. */
export interface Dataset {
  /** Height, width, channels of an image. */
  readonly shape: readonly [H: number, W: number, C: number];
  /** [images][H][W][C], float32. */
  readonly x: Float32Array;
  /** A class for each image, from 0; zeros where nothing is to be told. */
  readonly labels: Int32Array;
  /** Classes, also those that no image has. */
  readonly classes: number;
}

/** What a training learns from, and what it is judged by. */
export interface Data {
  readonly name: string;
  readonly train: Dataset;
  readonly heldOut: Dataset;
}

/** Numbers from 0 to before `count` in a seeded order (Fisher and Yates). */
export const shuffled = (count: number, seed: number): Int32Array => {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const next = randomWords(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = next() % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};

/** Images by number. */
export const chosen = ({ shape, x, labels, classes }: Dataset, which: ArrayLike<number>): Dataset => {
  const size = shape[0] * shape[1] * shape[2];
  const picked = new Float32Array(which.length * size);
  const own = new Int32Array(which.length);
  for (let i = 0; i < which.length; i++) {
    const from = which[i]! * size;
    picked.set(x.subarray(from, from + size), i * size);
    own[i] = labels[which[i]!]!;
  }
  return { shape, x: picked, labels: own, classes };
};

/** Parts a data set, in a seeded order. */
export const parted = (name: string, all: Dataset, heldOut: number, seed: number): Data => {
  const order = shuffled(all.labels.length, seed);
  return {
    name,
    train: chosen(all, order.subarray(0, order.length - heldOut)),
    heldOut: chosen(all, order.subarray(order.length - heldOut)),
  };
};

/**
 * The images of a step, counted from 0: each epoch goes through all of them in an order of its own, which its number and the seed give; those
 * that do not fill a batch at its end are left out. Steps can be taken in any order, so a training may go on where it stopped.
 */
export const batchOf = (images: number, batch: number, seed: number): ((step: number) => Int32Array) => {
  const perEpoch = Math.floor(images / batch);
  let epoch = -1;
  let order = new Int32Array(0);
  return (step) => {
    const wanted = Math.floor(step / perEpoch);
    if (wanted !== epoch) {
      epoch = wanted;
      order = Int32Array.from(shuffled(images, (seed + Math.imul(epoch + 1, 0x9e3779b9)) >>> 0));
    }
    const first = (step % perEpoch) * batch;
    return order.subarray(first, first + batch);
  };
};
