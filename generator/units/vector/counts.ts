import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Store } from '../../isa/program.js';
import type { Counts } from '../counts.js';
import { runElements } from '../store/run.js';

import { storeChunks } from './shape.js';
import type { Setting } from './state.js';

/** Adds what one STORE through the vector unit counts. */
export const addPost = (counts: Counts, config: Config, store: Store, { operations }: Setting): void => {
  const runs = store.n1 * store.n2;
  const { all } = storeChunks(config, store);
  if (!store.elementwise) {
    const vectors = runs * store.groups * store.vectorsPerGroup;
    counts.accumulatorReads += vectors;
    counts.accumulatorWrites += vectors;
  }
  for (const { p, q, output, narrow } of operations) {
    if (p === 'dynamic0' || p === 'dynamic1') counts.dynamicReads += all;
    if (q === 'stationary0' || q === 'stationary1' || q === 'tag') counts.stationaryReads += all;
    if (output === undefined) continue;
    counts.dramBytesWritten +=
      runs * runElements(config, store) * ((output === 0 ? store.narrow : narrow) ? derive(config).dataBytes : 4);
  }
};
