import type { Config, Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import { type Axis, visited } from '../axis.js';
import { loopNest } from '../loopNest.js';

const roundUp = (size: number, lanes: number): number => Math.ceil(size / lanes) * lanes;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Share of whole lanes that a number of channels uses. */
export const tiles = (size: number, lanes: number): number => size / roundUp(size, lanes);

/** Output pixels of an axis where each of its taps meets an input. */
const validPixels = (axis: Axis): readonly number[] => {
  const all = { first: 0, last: axis.outputs - 1 };
  return Array.from({ length: axis.kernel }, (_, tap) => visited('validPixels', axis, all, tap));
};

/**
 * Pairs of pixels and taps to a position that is walked: more than 1 where a position has several (fused). In wgrad the pixels of a
 * tap are rounded up to lanes, each tap by itself.
 * @param walk the width axis as it is walked.
 */
export const pixelShare = (
  { rows }: Config['array'],
  layer: Layer,
  pass: Pass,
  walk: (width: Axis) => Axis = (width) => width,
): number => {
  if (pass === 'dgrad') return 1;
  const { height, width } = loopNest(layer, pass, 'zerofree');
  const down = validPixels(height);
  const pairs = layer.B * sum(down) * sum(validPixels(width));
  // without a valid pair nothing is rounded
  if (pairs === 0) return 1;
  const perTap = down.flatMap((h) => validPixels(walk(width)).map((w) => layer.B * h * w));
  return pairs / sum(pass === 'wgrad' ? perTap.map((pixels) => roundUp(pixels, rows)) : perTap);
};
