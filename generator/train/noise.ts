import { randomWords } from '../compile/workload.js';
import type { Graph } from '../graph/operations.js';
import { shapesOf } from '../graph/shapes.js';
import { type Data, parted } from './dataset.js';

/** Batches: to train, and held out. */
const TRAIN = 3;
const HELD_OUT = 1;

/**
 * Images of noise as a network with one input takes them, each value evenly from −1 to 1, with classes at random: nothing to learn from, but
 * enough to time and to check the steps of any network.
 * @throws RangeError for a network without input or output.
 */
export const noise = (graph: Graph, seed: number): Data => {
  const [input] = graph.inputs;
  const classes = shapesOf(graph)
    .get(graph.outputs[0] ?? '')
    ?.at(-1);
  if (!input || classes === undefined) throw new RangeError(`${graph.name} has no input or no output`);
  const [batch, height, width, channels] = input.shape;
  const images = (TRAIN + HELD_OUT) * batch;
  const next = randomWords(seed);
  const x = Float32Array.from({ length: images * height * width * channels }, () => next() / 2 ** 31 - 1);
  const labels = Int32Array.from({ length: images }, () => next() % classes);
  return parted('noise', { shape: [height, width, channels], x, labels, classes }, HELD_OUT * batch, seed);
};
