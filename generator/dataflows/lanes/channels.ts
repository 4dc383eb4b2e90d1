import { tiles, walkBound, wholeLanes } from './bound.js';
import type { LaneMap } from './laneMap.js';

/** Lanes are consecutive channels of one pixel. */
export const channels: LaneMap = {
  name: 'channels',
  flags: { fused: false, diagonal: false },
  applies: () => true,
  joinsGroups: false,
  takesWholePixels: false,
  splits: true,
  walk: (width) => width,
  taps: (_walk, taps) => taps,
  unit: (pitch) => pitch.pixel,
  dynamicTile: ({ rows }) => rows,
  tapStep: (_array, pitch) => pitch.row,
  sumStep: (_array, count) => count,
  reductionTiles: ({ reduction }, rows) => Math.ceil(reduction / rows),
  rowLanesLast: ({ reduction }, rows) => reduction - (Math.ceil(reduction / rows) - 1) * rows,
  weights: (forward, { reduction, target }) => (forward ? { c: reduction, n: target } : { c: target, n: reduction }),
  weightSteps: (forward, { rows, columns }, { pixel }) =>
    forward
      ? { tileReduction: rows * pixel, tileColumn: columns, tileInner: pixel }
      : { tileReduction: rows, tileColumn: columns * pixel, tileInner: pixel },
  byColumn: true,
  edge: () => 0,
  x: (x) => x,
  bound: (config, layer, pass) => {
    const { rows, columns } = config.array;
    const [c, n] = [layer.C / layer.G, layer.N / layer.G];
    if (pass === 'dgrad') return tiles(n, rows) * tiles(c, columns);
    return walkBound(config, layer, pass, (width) => width, wholeLanes(c, rows));
  },
};
