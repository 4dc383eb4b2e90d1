import { derive } from '../../description/derive.js';
import { pixelShare, tiles } from './bound.js';
import { channels } from './channels.js';
import { fuse, fusible } from './fuse.js';
import type { LaneMap } from './laneMap.js';

/** Lanes are consecutive elements of a row of the kernel: (kw, channel). Not in dgrad, nor where taps are compared. */
export const fused: LaneMap = {
  ...channels,
  name: 'fused',
  flags: { fused: true },
  applies: (config, { layer, pass, width, maximum }) =>
    pass !== 'dgrad' && !maximum && fusible(derive(config).widths, layer, width, config.array.rows),
  takesWholePixels: true,
  splits: false,
  walk: fuse,
  taps: (walk) => ({ first: 0, last: walk.kernel - 1 }),
  unit: () => 1,
  tapStep: ({ rows }, pitch) => rows * pitch.pixel,
  sumStep: ({ rows }) => rows,
  reductionTiles: () => 1,
  rowLanesLast: ({ walk, kernelElements, lanes: { rows } }) => kernelElements - (walk.kernel - 1) * rows,
  edge: (walk, columns) => columns.first * walk.stride - walk.pad,
  x: (x, rect) => (rect ? x : 0),
  bound: (config, layer, pass) => {
    const { rows, columns } = config.array;
    const share = pixelShare(config.array, layer, pass, (width) => fuse(width, layer.C, rows));
    return ((share * layer.C) / rows) * tiles(layer.N, columns);
  },
};
