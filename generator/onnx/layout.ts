import { type Constant, productOf } from './constants.js';

/** Zeros, or whatever `value` says, around a map: above, below, left, right. */
export interface Border {
  readonly Pt: number;
  readonly Pb: number;
  readonly Pl: number;
  readonly Pr: number;
  readonly value: number;
}

/** What the host does with a network's last tensor. */
export type Afterwards = 'softmax' | 'logSoftmax' | 'sigmoid';

/**
 * A tensor of the network, as ONNX sees it. Its first axis is the batch; of the others, `axes` says for each index how far it moves within one
 * image of the graph's tensor. So a transposition or a reshape moves nothing.
 */
export interface Activation {
  readonly kind: 'activation';
  readonly tensor: string;
  readonly axes: readonly Int32Array[];
  /** Whether more than one node reads it, by this or another name. */
  readonly shared: boolean;
  /** A border that is still to be put around it. */
  readonly border?: Border;
  readonly afterwards?: Afterwards;
}

export type Value = Activation | Constant;

/** Indices 0, step, 2·step and so on. */
export const steps = (count: number, step = 1): Int32Array => Int32Array.from({ length: count }, (_, i) => i * step);

/** Whether two lists of indices are equal. */
export const sameSteps = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Axes [C][H][W] over a map in the graph's order. */
export const mapAxes = (H: number, W: number, C: number): readonly Int32Array[] => [
  steps(C),
  steps(H, W * C),
  steps(W, C),
];

/** Sizes of the axes behind the batch. */
export const sizesOf = (axes: readonly Int32Array[]): readonly number[] => axes.map(({ length }) => length);

/** All axes as one, the last the fastest. */
export const merged = (axes: readonly Int32Array[]): Int32Array =>
  axes.reduce((slow, fast) => {
    const all = new Int32Array(slow.length * fast.length);
    let next = 0;
    for (const far of slow) for (const near of fast) all[next++] = far + near;
    return all;
  }, new Int32Array(1));

/** One axis as several of these sizes; nothing when an index of one would mean different distances at different places of another. */
export const split = (flat: Int32Array, sizes: readonly number[]): readonly Int32Array[] | undefined => {
  if (productOf(sizes) !== flat.length) return undefined;
  const axes = sizes.map((size, axis) => {
    const stride = productOf(sizes.slice(axis + 1));
    return Int32Array.from({ length: size }, (_, i) => flat[i * stride] - (axis > 0 ? flat[0] : 0));
  });
  return sameSteps(merged(axes), flat) ? axes : undefined;
};

/** For each place of the graph's tensor, the index that lies there. */
export const inverse = (offsets: Int32Array): Int32Array => {
  const indices = new Int32Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) indices[offsets[i]] = i;
  return indices;
};
