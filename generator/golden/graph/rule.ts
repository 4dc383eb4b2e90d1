import type { Operation, Shape } from '../../graph/operations.js';

/** A tensor or a parameter, flat. */
export type Values = Float32Array | Float64Array;

/** What makes a pass one of training: dropout drops, and batch normalisation takes the batch's statistics. */
export interface Training {
  /** Of {@link dropoutMask}; one for each step. */
  readonly seed: number;
}

/** What an operation finds: tensors that are made already, and parameters. */
export interface Context {
  readonly shape: (tensor: string) => Shape;
  readonly tensor: (name: string) => Float64Array;
  readonly parameter: (name: string) => Float64Array;
  readonly training?: Training;
}

/** What an operation adds to the gradient of something that it reads; worked out when it is wanted. */
export interface Contribution {
  readonly name: string;
  readonly values: () => Float64Array;
}

export interface Contributions {
  readonly tensors: readonly Contribution[];
  readonly parameters: readonly Contribution[];
}

/** What an operation does, in float64, and its gradients, given that of what it makes. */
export interface Rule<O extends Operation> {
  readonly forward: (operation: O, at: Context) => Float64Array;
  readonly backward: (operation: O, at: Context, gradient: Float64Array) => Contributions;
}

/** Contributions of an operation of one operand and no parameters. */
export const toOperand = (name: string, values: () => Float64Array): Contributions => ({
  tensors: [{ name, values }],
  parameters: [],
});

/** Sums over pixels, one for each channel. */
export const channelSums = (values: Float64Array, channels: number): Float64Array => {
  const sums = new Float64Array(channels);
  for (let i = 0; i < values.length; i += channels) for (let c = 0; c < channels; c++) sums[c] += values[i + c];
  return sums;
};
