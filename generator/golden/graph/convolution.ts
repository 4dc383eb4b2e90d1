import type { Convolution } from '../../graph/operations.js';
import { convolve } from '../convolution.js';
import { channelSums, type Rule } from './rule.js';

/**
 * y = x ∗ w + bias. Where transposed, the two passes between maps change places:
 * forward dgrad(x, w), gradients fprop(dy, w) and wgrad(dy, x). The bias' gradient is the sum of dy over pixels.
 */
export const convolution: Rule<Convolution> = {
  forward: ({ layer, transposed, x, weights, bias }, at) => {
    const y = convolve(layer, transposed ? 'dgrad' : 'fprop', at.tensor(x), at.parameter(weights));
    if (bias === undefined) return y;
    const added = at.parameter(bias);
    const channels = added.length;
    for (let i = 0; i < y.length; i += channels) for (let c = 0; c < channels; c++) y[i + c] += added[c];
    return y;
  },
  backward: ({ layer, transposed, x, weights, bias }, at, gradient) => {
    const ofWeights = (): Float64Array =>
      transposed ? convolve(layer, 'wgrad', gradient, at.tensor(x)) : convolve(layer, 'wgrad', at.tensor(x), gradient);
    const ofBias = (): Float64Array => channelSums(gradient, transposed ? layer.C : layer.N);
    return {
      tensors: [
        { name: x, values: () => convolve(layer, transposed ? 'fprop' : 'dgrad', gradient, at.parameter(weights)) },
      ],
      parameters: [
        { name: weights, values: ofWeights },
        ...(bias === undefined ? [] : [{ name: bias, values: ofBias }]),
      ],
    };
  },
};
