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
 * The bound of fprop and wgrad for lanes along an axis: in wgrad output pixels are rounded up to lanes too, each tap by itself.
 * @param walk the width axis as it is walked; `lanes` that a tap takes of it.
 */
export const walkBound = (
  { array: { rows, columns } }: Config,
  layer: Layer,
  pass: Pass,
  walk: (width: Axis) => Axis,
  lanes: number,
): number => {
  const [c, n] = [layer.C / layer.G, layer.N / layer.G];
  const { height, width } = loopNest(layer, pass, 'zerofree');
  const down = validPixels(height);
  const pairs = layer.B * sum(down) * sum(validPixels(width));
  // without a valid pair nothing is rounded
  if (pairs === 0) return tiles(c, rows) * tiles(n, columns);
  const perTap = down.flatMap((h) => validPixels(walk(width)).map((w) => layer.B * h * w));
  const streamed = sum(pass === 'wgrad' ? perTap.map((pixels) => roundUp(pixels, rows)) : perTap);
  return ((pairs * c) / (streamed * lanes)) * tiles(n, columns);
};

/** Lanes of whole channel tiles. */
export const wholeLanes = (channels: number, rows: number): number => roundUp(channels, rows);
