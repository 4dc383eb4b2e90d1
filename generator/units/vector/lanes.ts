/** The arithmetic of the vector unit, bit for bit, on numbers that hold fp32 values exactly. */
import { add, flush, fp32Bits, fp32FromBits, SMALLEST_NORMAL } from '../../formats/numerics.js';

/** Product of two fp32 numbers, rounded to nearest even; one that is exactly below the smallest normal number is zero, of its sign. */
export const multiplyFp32 = (a: number, b: number): number => {
  const exact = a * b;
  return Math.abs(exact) < SMALLEST_NORMAL ? exact * 0 : Math.fround(exact);
};

export { add as addFp32 };

/** Upper halves of 1 / √x and of √x², as numbers, add up to about this. */
const ROOT = 0x5f37;

/** About 1 / √x, as the clip `root` has it: of the upper half of its bits. NaN where x is NaN, or has a sign. */
export const rootOf = (x: number): number => {
  if (Number.isNaN(x) || x < 0 || Object.is(x, -0)) return Number.NaN;
  return fp32FromBits((ROOT - (fp32Bits(x) >>> 17)) * 2 ** 16);
};

/** A constant of an instruction as a number. */
export const constantValue = (bits: number): number => flush(fp32FromBits(bits));
