import type { Fail } from './fault.js';

/** A piece of DRAM. */
export interface Region {
  /** Byte address of `bytes[0]`. */
  readonly base: number;
  readonly bytes: Uint8Array;
}

/** DRAM as regions that do not overlap. */
export class Memory {
  private readonly regions: readonly Region[];

  constructor(regions: readonly Region[]) {
    this.regions = [...regions].sort((a, b) => a.base - b.base);
    this.regions.forEach((region, index) => {
      const next = this.regions[index + 1];
      if (next && region.base + region.bytes.length > next.base) {
        throw new RangeError(`regions at 0x${region.base.toString(16)} and 0x${next.base.toString(16)} overlap`);
      }
    });
  }

  /** The bytes [address, address + length), in place; they must lie in one region. */
  at(address: number, length: number, access: 'reads' | 'writes', fail: Fail): Uint8Array {
    for (const { base, bytes } of this.regions) {
      const start = address - base;
      if (start >= 0 && start + length <= bytes.length) return bytes.subarray(start, start + length);
    }
    const range = `0x${address.toString(16)}…0x${(address + length - 1).toString(16)}`;
    return fail(access === 'reads' ? 'READ_DECERR' : 'WRITE_DECERR', `${access} ${range}, which is not memory`);
  }
}
