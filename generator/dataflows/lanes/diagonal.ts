import type { Config, Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import { pixelShare } from './bound.js';
import { channels } from './channels.js';
import type { LaneMap, TileSize } from './laneMap.js';

/** Input and output channels of a group. */
const ofGroup = ({ C, N, G }: Layer): { readonly c: number; readonly n: number } => ({ c: C / G, n: N / G });

/** Reduction and target lanes of a group. */
const lanesOfGroup = (layer: Layer, pass: Pass): TileSize => {
  const { c, n } = ofGroup(layer);
  return pass === 'dgrad' ? { rows: n, columns: c } : { rows: c, columns: n };
};

/** Groups that find room side by side in a stationary tile. */
const sideBySide = ({ rows, columns }: Config['array'], layer: Layer, pass: Pass): number => {
  const group = lanesOfGroup(layer, pass);
  return Math.min(Math.floor(rows / group.rows), Math.floor(columns / group.columns), layer.G);
};

/**
 * Lanes are the channels of several groups, which lie side by side: a stationary tile of weights is block-diagonal. In wgrad each
 * channel of X keeps of its sums those with the dY of its own group, so that one accumulator vector takes a channel of every group.
 */
export const diagonal: LaneMap = {
  ...channels,
  name: 'diagonal',
  applies: ({ array }, { layer, pass }) => layer.G > 1 && sideBySide(array, layer, pass) > 1,
  joinsGroups: true,
  splits: false,
  lanes: (array, layer, pass) => {
    const [group, count] = [lanesOfGroup(layer, pass), sideBySide(array, layer, pass)];
    return { rows: group.rows * count, columns: group.columns * count };
  },
  groups: (layer) => {
    const { c, n } = ofGroup(layer);
    return { groupVectors: c, groupLanes: n };
  },
  reductionTiles: () => 1,
  rowLanesLast: ({ reduction, vectors, lanes }) => reduction - (vectors - 1) * lanes.rows,
  weights: (forward, { reduction, target }, layer) => ({
    c: { first: 0, last: ofGroup(layer).c - 1 },
    n: forward ? target : reduction,
  }),
  weightSteps: (forward, { rows, columns }, { pixel }) => ({
    tileReduction: 0,
    tileColumn: forward ? columns : rows,
    tileInner: pixel,
  }),
  bound: ({ array }, layer, pass) => {
    const { c, n } = ofGroup(layer);
    const tiles = Math.ceil(layer.G / sideBySide(array, layer, pass));
    return (pixelShare(array, layer, pass) * layer.G * c * n) / (tiles * array.rows * array.columns);
  },
};
