import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Store } from '../../isa/program.js';

/** Chunks of a STORE's vectors in the vector unit: of a whole vector, of a group, of all. */
export const storeChunks = (
  config: Config,
  { n1, n2, groups, vectorsPerGroup, lastLanes }: Store,
): { readonly vector: number; readonly last: number; readonly group: number; readonly all: number } => {
  const { vectorLanes } = derive(config);
  const vector = Math.ceil(config.array.columns / vectorLanes);
  const last = Math.ceil(lastLanes / vectorLanes);
  const group = (vectorsPerGroup - 1) * vector + last;
  return { vector, last, group, all: n1 * n2 * groups * group };
};
