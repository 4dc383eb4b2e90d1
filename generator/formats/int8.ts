import { type Arithmetic, type ArithmeticSizes, type OperandBuffer, paddedLanes } from './arithmetic.js';
import type { ElementFormat, NumberFormat, OperandFormat } from './format.js';
import { narrowInt8 } from './numerics.js';

/** Columns whose sums are computed side by side. */
const UNROLL = 4;

const operand: OperandFormat<Int8Array> = {
  name: 'int8',
  bits: 8,
  unpack: (bytes) => new Int8Array(bytes.slice().buffer),
  text: (bits) => String(BigInt.asIntN(8, bits)),
  pack: (values) => new Uint8Array(values.buffer, values.byteOffset, values.length),
  /** The whole range. */
  random: (length, next) => {
    const values = new Int8Array(length);
    for (let i = 0; i < length; i++) values[i] = next() & 0xff;
    return values;
  },
};

const sum: ElementFormat<Int32Array> = {
  name: 'int32',
  bits: 32,
  unpack: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Int32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(i * 4, true));
  },
  text: (bits) => String(BigInt.asIntN(32, bits)),
};

class Int8Arithmetic implements Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly block: Int32Array;
  readonly sums: Int32Array;
  readonly scratch: Int8Array;

  constructor({ rows, columns, dynamicElements, stationaryElements, accumulatorDepth }: ArithmeticSizes) {
    const buffer = (size: number): OperandBuffer => {
      const stored = new Uint8Array(size);
      return {
        stored,
        values: new Int8Array(stored.buffer),
        written: new Uint8Array(size),
        least: 1,
        most: 1,
        mask: size - 1,
      };
    };
    this.dynamic = buffer(dynamicElements);
    this.stationary = buffer(stationaryElements);
    this.pitch = paddedLanes(columns, UNROLL);
    this.block = new Int32Array(rows * this.pitch);
    this.sums = new Int32Array(accumulatorDepth * this.pitch);
    this.scratch = new Int8Array(rows);
  }

  widened(): void {}

  attempt(run: () => void): void {
    run();
  }

  write({ stored, written, mask }: OperandBuffer, element: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      stored[(element + i) & mask] = bytes[i];
      written[(element + i) & mask] = 1;
    }
  }

  structuralZero(): number {
    return 0;
  }

  zerosAreIdle(): boolean {
    return true;
  }

  multiply(x: Int8Array, xAt: number, rows: number, entry: number): void {
    const { block, sums, pitch } = this;
    const to = entry * pitch;
    for (let c = 0; c < pitch; c += UNROLL) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0, k = c; r < rows; r++, k += pitch) {
        const value = x[xAt + r];
        s0 = (s0 + Math.imul(value, block[k])) | 0;
        s1 = (s1 + Math.imul(value, block[k + 1])) | 0;
        s2 = (s2 + Math.imul(value, block[k + 2])) | 0;
        s3 = (s3 + Math.imul(value, block[k + 3])) | 0;
      }
      sums[to + c] += s0;
      sums[to + c + 1] += s1;
      sums[to + c + 2] += s2;
      sums[to + c + 3] += s3;
    }
  }

  multiplyLanes(x: Int8Array, xAt: number, rows: number, entry: number, first: number, end: number): void {
    const { block, sums, pitch } = this;
    for (let c = first; c < end; c++) {
      let sum = 0;
      for (let r = 0, k = c; r < rows; r++, k += pitch) sum = (sum + Math.imul(x[xAt + r], block[k])) | 0;
      sums[entry * pitch + c] += sum;
    }
  }

  touch(): void {}

  bitsOf(entry: number, lane: number): number {
    return this.sums[entry * this.pitch + lane] >>> 0;
  }

  clear(entry: number): void {
    this.sums.fill(0, entry * this.pitch, (entry + 1) * this.pitch);
  }

  drain(entry: number, lanes: number, narrow: boolean, shift: number, to: DataView, at: number): void {
    const { sums, pitch } = this;
    for (let lane = 0; lane < lanes; lane++) {
      const sum = sums[entry * pitch + lane];
      if (narrow) to.setInt8(at + lane, narrowInt8(sum, shift));
      else to.setInt32(at + 4 * lane, sum, true);
    }
    this.clear(entry);
  }
}

/** int8 × int8 → int32, which wraps; exact. */
export const int8: NumberFormat = {
  name: 'int8',
  operands: { dynamic: operand, stationary: operand },
  sum,
  // the largest product is 2^14, and the sum of all has a sign
  partialBits: (products) => 16 + Math.floor(Math.log2(products)),
  result: operand,
  addStages: { least: 1, most: 1, usual: 1 },
  shifts: true,
  exact: true,
  special: false,
  blocks: [],
  sumText: 'int32: sums wrap',
  resultText: (shift) => `int8: sum / 2^${shift}, rounded half to even, saturated to -128..127`,
  arithmetic: (sizes) => new Int8Arithmetic(sizes),
};
