import type { Layer } from '../description/layer.js';

/**
 * A network as operations in the order of its forward pass. Each makes one tensor, which has its name. Every activation is
 * [B][H][W][C], a vector [B][1][1][C]; a flattened map keeps this order, so that nothing moves.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly operations: readonly Operation[];
  /** Names of the tensors that leave the network. */
  readonly outputs: readonly string[];
  readonly parameters: readonly Parameter[];
}

/** Batch, height, width, channels. */
export type Shape = readonly [B: number, H: number, W: number, C: number];

export interface GraphInput {
  readonly name: string;
  readonly shape: Shape;
}

/**
 * Values that the network holds. Weights are [Kh][Kw][C/G][N] of the convolution that {@link Convolution.layer} describes, all else has one
 * value for each channel. float32.
 */
export interface Parameter {
  readonly name: string;
  readonly values: Float32Array;
  /** Learnt by training; running statistics and constants are not. */
  readonly trainable: boolean;
}

interface Named {
  readonly name: string;
}

/** Of one tensor: the name of an input, or of an operation before this one. */
interface Unary extends Named {
  readonly x: string;
}

/** A convolution; a linear layer is one of 1×1 over a 1×1 map. */
export interface Convolution extends Unary {
  readonly kind: 'convolution';
  /** Of the convolution whose forward pass, or where `transposed` whose gradient of the input (dgrad), the operation is. */
  readonly layer: Layer;
  /** Its x is then the layer's Y, [B][Ho][Wo][N], and what it makes the layer's X, [B][H][W][C]. */
  readonly transposed: boolean;
  readonly weights: string;
  /** A parameter, one value for each channel of the result. */
  readonly bias?: string;
}

/**
 * Where x < 0 times `slope` (0 makes 0 of −∞ too), then not below `least` nor above `most`; NaN passes. ReLU: 0, −∞, ∞; ReLU6: 0, −∞, 6;
 * a clip: 1, least, most. The derivative is 0 unless the result lies strictly between the bounds, of which an infinite one bounds nothing;
 * there it is 1 where the result is above zero (x, should the slope be negative), else, zero and NaN included, the slope.
 */
export interface Activation extends Unary {
  readonly kind: 'activation';
  readonly slope: number;
  readonly least: number;
  readonly most: number;
}

/** Sum of two tensors of one shape. */
export interface Addition extends Named {
  readonly kind: 'addition';
  readonly x: string;
  readonly y: string;
}

/** Channels of tensors side by side. */
export interface Concatenation extends Named {
  readonly kind: 'concatenation';
  readonly parts: readonly string[];
}

/** Channels `first` to `first + channels - 1`. */
export interface Slice extends Unary {
  readonly kind: 'slice';
  readonly first: number;
  readonly channels: number;
}

/** [B][H][W][C] as [B][1][1][H·W·C]. */
export interface Flattening extends Unary {
  readonly kind: 'flattening';
}

/** In training a value is divided by 1 − rate where `dropoutMask` keeps it, and else becomes 0, whatever it was. In evaluation nothing is done. */
export interface Dropout extends Unary {
  readonly kind: 'dropout';
  readonly rate: number;
}

/**
 * Maximum or average over windows; each channel by itself. Windows are those of a layer with C = N = G, whose output size may have been
 * rounded up: `layer.Pb` and `layer.Pr` are then larger than the padding that counts. The maximum is the first NaN of its window, else the
 * first of its greatest values, row by row. Where a window has no pixel, its maximum is −∞ and its average 0.
 */
export interface Pooling extends Unary {
  readonly kind: 'pooling';
  readonly of: 'maximum' | 'average';
  readonly layer: Layer;
  /** Average: rows of padding below, and columns on the right, that count as pixels; above and on the left it is all of the layer's. Absent: only pixels of the image count. */
  readonly counted?: { readonly Pb: number; readonly Pr: number };
}

/** Average over the whole map: [B][H][W][C] to [B][1][1][C]. */
export interface GlobalAverage extends Unary {
  readonly kind: 'globalAverage';
}

/** scale · (x − mean) / √(variance + epsilon) + shift, each a parameter with one value a channel. In training mean and variance are the batch's. */
export interface BatchNormalization extends Unary {
  readonly kind: 'batchNormalization';
  readonly scale: string;
  readonly shift: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
  /** Running statistics become (1 − momentum) · running + momentum · batch, whose variance is then divided by one less than the number of values. */
  readonly momentum: number;
}

export type Operation =
  | Convolution
  | Activation
  | Addition
  | Concatenation
  | Slice
  | Flattening
  | Dropout
  | Pooling
  | GlobalAverage
  | BatchNormalization;

export type OperationKind = Operation['kind'];

/** Names of the tensors that an operation reads. */
export const operandsOf = (operation: Operation): readonly string[] => {
  switch (operation.kind) {
    case 'addition':
      return [operation.x, operation.y];
    case 'concatenation':
      return operation.parts;
    default:
      return [operation.x];
  }
};

/** Names of the parameters that an operation reads. */
export const parametersOf = (operation: Operation): readonly string[] => {
  switch (operation.kind) {
    case 'convolution':
      return operation.bias === undefined ? [operation.weights] : [operation.weights, operation.bias];
    case 'batchNormalization':
      return [operation.scale, operation.shift, operation.mean, operation.variance];
    default:
      return [];
  }
};
