import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';

/** Depths of the queues of the hardware. The templates are given these, and the timing model takes the same. */
export const DEPTHS = Object.freeze({
  /** Vectors that an address generator may have asked for and that nobody has taken. */
  vectors: 8,
  /** Blocks of wgrad that may be announced ahead of their use. */
  blocks: 4,
  /** Taps that may wait for the address generator of the sums. */
  taps: 2,
  /** Vectors or chunks that STORE and REORGANIZE may have asked for. */
  chunks: 8,
  /** Instructions of a burst of the fetch. */
  fetchBurst: 4,
});

/** Rows and columns together. */
const SMALL_ARRAY = 12;

/**
 * Taps that may wait for the address generators of the operands: one where a stationary tile is soon loaded. On larger arrays it would
 * come too late for tiles of few positions.
 */
export const operandTaps = ({ array }: Config): number => (array.rows + array.columns <= SMALL_ARRAY ? 1 : DEPTHS.taps);

/** Vectors that a STORE may have asked for: two are enough where each becomes four chunks or more. */
export const storeVectors = (config: Config): number => {
  const { epilogueLanes, beatBytes } = derive(config);
  return config.array.columns >= 4 * Math.max(epilogueLanes, beatBytes / 4) ? 2 : DEPTHS.chunks;
};

/** Bursts end at these bytes, and after so many beats. */
export const AXI_BURST = Object.freeze({ page: 4096, beats: 256 });
