import { randomWords } from '../compile/workload.js';
import type { Graph } from '../graph/operations.js';
import { type Data, parted } from './dataset.js';
import { endsOf } from './fits.js';

const NAME = 'noise';

/** Batches: to train, and held out. */
const TRAIN = 3;
const HELD_OUT = 1;

/**
 * Images of noise as a network takes them, each value evenly from −1 to 1, with classes at random: nothing to learn from, but enough to time
 * and to check the steps of any network.
 * @throws UserError where the network has not one input and one output.
 */
export const noise = (graph: Graph, seed: number): Data => {
  const { input, output, shapes } = endsOf(graph, NAME);
  const [batch, height, width, channels] = input.shape;
  const classes = shapes.get(output)!.at(-1)!;
  const images = (TRAIN + HELD_OUT) * batch;
  const next = randomWords(seed);
  const x = new Float32Array(images * height * width * channels);
  for (let i = 0; i < x.length; i++) x[i] = next() / 2 ** 31 - 1;
  const labels = Int32Array.from({ length: images }, () => next() % classes);
  return parted(NAME, { shape: [height, width, channels], x, labels, classes }, HELD_OUT * batch, seed);
};
