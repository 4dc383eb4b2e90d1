import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Store } from '../../isa/program.js';
import type { Stream } from '../stream.js';
import { runBytes } from './run.js';

/** IDLE, and a cycle for each bit of the groups, which the bytes of a run are multiplied by. */
const setupOf = (groups: number): number => 1 + (32 - Math.clz32(groups));

/** A STORE as a stream of vectors. */
export const storeStream = (config: Config, store: Store): Stream => {
  const { columns } = config.array;
  const { n1, n2, groups, vectorsPerGroup, lastLanes, address, stride1, stride2 } = store;
  const { dataBytes, beatBytes, epilogueLanes } = derive(config);
  const laneBytes = store.narrow ? dataBytes : 4;
  return {
    epilogueBytes: store.narrow ? epilogueLanes * dataBytes : beatBytes,
    ...{ setup: setupOf(groups), announces: 0 },
    ...{ n1, runs: n1 * n2, bytes: runBytes(config, store), address, stride1, stride2 },
    items: n1 * n2 * groups * vectorsPerGroup,
    bytesOf: (index) => (index % vectorsPerGroup === vectorsPerGroup - 1 ? lastLanes : columns) * laneBytes,
  };
};
