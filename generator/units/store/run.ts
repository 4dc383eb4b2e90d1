import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Store } from '../../isa/program.js';

/** Bytes of one DRAM run of a STORE. */
export const runBytes = (config: Config, { groups, vectorsPerGroup, lastLanes, narrow }: Store): number =>
  groups * ((vectorsPerGroup - 1) * config.array.columns + lastLanes) * (narrow ? derive(config).dataBytes : 4);
