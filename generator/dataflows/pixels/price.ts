import type { Config } from '../../description/config.js';
import type { LoopNest } from '../loopNest.js';
import { type Outlay, parts, volumesOf } from '../price.js';
import type { PixelTiling } from './tiling.js';

/** What wgrad costs with a tiling, roughly. */
export const pixelOutlay = ({ array }: Config, nest: LoopNest, tiling: PixelTiling): Outlay => {
  const { x, y, c, n, taps, pixels } = volumesOf(nest, tiling);
  const [cParts, nParts] = [parts(c, tiling.c), parts(n, tiling.n)];
  // the last group of positions of a tile is not full
  const tilePixels = tiling.images * tiling.rows * tiling.columns;
  const stream = parts(tiling.c, array.rows) * array.rows;
  return {
    elements: x * nParts * taps + y * cParts * taps,
    exposed: 0,
    execs: taps * pixels * cParts * nParts * nest.layer.G,
    work: (parts(tilePixels, array.rows) * array.rows * Math.max(stream, array.columns)) / (tilePixels * stream),
    drained: 0,
  };
};
