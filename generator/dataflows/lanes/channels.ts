import { pixelShare, tiles } from './bound.js';
import type { LaneMap } from './laneMap.js';

/** Lanes are consecutive channels of one pixel. */
export const channels: LaneMap = {
  name: 'channels',
  flags: { fused: false },
  applies: () => true,
  joinsGroups: false,
  lanes: (array) => array,
  groups: () => ({ groupVectors: 0, groupLanes: 0 }),
  takesWholePixels: false,
  splits: true,
  walk: (width) => width,
  taps: (_walk, taps) => taps,
  unit: (pitch) => pitch.pixel,
  tapStep: (_array, pitch) => pitch.row,
  sumStep: (_array, count) => count,
  reductionTiles: ({ reduction, lanes }) => Math.ceil(reduction / lanes.rows),
  rowLanesLast: ({ reduction, lanes: { rows } }) => reduction - (Math.ceil(reduction / rows) - 1) * rows,
  weights: (forward, { reduction, target }) => (forward ? { c: reduction, n: target } : { c: target, n: reduction }),
  weightSteps: (forward, { rows, columns }, { pixel }) =>
    forward
      ? { tileReduction: rows * pixel, tileColumn: columns, tileInner: pixel }
      : { tileReduction: rows, tileColumn: columns * pixel, tileInner: pixel },
  edge: () => 0,
  x: (x) => x,
  bound: (config, layer, pass) => {
    const { rows, columns } = config.array;
    const [c, n] = [layer.C / layer.G, layer.N / layer.G];
    if (pass === 'dgrad') return tiles(n, rows) * tiles(c, columns);
    return pixelShare(config.array, layer, pass) * tiles(c, rows) * tiles(n, columns);
  },
};
