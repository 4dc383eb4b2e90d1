import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Store } from '../../isa/program.js';

/** Elements of one DRAM run of a STORE. */
export const runElements = (config: Config, { groups, vectorsPerGroup, lastLanes }: Store): number =>
  groups * ((vectorsPerGroup - 1) * config.array.columns + lastLanes);

/** Bytes of one DRAM run of a STORE. */
export const runBytes = (config: Config, store: Store): number =>
  runElements(config, store) * (store.narrow ? derive(config).dataBytes : 4);

/** Chunks that the epilogue makes of the vectors of one group of a STORE; of sums, vectors, as these take the beats of the bus. */
export const groupChunks = (config: Config, { vectorsPerGroup, lastLanes, narrow }: Store): number => {
  if (!narrow) return vectorsPerGroup;
  const chunksOf = (lanes: number): number => Math.ceil(lanes / derive(config).epilogueLanes);
  return (vectorsPerGroup - 1) * chunksOf(config.array.columns) + chunksOf(lastLanes);
};
