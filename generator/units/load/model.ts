import type { Load } from '../../isa/program.js';
import { addressOf, type Machine } from '../machine.js';

const hex = (address: number): string => `0x${address.toString(16)}`;

/** Carries out one LOAD, row by row. */
export const runLoad = (machine: Machine, load: Load): void => {
  const { sizes, arithmetic, memory, counts, fail } = machine;
  const { dataBytes, beatBytes } = sizes;
  const { rowBytes } = load;
  const buffer = load.stationary ? arithmetic.stationary : arithmetic.dynamic;
  if (rowBytes > buffer.written.length * dataBytes) fail('BUFFER_RANGE', `${rowBytes} bytes do not fit in the buffer`);
  const first = addressOf(machine, load);
  let beats = 0;
  for (let i2 = 0; i2 < load.n2; i2++) {
    for (let i1 = 0; i1 < load.n1; i1++) {
      const address = first + i1 * load.stride1 + i2 * load.stride2;
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
