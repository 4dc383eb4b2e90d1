import type { Layer } from '../spec/layer.js';

/** A convolution of a network, or a linear layer as a 1×1 convolution over a 1×1 map. */
export interface NetworkLayer {
  /** Where it is in the network; unique there, as in `layer2.0.downsample.0`. */
  readonly name: string;
  readonly layer: Layer;
  readonly linear: boolean;
  /** One bias for each output channel. */
  readonly bias: boolean;
  /** Channels of the batch normalisation that goes with it, before or after; 0 without one. */
  readonly batchNorm: number;
}

/** A network as the convolutions that it is made of, in the order of the forward pass. */
export interface Network {
  readonly name: string;
  readonly layers: readonly NetworkLayer[];
}

/** Height and width of an image, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export interface NetworkOptions {
  /** Images; 1 when left out. */
  readonly batch?: number;
  /** Of the input; a number is both height and width. 224 when left out. */
  readonly size?: number | ImageSize;
}

/** Multiply-accumulates of a layer's forward pass as frameworks count them: padding is multiplied too. */
export const denseMacs = ({ B, Ho, Wo, Kh, Kw, C, N, G }: Layer): number => B * Ho * Wo * Kh * Kw * (C / G) * N;

/** Trainable values: weights, biases, and two for each channel of a batch normalisation. */
export const parameterCount = ({ layers }: Network): number =>
  layers
    .map(({ layer: { Kh, Kw, C, G, N }, bias, batchNorm }) => Kh * Kw * (C / G) * N + (bias ? N : 0) + 2 * batchNorm)
    .reduce((a, b) => a + b, 0);
