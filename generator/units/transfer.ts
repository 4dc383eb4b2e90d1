import { isRunTooLong, type Load, type Reorganize, type Store } from '../isa/program.js';
import { entryAt, type Machine, vectorAt } from './machine.js';

const hex = (address: number): string => `0x${address.toString(16)}`;

/** Carries out one LOAD, row by row. */
export const runLoad = ({ sizes, arithmetic, memory, counts, fail }: Machine, load: Load): void => {
  const { dataBytes, beatBytes } = sizes;
  const { rowBytes } = load;
  const buffer = load.stationary ? arithmetic.stationary : arithmetic.dynamic;
  if (rowBytes > buffer.written.length * dataBytes) fail('BUFFER_RANGE', `${rowBytes} bytes do not fit in the buffer`);
  let beats = 0;
  for (let i2 = 0; i2 < load.n2; i2++) {
    for (let i1 = 0; i1 < load.n1; i1++) {
      const address = load.address + i1 * load.stride1 + i2 * load.stride2;
      const element = (load.bufElement + i1 * load.bufStride1 + i2 * load.bufStride2) & buffer.mask;
      const bytes = memory.at(address, rowBytes, 'reads', fail);
      if (address % dataBytes !== 0 || rowBytes % dataBytes !== 0) {
        fail('MISALIGNED', `${rowBytes} bytes at ${hex(address)} are not whole elements`);
      }
      if (address % beatBytes !== (element * dataBytes) % beatBytes) {
        fail('MISALIGNED', `${hex(address)} and buffer element ${element} differ modulo a beat of ${beatBytes} bytes`);
      }
      arithmetic.write(buffer, element, bytes);
      beats += Math.ceil(((address % beatBytes) + rowBytes) / beatBytes);
    }
  }
  counts.dramBytesRead += beats * beatBytes;
  if (load.stationary) counts.stationaryWrites += beats;
  else counts.dynamicWrites += beats;
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Carries out one STORE, run by run. */
export const runStore = (machine: Machine, store: Store): void => {
  const { config, sizes, memory, arithmetic, counts, fail } = machine;
  const { groups, vectorsPerGroup, lastLanes, narrow, shift } = store;
  const { columns } = config.array;
  if (lastLanes > columns) fail('FIELD', `${lastLanes} lanes exceed the array's ${columns} columns`);
  if (isRunTooLong(config, store)) fail('FIELD', `runs of ${groups} × ${vectorsPerGroup} vectors are too long`);
  const laneBytes = narrow ? sizes.dataBytes : 4;
  const runBytes = groups * ((vectorsPerGroup - 1) * columns + lastLanes) * laneBytes;
  for (let i2 = 0; i2 < store.n2; i2++) {
    for (let i1 = 0; i1 < store.n1; i1++) {
      const address = store.address + i1 * store.stride1 + i2 * store.stride2;
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

/** For each position of one axis, the buffer offset of its source pixel, or undefined where zeros go. */
const sources = (positions: number, x: number, bound: number, stride: number, phase: number, step: number) => {
  let offset = 0;
  let rest = phase;
  return Array.from({ length: positions }, (_, index) => {
    const at = x + index >= 0 && x + index < bound && rest === 0 ? offset : undefined;
    rest++;
    if (rest === stride) {
      rest = 0;
      offset += step;
    }
    return at;
  });
};

/** Carries out one REORGANIZE, row by row. A position is read as vectors of the elements that a cycle writes. */
export const runReorganize = (machine: Machine, reorganize: Reorganize): void => {
  const { config, sizes, memory, arithmetic, counts, fail } = machine;
  const { elements, positionsW, positionsH, strideW, strideH, phaseW, phaseH, bufElement } = reorganize;
  const { dataBytes, reorganizeElements } = sizes;
  const { stored, mask } = arithmetic.dynamic;
  if (!config.engines.includes('traditional')) fail('ENGINE', 'REORGANIZE needs the engine traditional');
  if (phaseW >= strideW || phaseH >= strideH) fail('FIELD', 'phases must be below their strides');
  if (isRunTooLong(config, reorganize)) fail('FIELD', `rows of ${positionsW} × ${elements} elements are too long`);
  const rows = sources(positionsH, reorganize.xH, reorganize.boundH, strideH, phaseH, reorganize.bufStepH);
  const columns = sources(positionsW, reorganize.xW, reorganize.boundW, strideW, phaseW, reorganize.bufStepW);
  const runBytes = positionsW * elements * dataBytes;
  rows.forEach((row, h) => {
    const run = memory.at(reorganize.address + h * reorganize.rowStride, runBytes, 'writes', fail).fill(0);
    columns.forEach((column, w) => {
      if (row === undefined || column === undefined) return;
      const from = vectorAt(machine, arithmetic.dynamic, bufElement + row + column, elements);
      for (let element = 0; element < elements; element++) {
        const value = stored[(from + element) & mask];
        const at = (w * elements + element) * dataBytes;
        run[at] = value;
        if (dataBytes === 2) run[at + 1] = value >> 8;
      }
      counts.dynamicReads += Math.ceil(elements / reorganizeElements);
    });
  });
  counts.dramBytesWritten += positionsH * runBytes;
  counts.reorganizeBytes += positionsH * runBytes;
};
