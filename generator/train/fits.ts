import { UserError } from '../base/errors.js';
import type { Graph, GraphInput, Shape } from '../graph/operations.js';
import { elementsOf, shapesOf } from '../graph/shapes.js';
import type { LossKind } from '../run/network/train.js';
import type { Data } from './dataset.js';

/**
 * The input and the output of a network that can be trained, and the shapes of all tensors.
 * @param data what it is trained on, for the error.
 * @throws UserError where it has not one of each.
 */
export const endsOf = (
  graph: Graph,
  data: string,
): { readonly input: GraphInput; readonly output: string; readonly shapes: ReadonlyMap<string, Shape> } => {
  const one = <T>(code: string, what: string, all: readonly T[]): T => {
    const [first, ...others] = all;
    if (first !== undefined && others.length === 0) return first;
    const message = `${graph.name} has ${all.length} ${what}`;
    throw new UserError([{ code, path: data, message, fix: 'train a network with one' }]);
  };
  return {
    input: one('INPUTS', 'inputs', graph.inputs),
    output: one('OUTPUTS', 'outputs', graph.outputs),
    shapes: shapesOf(graph),
  };
};

/**
 * @throws UserError where a network cannot learn from these data: another image, more classes than outputs, fewer images than a batch; with a
 * mean squared error, which is of the images themselves, other outputs than inputs.
 */
export const fits = (graph: Graph, { name, train }: Data, loss: LossKind): void => {
  const refuse = (code: string, message: string, fix: string): never => {
    throw new UserError([{ code, path: name, message, fix }]);
  };
  const { input, output, shapes } = endsOf(graph, name);
  const [batch, ...image] = input.shape;
  if (image.some((size, axis) => size !== train.shape[axis])) {
    const message = `its images are ${train.shape.join('×')} (height, width, channels), and ${graph.name} takes ${image.join('×')}`;
    refuse('IMAGE', message, 'give images of that size; --layout nchw where the file has channels first');
  }
  if (batch > train.labels.length)
    refuse('BATCH', `a batch of ${batch} is more than its ${train.labels.length} images`, 'take a smaller batch');
  const [, H, W, classes] = shapes.get(output)!;
  if (loss === 'meanSquaredError') {
    const [inputs, outputs] = [input.name, output].map((tensor) => elementsOf(shapes.get(tensor)!) / batch);
    const message = `${graph.name} makes ${outputs} values of the ${inputs} of an image, and a mean squared error is of the image itself`;
    if (inputs !== outputs) refuse('OUTPUT', message, 'train an autoencoder so, or leave out --loss');
    return;
  }
  if (H !== 1 || W !== 1)
    refuse('OUTPUT', `${output} is a map of ${H}×${W}`, 'end the network in one value for each class');
  if (train.classes > classes)
    refuse(
      'CLASSES',
      `it has ${train.classes} classes, and ${graph.name} tells ${classes}`,
      'change its last layer, or the labels',
    );
};
