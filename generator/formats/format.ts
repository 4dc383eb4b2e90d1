import type { Arithmetic, ArithmeticSizes } from './arithmetic.js';

/** All number formats. */
export const FORMATS = Object.freeze(['int8', 'bf16'] as const);
/** int8: int8 operands, int32 sums; bf16: bf16 operands, fp32 sums. */
export type Format = (typeof FORMATS)[number];

/** Values as numbers, exact in their format. */
export type Values = Int8Array | Int32Array | Float32Array;

/** Elements in memory, little-endian. */
export interface ElementFormat<V extends Values = Values> {
  readonly name: string;
  readonly bits: number;
  /** Bits as they lie in memory → the values. */
  readonly unpack: (bytes: Uint8Array) => V;
  /** The value of one pattern, as a person reads it. */
  readonly text: (bits: bigint) => string;
}

/** Elements of an operand: what the buffers hold, and what narrow results are. */
export interface OperandFormat<V extends Int8Array | Float32Array = Int8Array | Float32Array> extends ElementFormat<V> {
  /** Values → as they lie in memory, subnormals among them. */
  pack(values: V): Uint8Array;
  /** Seeded values, from 32 random bits each. */
  readonly random: (length: number, next: () => number) => V;
}

/**
 * All that there is to know of a number format. Whatever depends on the format asks this value: to add one, write it, name it
 * in {@link Format} and `formats`, and write its blocks.
 */
export interface NumberFormat {
  readonly name: Format;
  /** Each operand's own; the buffers' and the DMA's sizes follow. */
  readonly operands: { readonly dynamic: OperandFormat; readonly stationary: OperandFormat };
  /** What the array sums in, and what narrow results are. */
  readonly sum: ElementFormat;
  /** Bits of the sum of so many products, as the array hands it on; the accumulator widens it to `sum`. */
  readonly partialBits: (products: number) => number;
  readonly result: OperandFormat;
  /** Cycles of one addition: what the adder can be built with, and what it is when nobody says. */
  readonly addStages: { readonly least: number; readonly most: number; readonly usual: number };
  /** Whether narrow results are divided by a power of two. */
  readonly shifts: boolean;
  /** Whether sums are exact, so that results are equal or wrong; else they lie within a bound of the plain loops. */
  readonly exact: boolean;
  /** Whether there are infinities and NaNs, and zeros that are data must be told from structural ones. */
  readonly special: boolean;
  /** Blocks that only this format needs. */
  readonly blocks: readonly string[];
  /** In words, what becomes of sums, and of sums in the operand format. */
  readonly sumText: string;
  readonly resultText: (shift: number) => string;
  /** The bit-exact array and accumulator. */
  readonly arithmetic: (sizes: ArithmeticSizes) => Arithmetic;
}

/** How results are written. */
export interface ResultFormat {
  /** In the operand format; otherwise in the accumulator format. */
  readonly narrow: boolean;
  /** int8 results are sums divided by 2^shift. */
  readonly shift: number;
}
