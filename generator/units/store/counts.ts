import type { Config } from '../../description/config.js';
import type { Store } from '../../isa/program.js';
import type { Counts } from '../counts.js';
import { runBytes } from './run.js';

/** Adds what one STORE counts. */
export const addStore = (counts: Counts, config: Config, store: Store): void => {
  const runs = store.n1 * store.n2;
  const vectors = runs * store.groups * store.vectorsPerGroup;
  counts.accumulatorReads += vectors;
  counts.accumulatorWrites += vectors;
  counts.dramBytesWritten += runs * runBytes(config, store);
};
