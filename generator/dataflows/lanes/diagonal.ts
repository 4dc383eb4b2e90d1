import { tiles } from './bound.js';
import { channels } from './channels.js';
import type { LaneMap } from './laneMap.js';

/** Lanes are the channels of a depthwise layer, each with an output lane of its own. Not in wgrad. */
export const diagonal: LaneMap = {
  ...channels,
  name: 'diagonal',
  flags: { fused: false, diagonal: true },
  applies: ({ array: { rows, columns } }, { layer: { G, C, N }, pass }) =>
    pass !== 'wgrad' && G === C && G === N && G > 1 && columns <= rows,
  joinsGroups: true,
  splits: false,
  dynamicTile: ({ columns }) => columns,
  reductionTiles: () => 1,
  rowLanesLast: ({ columnLanesLast }) => columnLanesLast,
  weights: (_forward, { target }) => ({ c: { first: 0, last: 0 }, n: target }),
  weightSteps: (forward, array, pitch) => ({
    ...channels.weightSteps(forward, array, pitch),
    ...{ tileColumn: array.columns, tileInner: 0 },
  }),
  byColumn: false,
  bound: ({ array: { rows, columns } }, { C }) => tiles(C, columns) / rows,
};
