import type { Config, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { type Axis, visited } from './axis.js';
import { fuse, type LaneMapping } from './lanes.js';
import { makeProblem } from './problem.js';

const roundUp = (size: number, lanes: number): number => Math.ceil(size / lanes) * lanes;
const tiles = (size: number, lanes: number): number => size / roundUp(size, lanes);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Output pixels of an axis where each of its taps meets an input. */
const validPixels = (axis: Axis): readonly number[] => {
  const all = { first: 0, last: axis.outputs - 1 };
  return Array.from({ length: axis.kernel }, (_, tap) => visited('validPixels', axis, all, tap));
};

/**
 * Useful utilization that no program with a mapping of lanes can pass, whatever its engine: what is left when the lanes that
 * a tap needs are rounded up to those of the array. These are channels, those of a row of taps (`fused`; lanes beyond the
 * image's edge have no work), or a lane for each channel and none beside it (`diagonal`); in wgrad they are also the output pixels
 * that a tap sums over, each tap by itself.
 */
export const laneBound = (config: Config, layer: Layer, pass: Pass, lanes: LaneMapping = 'channels'): number => {
  const { rows, columns } = config.array;
  const c = layer.C / layer.G;
  const n = layer.N / layer.G;
  if (lanes === 'diagonal') return tiles(layer.C, columns) / rows;
  if (pass === 'dgrad') return tiles(n, rows) * tiles(c, columns);
  const { height, width } = makeProblem(layer, pass, 'zerofree');
  const down = validPixels(height);
  const across = validPixels(width);
  const pairs = layer.B * sum(down) * sum(across);
  // without a valid pair nothing is rounded
  if (pairs === 0) return tiles(c, rows) * tiles(n, columns);
  const fused = lanes === 'fused';
  const walked = fused ? validPixels(fuse(width, c, rows)) : across;
  const perTap = down.flatMap((h) => walked.map((w) => layer.B * h * w));
  const streamed = sum(pass === 'wgrad' ? perTap.map((pixels) => roundUp(pixels, rows)) : perTap);
  return ((pairs * c) / (streamed * (fused ? rows : roundUp(c, rows)))) * tiles(n, columns);
};
