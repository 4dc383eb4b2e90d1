import { type Arithmetic, type ArithmeticSizes, type OperandBuffer, paddedLanes } from './arithmetic.js';
import type { ElementFormat, NumberFormat, OperandFormat } from './format.js';
import {
  add,
  bf16Bits,
  bf16FromBits,
  fp32Bits,
  fp32FromBits,
  macBf16,
  SMALLEST_NORMAL,
  STRUCTURAL_ZERO,
} from './numerics.js';

const { fround } = Math;

/** Columns whose sums are computed side by side: a sum waits for the one before it, and eight leave no gap. */
const UNROLL = 8;

const singleText = (bits: bigint): string => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(bits));
  return String(view.getFloat32(0));
};

const operand: OperandFormat<Float32Array> = {
  name: 'bf16',
  bits: 16,
  unpack: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) => bf16FromBits(view.getUint16(i * 2, true)));
  },
  text: (bits) => singleText(bits << 16n),
  pack: (values) => {
    const halves = new Uint16Array(values.length);
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < values.length; i++) {
      const subnormal = Math.abs(values[i]!) < SMALLEST_NORMAL;
      halves[i] = subnormal ? words[i]! >>> 16 : bf16Bits(values[i]!);
    }
    return new Uint8Array(halves.buffer);
  },
  /** Around 1 with both signs, and some zeros. */
  random: (length, next) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      const word = next();
      // sign, exponent 2^-4 … 2^3, 7 mantissa bits
      values[i] =
        (word & 0xf00) === 0
          ? 0
          : bf16FromBits(((word & 1) << 15) | ((123 + ((word >>> 1) & 7)) << 7) | ((word >>> 4) & 0x7f));
    }
    return values;
  },
};

const sum: ElementFormat<Float32Array> = {
  name: 'fp32',
  bits: 32,
  unpack: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => fp32FromBits(view.getUint32(i * 4, true)));
  },
  text: singleText,
};

/** The exponent that a zero counts as: one of the middle, which widens no range. */
const ZERO_EXPONENT = 127;

type Exponents = Pick<OperandBuffer, 'least' | 'most'>;

/** Whether products of numbers with such exponents are finite, multiples of 2^-126, and below 2^128. */
const arePlain = (x: Exponents, w: Exponents): boolean => {
  const [finite, bias] = [254, 127];
  return (
    Math.max(x.most, w.most) <= finite &&
    x.least + w.least - 2 * bias - 2 * 7 >= -126 &&
    x.most + w.most - 2 * bias + 2 <= 128
  );
};

/** bf16 bits as numbers that are in the order of the values, −0 below +0, and the NaN above all. */
const rankOf = (bits: number): number => bits ^ (bits & 0x8000 ? 0xffff : 0x8000);

/** What the lanes of an accumulator entry hold. */
const Held = {
  /** Nothing, but for those that `present` names. */
  some: 0,
  /** A sum each: numbers, of which a NaN may have any pattern here. */
  sums: 1,
  /** A word each, as the hardware has it: a maximum and its tap, or a sum. */
  words: 2,
} as const;

class Bf16Arithmetic implements Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly block: Float64Array;
  readonly sums: Float32Array;
  readonly scratch: Float32Array;
  /** The bits of `sums`, what each entry holds, and where that is not every lane's, lanes that hold a sum. */
  private readonly words: Uint32Array;
  private readonly held: Uint8Array;
  private readonly present: Uint8Array;
  /** Exponents that the buffers have held, whoever reads them. */
  private readonly exponents = new Map<OperandBuffer, { least: number; most: number }>();
  /** The bits of the buffers' values. */
  private readonly patterns = new Map<OperandBuffer, Uint32Array>();
  /**
   * All operands of EXECs so far are finite, and every product is a multiple of 2^-126 below 2^128. Then so is every finite sum: nothing is
   * flushed, no product overflows, no sum is −0, and adding in double precision before rounding to fp32 rounds but once.
   */
  private plain = true;

  constructor({ rows, columns, dynamicElements, stationaryElements, accumulatorDepth }: ArithmeticSizes) {
    const buffer = (size: number): OperandBuffer => {
      const made: OperandBuffer = {
        stored: new Uint16Array(size),
        values: new Float32Array(size),
        written: new Uint8Array(size),
        least: ZERO_EXPONENT,
        most: ZERO_EXPONENT,
        mask: size - 1,
      };
      this.exponents.set(made, { least: ZERO_EXPONENT, most: ZERO_EXPONENT });
      this.patterns.set(made, new Uint32Array(made.values.buffer));
      return made;
    };
    this.dynamic = buffer(dynamicElements);
    this.stationary = buffer(stationaryElements);
    this.pitch = paddedLanes(columns, UNROLL);
    this.block = new Float64Array(rows * this.pitch);
    this.sums = new Float32Array(accumulatorDepth * this.pitch);
    this.words = new Uint32Array(this.sums.buffer);
    this.held = new Uint8Array(accumulatorDepth);
    this.present = new Uint8Array(this.sums.length);
    this.scratch = new Float32Array(rows);
  }

  write(buffer: OperandBuffer, element: number, bytes: Uint8Array): void {
    const { stored, written, mask } = buffer;
    const bits = this.patterns.get(buffer)!;
    const held = this.exponents.get(buffer)!;
    for (let i = 0; i < bytes.length; i += 2) {
      const at = (element + (i >> 1)) & mask;
      const half = bytes[i] | (bytes[i + 1] << 8);
      const exponent = (half >> 7) & 0xff;
      stored[at] = half;
      written[at] = exponent === 0 ? ZERO_EXPONENT : exponent;
      bits[at] = (exponent === 0 ? half & 0x8000 : half) << 16;
      if (written[at]! < held.least) held.least = written[at]!;
      if (written[at]! > held.most) held.most = written[at]!;
    }
  }

  widened(): void {
    this.plain = arePlain(this.dynamic, this.stationary);
  }

  attempt(run: () => void): void {
    const { plain, exponents, dynamic, stationary } = this;
    // mostly it is plain that nothing can turn up
    const settled = !plain || arePlain(exponents.get(dynamic)!, exponents.get(stationary)!);
    const before = settled ? undefined : [this.words, this.held, this.present].map((part) => part.slice());
    run();
    if (!before || this.plain) return;
    for (const [index, part] of [this.words, this.held, this.present].entries()) part.set(before[index]!);
    run();
  }

  structuralZero(): number {
    return this.plain ? 0 : STRUCTURAL_ZERO;
  }

  zerosAreIdle(): boolean {
    return this.plain;
  }

  multiply(x: Float32Array, xAt: number, rows: number, entry: number): void {
    if (this.held[entry] === Held.words) {
      this.multiplyLanes(x, xAt, rows, entry, 0, this.pitch);
      return;
    }
    this.held[entry] = Held.sums;
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
      let s4 = 0;
      let s5 = 0;
      let s6 = 0;
      let s7 = 0;
      for (let r = 0, k = c; r < rows; r++, k += pitch) {
        const value = x[xAt + r];
        s0 = fround(s0 + value * block[k]);
        s1 = fround(s1 + value * block[k + 1]);
        s2 = fround(s2 + value * block[k + 2]);
        s3 = fround(s3 + value * block[k + 3]);
        s4 = fround(s4 + value * block[k + 4]);
        s5 = fround(s5 + value * block[k + 5]);
        s6 = fround(s6 + value * block[k + 6]);
        s7 = fround(s7 + value * block[k + 7]);
      }
      sums[to + c] += s0;
      sums[to + c + 1] += s1;
      sums[to + c + 2] += s2;
      sums[to + c + 3] += s3;
      sums[to + c + 4] += s4;
      sums[to + c + 5] += s5;
      sums[to + c + 6] += s6;
      sums[to + c + 7] += s7;
    }
  }

  private multiplyAny(x: Float32Array, xAt: number, rows: number, entry: number): void {
    const { block, sums, pitch } = this;
    const to = entry * pitch;
    for (let c = 0; c < pitch; c += UNROLL / 2) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0, k = c; r < rows; r++, k += pitch) {
        const value = x[xAt + r];
        s0 = macBf16(s0, value, block[k]);
        s1 = macBf16(s1, value, block[k + 1]);
        s2 = macBf16(s2, value, block[k + 2]);
        s3 = macBf16(s3, value, block[k + 3]);
      }
      sums[to + c] = add(sums[to + c], s0);
      sums[to + c + 1] = add(sums[to + c + 1], s1);
      sums[to + c + 2] = add(sums[to + c + 2], s2);
      sums[to + c + 3] = add(sums[to + c + 3], s3);
    }
  }

  multiplyLanes(x: Float32Array, xAt: number, rows: number, entry: number, first: number, end: number): void {
    const { sums, words, pitch, plain } = this;
    const isWords = this.held[entry] === Held.words;
    for (let c = first; c < end; c++) {
      const sum = this.sumOf(x, xAt, rows, c);
      const at = entry * pitch + c;
      if (isWords) words[at] = fp32Bits(add(fp32FromBits(words[at]!), sum));
      else sums[at] = plain ? sums[at] + sum : add(sums[at], sum);
    }
    this.touch(entry, first, end);
  }

  /** What a column of the array makes. */
  private sumOf(x: Float32Array, xAt: number, rows: number, column: number): number {
    const { block, pitch } = this;
    let sum = 0;
    if (this.plain) for (let r = 0, k = column; r < rows; r++, k += pitch) sum = fround(sum + x[xAt + r] * block[k]);
    else for (let r = 0, k = column; r < rows; r++, k += pitch) sum = macBf16(sum, x[xAt + r], block[k]);
    return sum;
  }

  touch(entry: number, first: number, end: number): void {
    if (this.held[entry] === Held.some) this.present.fill(1, entry * this.pitch + first, entry * this.pitch + end);
  }

  /** Its lanes are read by their bits from now on. Those that hold nothing are 0. */
  private toWords(entry: number): void {
    const { sums, words, pitch } = this;
    for (let at = entry * pitch; at < (entry + 1) * pitch; at++) words[at] = fp32Bits(sums[at]!);
  }

  maximize(x: Float32Array, xAt: number, rows: number, entry: number, tap: number): void {
    const { words, held, present, pitch } = this;
    const before = held[entry]!;
    if (before !== Held.words) this.toWords(entry);
    for (let c = 0; c < pitch; c++) {
      const at = entry * pitch + c;
      const data = fp32Bits(this.sumOf(x, xAt, rows, c)) >>> 16;
      const isHeld = before !== Held.some || present[at] === 1;
      // no maximum is −0
      if (!isHeld || rankOf(data) > rankOf(words[at]! >>> 16))
        words[at] = ((data === 0x8000 ? 0 : data << 16) | tap) >>> 0;
    }
    held[entry] = Held.words;
  }

  bitsOf(entry: number, lane: number): number {
    const at = entry * this.pitch + lane;
    return this.held[entry] === Held.words ? this.words[at]! : fp32Bits(this.sums[at]!);
  }

  clear(entry: number): void {
    const { sums, held, present, pitch } = this;
    sums.fill(0, entry * pitch, (entry + 1) * pitch);
    present.fill(0, entry * pitch, (entry + 1) * pitch);
    held[entry] = Held.some;
  }

  drain(entry: number, lanes: number, narrow: boolean, _shift: number, to: DataView, at: number): void {
    const { sums, pitch } = this;
    for (let lane = 0; lane < lanes; lane++) {
      const sum = sums[entry * pitch + lane];
      if (narrow) to.setUint16(at + 2 * lane, bf16Bits(sum), true);
      else to.setUint32(at + 4 * lane, this.bitsOf(entry, lane), true);
    }
    this.clear(entry);
  }
}

/** bf16 × bf16, exact in fp32; fp32 sums, rounded to nearest even. Subnormals are zero, and there is one NaN. */
export const bf16: NumberFormat = {
  name: 'bf16',
  operands: { dynamic: operand, stationary: operand },
  sum,
  partialBits: () => sum.bits,
  result: operand,
  addStages: { least: 1, most: 4, usual: 3 },
  shifts: false,
  exact: false,
  special: true,
  blocks: ['fp32_add', 'bf16_mul'],
  sumText: 'fp32',
  resultText: () => 'bf16: sums in fp32, rounded to nearest even',
  arithmetic: (sizes) => new Bf16Arithmetic(sizes),
};
