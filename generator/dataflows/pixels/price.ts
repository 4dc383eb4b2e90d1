import type { Config } from '../../description/config.js';
import { laneMaps } from '../lanes/index.js';
import type { LoopNest } from '../loopNest.js';
import { type Outlay, parts, volumesOf } from '../price.js';
import type { PixelTiling } from './tiling.js';

/** What wgrad costs with a tiling, roughly. */
export const pixelOutlay = ({ array }: Config, nest: LoopNest, tiling: PixelTiling): Outlay => {
  const { layer } = nest;
  const { x, y, c, n, taps, pixels } = volumesOf(nest, tiling);
  const { joinsGroups, lanes } = laneMaps[tiling.lanes];
  const tile = lanes(array, layer, 'wgrad');
  const [cParts, nParts] = joinsGroups ? [1, 1] : [parts(c, tiling.c), parts(n, tiling.n)];
  // the last group of positions of a tile is not full
  const tilePixels = tiling.images * tiling.rows * tiling.columns;
  const stream = joinsGroups ? tile.rows : parts(tiling.c, array.rows) * array.rows;
  // columns of a vector that are of its own group; elsewhere the rounding is in all tilings
  const met = joinsGroups ? n : array.columns;
  return {
    elements: x * nParts * taps + y * cParts * taps,
    exposed: 0,
    execs: taps * pixels * (joinsGroups ? parts(layer.N, tiling.n) : cParts * nParts * layer.G),
    work:
      (parts(tilePixels, array.rows) * array.rows * Math.max(stream, array.rows, array.columns) * array.columns) /
      (tilePixels * stream * met),
    drained: 0,
  };
};

/** Part of the array's cycles in which a group of pixels is read that channels of X then stream past. */
export const pixelStationaryTime = ({ array }: Config, { lanes, c }: PixelTiling): number =>
  laneMaps[lanes].joinsGroups ? 1 : 1 / parts(c, array.rows);
