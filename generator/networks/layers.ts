import { UserError } from '../base/errors.js';
import type { Convolution, Graph, Operation } from '../graph/operations.js';
import type { Network, NetworkLayer } from './network.js';

const isPixel = ({ layer: { H, W, Kh, Kw } }: Convolution): boolean => [H, W, Kh, Kw].every((size) => size === 1);

/**
 * The convolutions among operations. A batch normalisation goes with the convolution that it follows, or where that has one already, or it
 * follows another operation, with the next. Of a transposed convolution: the one whose gradient it is.
 * @param lengths of the parameters by name.
 */
export const layersIn = (
  operations: readonly Operation[],
  lengths: ReadonlyMap<string, number>,
  isLinear: (operation: Convolution) => boolean = isPixel,
): readonly NetworkLayer[] => {
  const layers = new Map<string, NetworkLayer>();
  let waiting = 0;
  for (const operation of operations) {
    if (operation.kind === 'batchNormalization') {
      const channels = lengths.get(operation.scale)!;
      const before = layers.get(operation.x);
      if (before?.batchNorm === 0) layers.set(operation.x, { ...before, batchNorm: channels });
      else waiting += channels;
    }
    if (operation.kind !== 'convolution') continue;
    const { name, layer, bias } = operation;
    layers.set(name, {
      ...{ name, layer, linear: isLinear(operation) },
      ...{ bias: bias !== undefined, batchNorm: waiting },
    });
    waiting = 0;
  }
  return [...layers.values()];
};

/**
 * The convolutions of a graph, as `analyze` and `estimate` take a network.
 * @throws UserError where it has none.
 */
export const networkOf = ({ name, operations, parameters }: Graph): Network => {
  const lengths = new Map(parameters.map((parameter) => [parameter.name, parameter.values.length]));
  const layers = layersIn(operations, lengths);
  if (layers.length > 0) return { name, layers };
  const message = 'it has no convolution and no linear layer';
  throw new UserError([{ code: 'NO_LAYERS', path: name, message, fix: 'give a network that has some' }]);
};
