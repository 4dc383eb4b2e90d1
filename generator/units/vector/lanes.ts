/** The arithmetic of the vector unit, bit for bit, on numbers that hold fp32 values exactly. */
import { add, flush, fp32FromBits, SMALLEST_NORMAL } from '../../formats/numerics.js';

/** Product of two fp32 numbers, rounded to nearest even; one that is exactly below the smallest normal number is zero, of its sign. */
export const multiplyFp32 = (a: number, b: number): number => {
  const exact = a * b;
  return Math.abs(exact) < SMALLEST_NORMAL ? exact * 0 : Math.fround(exact);
};

export { add as addFp32 };

/** A constant of an instruction as a number. */
export const constantValue = (bits: number): number => flush(fp32FromBits(bits));
