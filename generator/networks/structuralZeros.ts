import { UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import { show } from '../base/show.js';
import { type LayerAxis, layerAxes, meetings, usefulMacs } from '../description/axes.js';
import { PASSES, type Pass } from '../description/config.js';
import { checkedLayer, type Layer } from '../description/layer.js';

/** One operand of the product, after im2col. */
export interface Operand {
  /** All of them. */
  readonly elements: number;
  /** Those that are zero whatever the data: inserted or padded. */
  readonly zeros: number;
}

/** A pass as the traditional scheme sees it: for each group, a product of a rows × reduction and a reduction × columns matrix. */
export interface StructuralZeros {
  /** The pass. */
  readonly pass: Pass;
  /** Groups, each a product of its own. */
  readonly groups: number;
  /** Rows of the first matrix. */
  readonly rows: number;
  /** Columns of the first matrix, and rows of the second. */
  readonly reduction: number;
  /** Columns of the second matrix. */
  readonly columns: number;
  /** Of all groups: X (fprop, wgrad) or dY (dgrad), with its padding and inserted zeros. */
  readonly featureMap: Operand;
  /** Of all groups: the weights (fprop, dgrad) or dY with its inserted zeros (wgrad). */
  readonly kernel: Operand;
  /** Multiply-accumulates of the whole product. */
  readonly macs: number;
  /** Those of them in which neither factor is a structural zero. */
  readonly usefulMacs: number;
  /** Elements of the zero-inserted tensor that must be stored first; 0 where all strides are 1. */
  readonly extraElements: number;
}

/** Length of an axis of dY with stride − 1 zeros between its values. */
const inserted = ({ outputs, stride }: LayerAxis): number => (outputs - 1) * stride + 1;

const safe = (counts: StructuralZeros): StructuralZeros => {
  const { featureMap, kernel, macs, extraElements } = counts;
  if ([featureMap.elements, kernel.elements, macs, extraElements].every(Number.isSafeInteger)) return frozen(counts);
  const message = `${counts.pass} takes ${macs.toExponential(1)} multiply-accumulates, too many to count exactly`;
  throw new UserError([{ code: 'TOO_LARGE', path: 'layer', message, fix: 'take a smaller batch or map' }]);
};

/**
 * Counts the structural zeros of a layer's pass under the traditional scheme, in closed form.
 *
 * - fprop: the feature map is X, padded by P.
 * - dgrad: a stride-1 convolution to every pixel of dX. The feature map is dY with S−1 zeros inserted, padded by (K−1)·D−P in
 *   front (cropped where that is negative) and to the length that gives all of dX: when the stride leaves a remainder of
 *   pixels at the end, with so many zeros more.
 * - wgrad: the kernel is dY with S−1 zeros inserted. The feature map is X, padded by P, without the remainder.
 *
 * @throws {@link UserError} when it is no layer or no pass, and when a count is not below 2⁵³.
 */
export const structuralZeros = (given: Layer, pass: Pass): StructuralZeros => {
  const layer = checkedLayer(given);
  if (!PASSES.includes(pass)) {
    const fix = `take one of ${PASSES.join(', ')}`;
    throw new UserError([{ code: 'UNKNOWN_PASS', path: 'pass', message: `there is no pass ${show(pass)}`, fix }]);
  }
  const { B, C, N, G } = layer;
  const { height: h, width: w } = layerAxes(layer);
  const taps = h.kernel * w.kernel;
  const strided = h.stride > 1 || w.stride > 1;
  const useful = usefulMacs(layer);
  const valid = useful / ((C / G) * N);
  const operand = (elements: number, data: number): Operand => ({ elements, zeros: elements - data });
  const weights = taps * (C / G) * N;

  if (pass === 'wgrad') {
    const grid = B * inserted(h) * inserted(w);
    const met = B * meetings(h, inserted(h), 1) * meetings(w, inserted(w), 1);
    const dimensions = { rows: taps * (C / G), reduction: grid, columns: N / G };
    return safe({
      ...{ pass, groups: G, ...dimensions },
      featureMap: operand(taps * grid * C, met * C),
      kernel: operand(grid * N, B * h.outputs * w.outputs * N),
      macs: weights * grid,
      usefulMacs: useful,
      extraElements: strided ? grid * N : 0,
    });
  }
  const dgrad = pass === 'dgrad';
  const [from, to] = dgrad ? [N, C] : [C, N];
  const rows = B * (dgrad ? h.inputs * w.inputs : h.outputs * w.outputs);
  const padded = ({ inputs, kernel, dilation }: LayerAxis): number => inputs + (kernel - 1) * dilation;
  return safe({
    ...{ pass, groups: G, rows, reduction: taps * (from / G), columns: to / G },
    featureMap: operand(rows * taps * from, valid * from),
    kernel: operand(weights, weights),
    macs: rows * weights,
    usefulMacs: useful,
    extraElements: dgrad && strided ? B * padded(h) * padded(w) * N : 0,
  });
};
