import type { Config, Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import type { LoopNest } from '../loopNest.js';
import { channels } from './channels.js';
import { diagonal } from './diagonal.js';
import { fused } from './fused.js';
import type { LaneMap, LaneMapping } from './laneMap.js';

export type { LaneMap, LaneMapping } from './laneMap.js';

/** Every mapping of lanes, the plainest last. */
export const laneMaps: Readonly<Record<LaneMapping, LaneMap>> = { diagonal, fused, channels };

/** The mappings of lanes that a pass can be planned with, the plainest last. */
export const mappingsOf = (config: Config, nest: LoopNest): readonly LaneMapping[] =>
  Object.values(laneMaps)
    .filter(({ applies }) => applies(config, nest))
    .map(({ name }) => name);

/**
 * Useful utilization that no program with a mapping of lanes can pass, whatever its engine: what is left when the lanes that
 * a tap needs are rounded up to those of the array. These are channels, those of a row of taps (`fused`; lanes beyond the
 * image's edge have no work), or a lane for each channel and none beside it (`diagonal`); in wgrad they are also the output pixels
 * that a tap sums over, each tap by itself.
 */
export const laneBound = (config: Config, layer: Layer, pass: Pass, lanes: LaneMapping = 'channels'): number =>
  laneMaps[lanes].bound(config, layer, pass);
