import {
  type Arithmetic,
  type ArithmeticSizes,
  ITEM_WORDS,
  MOST_ITEMS,
  type OperandBuffer,
  paddedLanes,
  type Records,
  ROW_WORDS,
} from './arithmetic.js';
import { bf16KernelModule, KERNEL_COLUMNS } from './bf16Kernel.js';
import { bf16Bits, STRUCTURAL_ZERO } from './numerics.js';

/** The exponent that a zero counts as: one of the middle, which widens no range. */
const ZERO_EXPONENT = 127;

const PAGE = 65536;

interface Kernel {
  readonly check: (records: number, bytes: number, count: number) => number;
  readonly stream: (rows: number, items: number, width: number, tap: number) => void;
}

let compiled: WebAssembly.Module | undefined;

/** The array in WebAssembly, which computes in fp32 and rounds as the hardware does. All that it works on lies in its memory. */
export class Bf16Arithmetic implements Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly numbers: Float32Array;
  readonly blockAt: number;
  readonly sums: Float32Array;
  readonly structuralZero = STRUCTURAL_ZERO;
  readonly rows: Records;
  readonly items: Records;
  /** The bits of `numbers` and of `sums`: words as the hardware has them, a sum or a maximum and its tap. */
  private readonly patterns: Uint32Array;
  private readonly words: Uint32Array;
  /** Lanes that hold something. */
  private readonly present: Uint8Array;
  private readonly kernel: Kernel;

  constructor({ rows, columns, dynamicElements, stationaryElements, accumulatorDepth }: ArithmeticSizes) {
    this.pitch = paddedLanes(columns, KERNEL_COLUMNS);
    let end = 0;
    const room = (bytes: number): number => {
      const at = end;
      end += Math.ceil(bytes / 16) * 16;
      return at;
    };
    const sums = accumulatorDepth * this.pitch;
    const at = {
      dynamic: room(4 * dynamicElements),
      // the kernel reads whole vectors of weights, and whole vectors of what is written
      stationary: room(4 * (stationaryElements + this.pitch)),
      block: room(4 * rows * this.pitch),
      dynamicWritten: room(dynamicElements),
      stationaryWritten: room(stationaryElements),
      sums: room(4 * sums),
      present: room(sums),
      rows: room(4 * ROW_WORDS * rows),
      items: room(4 * ITEM_WORDS * MOST_ITEMS),
    };
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) });
    const { buffer } = memory;
    const operands = (place: number, written: number, size: number): OperandBuffer => ({
      stored: new Uint16Array(size),
      written: new Uint8Array(buffer, written, size),
      mask: size - 1,
      at: place / 4,
    });
    this.dynamic = operands(at.dynamic, at.dynamicWritten, dynamicElements);
    this.stationary = operands(at.stationary, at.stationaryWritten, stationaryElements);
    this.numbers = new Float32Array(buffer);
    this.patterns = new Uint32Array(buffer);
    this.blockAt = at.block / 4;
    this.sums = new Float32Array(buffer, at.sums, sums);
    this.words = new Uint32Array(buffer, at.sums, sums);
    this.present = new Uint8Array(buffer, at.present, sums);
    const records = (place: number, size: number, most: number): Records => ({
      words: new Int32Array(buffer, place, size * most),
      ...{ size, most },
    });
    this.rows = records(at.rows, ROW_WORDS, rows);
    this.items = records(at.items, ITEM_WORDS, MOST_ITEMS);
    compiled ??= bf16KernelModule();
    const array = {
      memory,
      values: at.dynamic,
      written: at.dynamicWritten,
      mask: this.dynamic.mask,
      sums: at.sums,
      present: at.present,
      pitch: this.pitch,
      rows: at.rows,
      items: at.items,
    };
    this.kernel = new WebAssembly.Instance(compiled, { array }).exports as unknown as Kernel;
  }

  write({ stored, written, mask, at }: OperandBuffer, element: number, bytes: Uint8Array): void {
    const { patterns } = this;
    for (let i = 0, next = element; i < bytes.length; i += 2, next++) {
      const place = next & mask;
      const half = bytes[i]! | (bytes[i + 1]! << 8);
      const exponent = (half >> 7) & 0xff;
      stored[place] = half;
      written[place] = exponent === 0 ? ZERO_EXPONENT : exponent;
      patterns[at + place] = (exponent === 0 ? half & 0x8000 : half) << 16;
    }
  }

  check({ words, size }: Records, count: number): number {
    return this.kernel.check(words.byteOffset, 4 * size, count);
  }

  stream(rows: number, items: number, width: number, tap = -1): void {
    this.kernel.stream(rows, items, width, tap);
  }

  bitsOf(entry: number, lane: number): number {
    return this.words[entry * this.pitch + lane]!;
  }

  clear(entry: number): void {
    const { sums, present, pitch } = this;
    sums.fill(0, entry * pitch, (entry + 1) * pitch);
    present.fill(0, entry * pitch, (entry + 1) * pitch);
  }

  drain(entry: number, lanes: number, narrow: boolean, _shift: number, to: DataView, at: number): void {
    const { sums, pitch } = this;
    for (let lane = 0; lane < lanes; lane++) {
      if (narrow) to.setUint16(at + 2 * lane, bf16Bits(sums[entry * pitch + lane]!), true);
      else to.setUint32(at + 4 * lane, this.bitsOf(entry, lane), true);
    }
    this.clear(entry);
  }
}
