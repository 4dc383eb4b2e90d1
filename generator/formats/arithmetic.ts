/** What an accelerator has room for: lanes of the array, elements of its buffers, entries of its accumulator. */
export interface ArithmeticSizes {
  readonly rows: number;
  readonly columns: number;
  readonly dynamicElements: number;
  readonly stationaryElements: number;
  readonly accumulatorDepth: number;
}

/** One operand buffer: elements as stored, and for each 0 before it was ever written. */
export interface OperandBuffer {
  readonly stored: Uint8Array | Uint16Array;
  readonly written: Uint8Array;
  /** Element addresses are taken modulo the size: `address & mask`. */
  readonly mask: number;
  /** Where its elements lie among `numbers`. */
  readonly at: number;
}

/** Records of 32-bit integers, one after the other. */
export interface Records {
  readonly words: Int32Array;
  readonly size: number;
  /** So many at most. */
  readonly most: number;
}

/** Words of a record of `rows`: a row of the array. */
export const Row = {
  /** What an item's address is added to: the element of the dynamic buffer that enters it. */
  address: 0,
  /** Where its weights lie among `numbers`. */
  weights: 1,
  /** It is held for items whose lane is at or behind `first` and before `end`; otherwise it adds nothing. */
  first: 2,
  end: 3,
} as const;

/** Words of a record of `items`: what the array makes for one entry of the accumulator. */
export const Item = {
  address: 0,
  lane: 1,
  /** It sums from row `first` down to before row `end`. */
  first: 2,
  end: 3,
  entry: 4,
  /** Columns from one to before another take the sum; those of the others keep theirs. */
  firstColumn: 5,
  endColumn: 6,
} as const;

export const ROW_WORDS = 4;
export const ITEM_WORDS = 7;
/** Items at once, at most. */
export const MOST_ITEMS = 1024;

/** The array and the accumulator in one number format. `sums` holds the accumulator, entry by entry at `pitch`. */
export interface Arithmetic {
  readonly dynamic: OperandBuffer;
  readonly stationary: OperandBuffer;
  readonly pitch: number;
  /** Operands of both buffers, and of the block: one that the buffers do not hold as the array takes it, row by row at `pitch`. */
  readonly numbers: Int32Array | Float32Array;
  /** Where the block lies among `numbers`. */
  readonly blockAt: number;
  readonly sums: Int32Array | Float32Array;
  /** What stands for a structural zero in the block. */
  readonly structuralZero: number;
  /** What {@link stream} works on. */
  readonly rows: Records;
  readonly items: Records;
  /** Writes the elements of `bytes` to a buffer, from `element` on. */
  write(buffer: OperandBuffer, element: number, bytes: Uint8Array): void;
  /**
   * Takes notice of the operands that a stream will read: those of the records' addresses, from `first` to before `end`. Returns how many records there are
   * before one that reads what was never written.
   */
  check(records: Records, count: number): number;
  /**
   * Carries out so many items on so many rows. Columns from `width` on make no sum. With `tap` lanes keep, in place of adding, the greater of what they hold
   * and {upper 16 bits of the sum, `tap`}, which `Exec.maximum` describes; only formats whose sums have such halves can.
   */
  stream(rows: number, items: number, width: number, tap?: number): void;
  /** The 32 bits of a lane. */
  bitsOf(entry: number, lane: number): number;
  /** The entry holds nothing any more. */
  clear(entry: number): void;
  /** Writes the low lanes of an entry to memory, as operands (`narrow`) or 32-bit sums, and clears the entry. */
  drain(entry: number, lanes: number, narrow: boolean, shift: number, to: DataView, at: number): void;
}

/** Lanes with padding, so that loops over so many at a time need no tail. */
export const paddedLanes = (columns: number, unroll: number): number => Math.ceil(columns / unroll) * unroll;

/** The first record of which a buffer lacks an element that it reads, or `count`. */
export const firstUnwritten = ({ words, size }: Records, count: number, { written, mask }: OperandBuffer): number => {
  for (let index = 0, at = 0; index < count; index++, at += size) {
    const address = words[at]!;
    for (let lane = words[at + 2]!; lane < words[at + 3]!; lane++)
      if (written[(address + lane) & mask] === 0) return index;
  }
  return count;
};
