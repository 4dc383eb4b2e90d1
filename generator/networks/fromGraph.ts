import { UserError } from '../base/errors.js';
import type { Graph } from '../graph/operations.js';
import type { Network, NetworkLayer } from './network.js';

/**
 * The convolutions of a graph, as `analyze` and `estimate` take a network. Of a transposed one: the convolution whose gradient it is.
 * @throws UserError where it has none.
 */
export const networkOf = ({ name, operations }: Graph): Network => {
  const layers = operations.flatMap((operation, at): readonly NetworkLayer[] => {
    if (operation.kind !== 'convolution') return [];
    const { layer, bias } = operation;
    const next = operations[at + 1];
    const linear = [layer.H, layer.W, layer.Kh, layer.Kw].every((size) => size === 1);
    const batchNorm = next?.kind === 'batchNormalization' && next.x === operation.name ? layer.N : 0;
    return [{ name: operation.name, layer, linear, bias: bias !== undefined, batchNorm }];
  });
  if (layers.length > 0) return { name, layers };
  const message = 'it has no convolution and no linear layer';
  throw new UserError([{ code: 'NO_LAYERS', path: name, message, fix: 'give a network that has some' }]);
};
