import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Load } from '../../isa/program.js';
import { copyBeats } from '../../timing/beats.js';
import type { Counts } from '../counts.js';

/** Adds what one LOAD counts. */
export const addLoad = (counts: Counts, config: Config, load: Load): void => {
  const { address, rowBytes, n1, n2, stride1, stride2 } = load;
  const { beatBytes } = derive(config);
  const beats = copyBeats(address, rowBytes, [n1, stride1], [n2, stride2], beatBytes);
  counts.dramBytesRead += beats * beatBytes;
  if (load.stationary) counts.stationaryWrites += beats;
  else counts.dynamicWrites += beats;
};
