import type { Config, Format } from '../description/config.js';
import { derive } from '../description/derive.js';
import { add, bf16Bits, fp32Bits, macBf16, narrowInt8, STRUCTURAL_ZERO } from './numerics.js';

/** Lanes are padded to this many columns, so that the inner loops need no tail. */
const UNROLL = 4;

const { fround } = Math;

/** One operand buffer: elements as stored, as numbers, and whether they were ever written. */
export interface OperandBuffer {
  readonly stored: Uint8Array | Uint16Array;
  readonly values: Int8Array | Float32Array;
  readonly written: Uint8Array;
  /** Element addresses are taken modulo the size: `address & mask`. */
  readonly mask: number;
}

/**
 * The array and the accumulator in one number format. The block holds the stationary tile, row by row at `pitch`; `sums` holds
 * the accumulator, entry by entry at `pitch`.
 */
export interface Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly block: Int32Array | Float64Array;
  readonly sums: Int32Array | Float32Array;
  /** A dynamic vector that is not one run of the buffer. */
  readonly scratch: Int8Array | Float32Array;
  /** Writes the elements of `bytes` to a buffer, from `element` on. */
  write(buffer: OperandBuffer, element: number, bytes: Uint8Array): void;
  /** What stands for a structural zero in the block and in dynamic vectors, given all that the buffers ever held. */
  structuralZero(): number;
  /** True when rows of zeros cannot change a sum, given all that the buffers ever held. */
  zerosAreIdle(): boolean;
  /** entry += Σ over rows of x[xAt + row] · block[row], from row 0 down. */
  multiply(x: Int8Array | Float32Array, xAt: number, rows: number, entry: number): void;
  /** Writes the low lanes of an entry to memory, as operands (`narrow`) or 32-bit sums, and clears the entry. */
  drain(entry: number, lanes: number, narrow: boolean, shift: number, to: DataView, at: number): void;
}

const paddedLanes = (columns: number): number => Math.ceil(columns / UNROLL) * UNROLL;

class Int8Arithmetic implements Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly block: Int32Array;
  readonly sums: Int32Array;
  readonly scratch: Int8Array;

  constructor(config: Config) {
    const { dynamicElements, stationaryElements } = derive(config);
    const { rows, columns } = config.array;
    const buffer = (size: number): OperandBuffer => {
      const stored = new Uint8Array(size);
      return { stored, values: new Int8Array(stored.buffer), written: new Uint8Array(size), mask: size - 1 };
    };
    this.dynamic = buffer(dynamicElements);
    this.stationary = buffer(stationaryElements);
    this.pitch = paddedLanes(columns);
    this.block = new Int32Array(rows * this.pitch);
    this.sums = new Int32Array(config.buffers.accumulatorDepth * this.pitch);
    this.scratch = new Int8Array(rows);
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

  drain(entry: number, lanes: number, narrow: boolean, shift: number, to: DataView, at: number): void {
    const { sums, pitch } = this;
    for (let lane = 0; lane < lanes; lane++) {
      const sum = sums[entry * pitch + lane];
      if (narrow) to.setInt8(at + lane, narrowInt8(sum, shift));
      else to.setInt32(at + 4 * lane, sum, true);
    }
    sums.fill(0, entry * pitch, (entry + 1) * pitch);
  }
}

/** Exponent fields that a buffer has held: enough to tell that no product can leave fp32's normal range. */
interface Seen {
  least: number;
  most: number;
}

class Bf16Arithmetic implements Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly block: Float64Array;
  readonly sums: Float32Array;
  readonly scratch: Float32Array;
  private readonly seen = new Map<OperandBuffer, Seen>();
  /**
   * All operands are finite, and every product is a multiple of 2^-126 below 2^128. Then so is every finite sum: nothing is
   * flushed, no product overflows, no sum is −0, and adding in double precision before rounding to fp32 rounds but once.
   */
  private plain = true;

  constructor(config: Config) {
    const { dynamicElements, stationaryElements } = derive(config);
    const { rows, columns } = config.array;
    const buffer = (size: number): OperandBuffer => {
      const made: OperandBuffer = {
        stored: new Uint16Array(size),
        values: new Float32Array(size),
        written: new Uint8Array(size),
        mask: size - 1,
      };
      this.seen.set(made, { least: 254, most: 1 });
      return made;
    };
    this.dynamic = buffer(dynamicElements);
    this.stationary = buffer(stationaryElements);
    this.pitch = paddedLanes(columns);
    this.block = new Float64Array(rows * this.pitch);
    this.sums = new Float32Array(config.buffers.accumulatorDepth * this.pitch);
    this.scratch = new Float32Array(rows);
  }

  write(buffer: OperandBuffer, element: number, bytes: Uint8Array): void {
    const { stored, values, written, mask } = buffer;
    const bits = new Uint32Array(values.buffer);
    const seen = this.seen.get(buffer)!;
    for (let i = 0; i < bytes.length; i += 2) {
      const at = (element + (i >> 1)) & mask;
      const half = bytes[i] | (bytes[i + 1] << 8);
      const exponent = (half >> 7) & 0xff;
      stored[at] = half;
      written[at] = 1;
      bits[at] = (exponent === 0 ? half & 0x8000 : half) << 16;
      if (exponent !== 0) {
        if (exponent < seen.least) seen.least = exponent;
        if (exponent > seen.most) seen.most = exponent;
      }
    }
    const [dynamic, stationary] = [this.seen.get(this.dynamic)!, this.seen.get(this.stationary)!];
    const finite = Math.max(dynamic.most, stationary.most) < 255;
    const bias = 127;
    const multiples = dynamic.least + stationary.least - 2 * bias - 2 * 7 >= -126;
    const bounded = dynamic.most + stationary.most - 2 * bias + 2 <= 128;
    this.plain = finite && multiples && bounded;
  }

  structuralZero(): number {
    return this.plain ? 0 : STRUCTURAL_ZERO;
  }

  zerosAreIdle(): boolean {
    return this.plain;
  }

  multiply(x: Float32Array, xAt: number, rows: number, entry: number): void {
    if (this.plain) this.multiplyPlain(x, xAt, rows, entry);
    else this.multiplyAny(x, xAt, rows, entry);
  }

  private multiplyPlain(x: Float32Array, xAt: number, rows: number, entry: number): void {
    const { block, sums, pitch } = this;
    const to = entry * pitch;
    for (let c = 0; c < pitch; c += UNROLL) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0, k = c; r < rows; r++, k += pitch) {
        const value = x[xAt + r];
        s0 = fround(s0 + value * block[k]);
        s1 = fround(s1 + value * block[k + 1]);
        s2 = fround(s2 + value * block[k + 2]);
        s3 = fround(s3 + value * block[k + 3]);
      }
      sums[to + c] += s0;
      sums[to + c + 1] += s1;
      sums[to + c + 2] += s2;
      sums[to + c + 3] += s3;
    }
  }

  private multiplyAny(x: Float32Array, xAt: number, rows: number, entry: number): void {
    const { block, sums, pitch } = this;
    for (let c = 0; c < pitch; c++) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum = macBf16(sum, x[xAt + r], block[r * pitch + c]);
      sums[entry * pitch + c] = add(sums[entry * pitch + c], sum);
    }
  }

  drain(entry: number, lanes: number, narrow: boolean, _shift: number, to: DataView, at: number): void {
    const { sums, pitch } = this;
    for (let lane = 0; lane < lanes; lane++) {
      const sum = sums[entry * pitch + lane];
      if (narrow) to.setUint16(at + 2 * lane, bf16Bits(sum), true);
      else to.setUint32(at + 4 * lane, fp32Bits(sum), true);
    }
    sums.fill(0, entry * pitch, (entry + 1) * pitch);
  }
}

const formats: Readonly<Record<Format, new (config: Config) => Arithmetic>> = {
  int8: Int8Arithmetic,
  bf16: Bf16Arithmetic,
};

/** Empty buffers and a cleared accumulator for a configuration. */
export const arithmeticOf = (config: Config): Arithmetic => new formats[config.format](config);
