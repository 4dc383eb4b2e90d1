import { isRunTooLong, type Store } from '../../isa/program.js';
import { addressOf, entryAt, type Machine } from '../machine.js';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Carries out one STORE, run by run. */
export const runStore = (machine: Machine, store: Store): void => {
  const { config, sizes, memory, arithmetic, counts, fail } = machine;
  const { groups, vectorsPerGroup, lastLanes, narrow, shift } = store;
  const { columns } = config.array;
  if (store.elementwise) fail('FIELD', 'elementwise without the operations of the vector unit');
  const first = addressOf(machine, store);
  if (lastLanes > columns) fail('FIELD', `${lastLanes} lanes exceed the array's ${columns} columns`);
  if (isRunTooLong(config, store)) fail('FIELD', `runs of ${groups} × ${vectorsPerGroup} vectors are too long`);
  const laneBytes = narrow ? sizes.dataBytes : 4;
  const runBytes = groups * ((vectorsPerGroup - 1) * columns + lastLanes) * laneBytes;
  for (let i2 = 0; i2 < store.n2; i2++) {
    for (let i1 = 0; i1 < store.n1; i1++) {
      const address = first + i1 * store.stride1 + i2 * store.stride2;
      const run = viewOf(memory.at(address, runBytes, 'writes', fail));
      const base = store.accBase + i1 * store.accStride1 + i2 * store.accStride2;
      let at = 0;
      for (let group = 0; group < groups; group++) {
        for (let vector = 0; vector < vectorsPerGroup; vector++) {
          const lanes = vector === vectorsPerGroup - 1 ? lastLanes : columns;
          const entry = entryAt(machine, base + group * store.accGroupStride + vector);
          arithmetic.drain(entry, lanes, narrow, shift, run, at);
          at += lanes * laneBytes;
        }
      }
    }
  }
  const vectors = store.n2 * store.n1 * groups * vectorsPerGroup;
  counts.accumulatorReads += vectors;
  counts.accumulatorWrites += vectors;
  counts.dramBytesWritten += store.n2 * store.n1 * runBytes;
};
