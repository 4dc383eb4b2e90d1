import { randomWords } from '../compile/workload.js';

/** How values are drawn: evenly within ±`even`, or normally about 0 with the standard deviation `normal`. */
export type Draw = { readonly even: number } | { readonly normal: number };

/** First weights and biases of a layer, given how many weights make an output (`inputs`), and how many an input goes to (`outputs`: taps × channels). */
export interface Initial {
  readonly weights: (inputs: number, outputs: number) => Draw;
  /** Absent: 0. */
  readonly biases?: (inputs: number) => Draw;
}

/** He et al., 2015, for ReLU: the sums of a layer spread as far as those before it. */
export const heEven: Initial = { weights: (inputs) => ({ even: Math.sqrt(6 / inputs) }) };
export const heNormal: Initial = { weights: (inputs) => ({ normal: Math.sqrt(2 / inputs) }) };

/** The same of the gradients on their way back. */
export const heNormalBackward: Initial = { weights: (_inputs, outputs) => ({ normal: Math.sqrt(2 / outputs) }) };

/** Glorot and Bengio, 2010: what Keras does unless it is told otherwise. */
export const glorotEven: Initial = { weights: (inputs, outputs) => ({ even: Math.sqrt(6 / (inputs + outputs)) }) };

/** What PyTorch does unless it is told otherwise. */
export const pytorch: Initial = {
  weights: (inputs) => ({ even: 1 / Math.sqrt(inputs) }),
  biases: (inputs) => ({ even: 1 / Math.sqrt(inputs) }),
};

/** As PyTorch's weights, but no biases. */
export const pytorchWeights: Initial = { weights: pytorch.weights };

/** Normal with this standard deviation, whatever the size of the layer. */
export const normal = (deviation: number): Initial => ({ weights: () => ({ normal: deviation }) });

/** Draws values in order, the same for equal seeds. */
export class Drawer {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomWords(seed);
  }

  /** So many values, float32. */
  values(length: number, draw: Draw): Float32Array {
    const values = new Float32Array(length);
    if ('even' in draw) {
      for (let i = 0; i < length; i++) values[i] = (this.next() / 2 ** 31 - 1) * draw.even;
      return values;
    }
    // two at a time (Box and Muller, 1958)
    for (let i = 0; i < length; i += 2) {
      const radius = draw.normal * Math.sqrt(-2 * Math.log((this.next() + 0.5) / 2 ** 32));
      const angle = (Math.PI * this.next()) / 2 ** 31;
      values[i] = radius * Math.cos(angle);
      if (i + 1 < length) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }
}
