/** What an accelerator has room for: lanes of the array, elements of its buffers, entries of its accumulator. */
export interface ArithmeticSizes {
  readonly rows: number;
  readonly columns: number;
  readonly dynamicElements: number;
  readonly stationaryElements: number;
  readonly accumulatorDepth: number;
}

/** One operand buffer: elements as stored, as numbers, and what is known of each: 0 before it was ever written, else its scale, as the format has it. */
export interface OperandBuffer {
  readonly stored: Uint8Array | Uint16Array;
  readonly values: Int8Array | Float32Array;
  readonly written: Uint8Array;
  /** Least and greatest scale of the elements that EXECs have read. */
  least: number;
  most: number;
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
  /** Says that an EXEC has read elements of a scale beyond all before. */
  widened(): void;
  /** Carries out an EXEC; perhaps again from the start, with sums as they were, when scales turn out to be beyond what it began with. */
  attempt(run: () => void): void;
  /** What stands for a structural zero in the block and in dynamic vectors, given all that EXECs have read. */
  structuralZero(): number;
  /** True when rows of zeros cannot change a sum, given all that EXECs have read. */
  zerosAreIdle(): boolean;
  /** entry += Σ over rows of x[xAt + row] · block[row], from row 0 down. */
  multiply(x: Int8Array | Float32Array, xAt: number, rows: number, entry: number): void;
  /** The same for columns `first` to before `end` alone; the others keep their sums. */
  multiplyLanes(
    x: Int8Array | Float32Array,
    xAt: number,
    rows: number,
    entry: number,
    first: number,
    end: number,
  ): void;
  /** What summing zeros does: lanes `first` to before `end` of the entry hold a sum, if they did not. */
  touch(entry: number, first: number, end: number): void;
  /**
   * In place of adding: every lane of the entry keeps the greater of what it holds and {upper 16 bits of the sum over rows, `tap`}, which `Exec.maximum`
   * describes. Only formats whose sums have such halves.
   */
  maximize?(x: Int8Array | Float32Array, xAt: number, rows: number, entry: number, tap: number): void;
  /** The 32 bits of a lane. */
  bitsOf(entry: number, lane: number): number;
  /** The entry holds nothing any more. */
  clear(entry: number): void;
  /** Writes the low lanes of an entry to memory, as operands (`narrow`) or 32-bit sums, and clears the entry. */
  drain(entry: number, lanes: number, narrow: boolean, shift: number, to: DataView, at: number): void;
}

/** Lanes with padding, so that loops over so many at a time need no tail. */
export const paddedLanes = (columns: number, unroll: number): number => Math.ceil(columns / unroll) * unroll;
