import type { Config } from '../description/config.js';
import type { Builder } from './builder.js';
import { type ChannelTiling, channelShape, channelTilings } from './channelTiling.js';
import { fusible, hasDiagonal, type LaneMapping } from './lanes.js';
import { type PixelTiling, pixelShape, pixelTilings } from './pixelPass.js';
import type { MemoryMap, Problem } from './problem.js';

export type Tiling = ChannelTiling | PixelTiling;

/** The mappings of lanes that a pass can be planned with, the plainest last. */
export const mappingsOf = ({ array }: Config, { layer, pass, width }: Problem): readonly LaneMapping[] => [
  ...(pass !== 'wgrad' && hasDiagonal(layer, array.rows, array.columns) ? ['diagonal' as const] : []),
  ...(pass !== 'dgrad' && fusible(layer, width, array.rows) ? ['fused' as const] : []),
  'channels',
];

/** The tilings of a mapping that fit the buffers and the accumulator. */
export const tilingsOf = (
  builder: Builder,
  problem: Problem,
  memory: MemoryMap,
  lanes: LaneMapping,
): readonly Tiling[] =>
  problem.pass === 'wgrad'
    ? pixelTilings(pixelShape(problem, memory, lanes, builder.config.array.rows), builder)
    : channelTilings(channelShape(problem, memory, lanes, builder.derived.dataBytes), builder);
