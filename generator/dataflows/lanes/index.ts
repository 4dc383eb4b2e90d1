import type { Config, Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import { type LoopNest, loopNest } from '../loopNest.js';
import { channels } from './channels.js';
import { diagonal } from './diagonal.js';
import { fused } from './fused.js';
import type { LaneMap, LaneMapping } from './laneMap.js';

export type { LaneMap, LaneMapping, TileSize } from './laneMap.js';

/** Every mapping of lanes, the plainest last. */
export const laneMaps: Readonly<Record<LaneMapping, LaneMap>> = { diagonal, fused, channels };

/** The mappings of lanes that a pass can be planned with, the plainest last. */
export const mappingsOf = (config: Config, nest: LoopNest): readonly LaneMapping[] =>
  Object.values(laneMaps)
    .filter(({ applies }) => applies(config, nest))
    .map(({ name }) => name);

/**
 * Useful utilization that no program can pass, whatever its engine and mapping of lanes: what the best mapping leaves when the lanes that
 * a tap needs are rounded up to those of the array. These are channels, those of a row of taps (`fused`; lanes beyond the
 * image's edge have no work), or those of groups side by side, of which each meets its own (`diagonal`); in wgrad they are also the
 * output pixels that a tap sums over, each tap by itself.
 */
export const laneBound = (config: Config, layer: Layer, pass: Pass): number =>
  Math.max(
    ...mappingsOf(config, loopNest(layer, pass, 'zerofree')).map((name) => laneMaps[name].bound(config, layer, pass)),
  );
