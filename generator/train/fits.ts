import { UserError } from '../base/errors.js';
import type { Graph } from '../graph/operations.js';
import { elementsOf, shapesOf } from '../graph/shapes.js';
import type { LossKind } from '../run/network/train.js';
import type { Data } from './dataset.js';

/**
 * @throws UserError where a network cannot learn from these data: another image, more classes than outputs, fewer images than a batch; with a
 * mean squared error, which is of the images themselves, other outputs than inputs.
 */
export const fits = (graph: Graph, { name, train }: Data, loss: LossKind): void => {
  const refuse = (code: string, message: string, fix: string): never => {
    throw new UserError([{ code, path: name, message, fix }]);
  };
  if (graph.inputs.length !== 1)
    refuse('INPUTS', `${graph.name} has ${graph.inputs.length} inputs`, 'train a network with one');
  const [input] = graph.inputs;
  const [batch, ...image] = input!.shape;
  if (image.some((size, axis) => size !== train.shape[axis])) {
    const message = `its images are ${train.shape.join('×')} (height, width, channels), and ${graph.name} takes ${image.join('×')}`;
    refuse('IMAGE', message, 'give images of that size; --layout nchw where the file has channels first');
  }
  if (batch > train.labels.length)
    refuse('BATCH', `a batch of ${batch} is more than its ${train.labels.length} images`, 'take a smaller batch');
  const shapes = shapesOf(graph);
  const [output, ...others] = graph.outputs;
  if (others.length > 0)
    refuse('OUTPUTS', `${graph.name} has ${graph.outputs.length} outputs`, 'train a network with one');
  const [, H, W, classes] = shapes.get(output!)!;
  if (loss === 'meanSquaredError') {
    const [inputs, outputs] = [input!.name, output!].map((tensor) => elementsOf(shapes.get(tensor)!) / batch);
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
