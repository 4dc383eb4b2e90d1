import {
  type Arithmetic,
  type ArithmeticSizes,
  firstUnwritten,
  ITEM_WORDS,
  Item,
  MOST_ITEMS,
  type OperandBuffer,
  paddedLanes,
  type Records,
  ROW_WORDS,
  Row,
} from './arithmetic.js';
import { narrowInt8 } from './numerics.js';

/** Columns whose sums are computed side by side. */
const UNROLL = 4;

export class Int8Arithmetic implements Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  readonly numbers: Int32Array;
  readonly blockAt: number;
  readonly sums: Int32Array;
  readonly structuralZero = 0;
  readonly rows: Records;
  readonly items: Records;
  /** Lanes that hold something. */
  private readonly present: Uint8Array;
  /** Of the rows that are held for an item: what enters, and where the weights lie. */
  private readonly entering: Int32Array;
  private readonly weights: Int32Array;

  constructor({ rows, columns, dynamicElements, stationaryElements, accumulatorDepth }: ArithmeticSizes) {
    this.pitch = paddedLanes(columns, UNROLL);
    const buffer = (size: number, at: number): OperandBuffer => ({
      stored: new Uint8Array(size),
      written: new Uint8Array(size),
      mask: size - 1,
      at,
    });
    this.dynamic = buffer(dynamicElements, 0);
    this.stationary = buffer(stationaryElements, dynamicElements);
    this.blockAt = dynamicElements + stationaryElements + this.pitch;
    this.numbers = new Int32Array(this.blockAt + rows * this.pitch);
    this.sums = new Int32Array(accumulatorDepth * this.pitch);
    this.present = new Uint8Array(this.sums.length);
    this.rows = { words: new Int32Array(rows * ROW_WORDS), size: ROW_WORDS, most: rows };
    this.items = { words: new Int32Array(MOST_ITEMS * ITEM_WORDS), size: ITEM_WORDS, most: MOST_ITEMS };
    this.entering = new Int32Array(rows);
    this.weights = new Int32Array(rows);
  }

  write({ stored, written, mask, at }: OperandBuffer, element: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const place = (element + i) & mask;
      stored[place] = bytes[i]!;
      written[place] = 1;
      this.numbers[at + place] = (bytes[i]! << 24) >> 24;
    }
  }

  check(records: Records, count: number): number {
    return firstUnwritten(records, count, this.dynamic);
  }

  stream(_rows: number, items: number, width: number, tap?: number): void {
    const { words } = this.items;
    const take = tap === undefined ? this.sumColumns : this.keepColumns;
    for (let index = 0, at = 0; index < items; index++, at += ITEM_WORDS) {
      const held = this.enter(at);
      const entry = words[at + Item.entry]! * this.pitch;
      const [first, end] = [words[at + Item.firstColumn]!, words[at + Item.endColumn]!];
      take.call(this, held, entry, first, Math.min(width, end));
      this.present.fill(1, entry + first, Math.max(entry + first, entry + end));
    }
  }

  /** Finds the rows that hold something for an item. */
  private enter(item: number): number {
    const { entering, weights, numbers, dynamic } = this;
    const rows = this.rows.words;
    const items = this.items.words;
    const lane = items[item + Item.lane]!;
    const address = items[item + Item.address]!;
    let held = 0;
    for (let row = items[item + Item.first]! * ROW_WORDS; row < items[item + Item.end]! * ROW_WORDS; row += ROW_WORDS) {
      if (lane < rows[row + Row.first]! || lane >= rows[row + Row.end]!) continue;
      entering[held] = numbers[dynamic.at + ((rows[row + Row.address]! + address) & dynamic.mask)]!;
      weights[held] = rows[row + Row.weights]!;
      held++;
    }
    return held;
  }

  private sumColumns(held: number, to: number, first: number, end: number): void {
    const { entering, weights, numbers, sums } = this;
    let c = first;
    for (; c + UNROLL <= end; c += UNROLL) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0; r < held; r++) {
        const value = entering[r]!;
        const k = weights[r]! + c;
        s0 = (s0 + Math.imul(value, numbers[k]!)) | 0;
        s1 = (s1 + Math.imul(value, numbers[k + 1]!)) | 0;
        s2 = (s2 + Math.imul(value, numbers[k + 2]!)) | 0;
        s3 = (s3 + Math.imul(value, numbers[k + 3]!)) | 0;
      }
      sums[to + c]! += s0;
      sums[to + c + 1]! += s1;
      sums[to + c + 2]! += s2;
      sums[to + c + 3]! += s3;
    }
    for (; c < end; c++) {
      let sum = 0;
      for (let r = 0; r < held; r++) sum = (sum + Math.imul(entering[r]!, numbers[weights[r]! + c]!)) | 0;
      sums[to + c]! += sum;
    }
  }

  /** Keeps the greater one. */
  private keepColumns(held: number, to: number, first: number, end: number): void {
    const { entering, weights, numbers, sums, present } = this;
    for (let c = first; c < end; c++) {
      let sum = 0;
      for (let r = 0; r < held; r++) sum = (sum + Math.imul(entering[r]!, numbers[weights[r]! + c]!)) | 0;
      if (present[to + c] === 0 || sum > sums[to + c]!) sums[to + c] = sum;
    }
  }

  bitsOf(entry: number, lane: number): number {
    return this.sums[entry * this.pitch + lane]! >>> 0;
  }

  clear(entry: number): void {
    this.sums.fill(0, entry * this.pitch, (entry + 1) * this.pitch);
    this.present.fill(0, entry * this.pitch, (entry + 1) * this.pitch);
  }

  drain(entry: number, lanes: number, narrow: boolean, shift: number, to: DataView, at: number): void {
    const { sums, pitch } = this;
    for (let lane = 0; lane < lanes; lane++) {
      const sum = sums[entry * pitch + lane]!;
      if (narrow) to.setInt8(at + lane, narrowInt8(sum, shift));
      else to.setInt32(at + 4 * lane, sum, true);
    }
    this.clear(entry);
  }
}
