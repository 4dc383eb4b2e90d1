import { type Problem, UserError } from '../base/errors.js';
import { plainCopy } from '../base/plain.js';
import { show } from '../base/show.js';
import { checkedLayer, type Layer } from '../description/layer.js';

/** A convolution of a network, or a linear layer as a 1×1 convolution over a 1×1 map. */
export interface NetworkLayer {
  /** Where it is in the network; unique there, as in `layer2.0.downsample.0`. */
  readonly name: string;
  /** The convolution. */
  readonly layer: Layer;
  /** Whether it was a linear layer. */
  readonly linear: boolean;
  /** One bias for each output channel. */
  readonly bias: boolean;
  /** Channels of the batch normalisation that goes with it, before or after; 0 without one. */
  readonly batchNorm: number;
}

/** A network as the convolutions that it is made of, in the order of the forward pass. */
export interface Network {
  /** By which it is known. */
  readonly name: string;
  /** In the order of the forward pass. */
  readonly layers: readonly NetworkLayer[];
}

/** Height and width of an image, in pixels. */
export interface ImageSize {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** What a known network is made for. */
export interface NetworkOptions {
  /** Images; 1 when left out. */
  readonly batch?: number;
  /** Of the input, where it is an image; a number is both height and width. When left out, what the network was made for: mostly 224. */
  readonly size?: number | ImageSize;
}

/** A count that is a number only while it is below 2⁵³. */
const exact = (count: bigint, of: string): number => {
  if (count <= Number.MAX_SAFE_INTEGER) return Number(count);
  const message = `${Number(count).toExponential(1)} ${of}, too many to count exactly`;
  throw new UserError([{ code: 'TOO_LARGE', path: 'layer', message, fix: 'take a smaller batch or map' }]);
};

const product = (...factors: readonly number[]): bigint => factors.reduce((all, factor) => all * BigInt(factor), 1n);

/**
 * Multiply-accumulates of a layer's forward pass as frameworks count them: padding is multiplied too.
 * @throws {@link UserError} when it is no layer, or there are too many to count exactly.
 */
export const denseMacs = (layer: Layer): number => {
  const { B, Ho, Wo, Kh, Kw, C, N, G } = checkedLayer(layer);
  return exact(product(B, Ho, Wo, Kh, Kw, C / G, N), 'multiply-accumulates');
};

/** What is wrong with an entry of a network, but for its layer. */
const entryProblems = (entry: unknown, path: string): readonly Problem[] => {
  const { layer, bias, batchNorm } = (entry ?? {}) as Partial<NetworkLayer>;
  const wrong = (key: string, value: unknown, expects: string): Problem => ({
    ...{ code: 'WRONG_TYPE', path: `${path}.${key}`, message: `is ${show(value)}`, fix: `give ${expects}` },
  });
  return [
    ...(typeof layer === 'object' && layer !== null ? [] : [wrong('layer', layer, 'a layer, as makeLayer makes it')]),
    ...(typeof bias === 'boolean' ? [] : [wrong('bias', bias, 'true or false')]),
    ...(Number.isSafeInteger(batchNorm) && batchNorm! >= 0 ? [] : [wrong('batchNorm', batchNorm, 'a whole number')]),
  ];
};

/**
 * Trainable values: weights, biases, and two for each channel of a batch normalisation.
 * @throws {@link UserError} when it is no network, with what is wrong in it.
 */
export const parameterCount = (network: Network): number => {
  const { layers } = (plainCopy(network, 'network') ?? {}) as { readonly layers?: unknown };
  if (!Array.isArray(layers)) {
    const fix = 'give a network, as parseNetwork or networks make it';
    throw new UserError([{ code: 'WRONG_TYPE', path: 'network', message: `${show(network)} is no network`, fix }]);
  }
  const problems = layers.flatMap((entry, i) => entryProblems(entry, `layers.${i}`));
  if (problems.length > 0) throw new UserError(problems);
  const counts = (layers as readonly NetworkLayer[]).map(({ layer, bias, batchNorm }) => {
    const { Kh, Kw, C, G, N } = checkedLayer(layer);
    return product(Kh, Kw, C / G, N) + BigInt((bias ? N : 0) + 2 * batchNorm);
  });
  return exact(
    counts.reduce((a, b) => a + b, 0n),
    'trainable values',
  );
};
