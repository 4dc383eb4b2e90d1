/**
 * The arithmetic of the hardware, bit for bit. Numbers are JavaScript numbers that hold fp32 values exactly; subnormals are
 * signed zero wherever they appear, and every NaN has one pattern.
 */

/** Bits of a rounded number, and whether rounding changed its value. */
export interface Rounded {
  readonly bits: number;
  readonly changed: boolean;
}

/** Smallest normal fp32 and bf16 number. */
export const SMALLEST_NORMAL = 2 ** -126;

/**
 * A structural zero among bf16 operands: a subnormal, which no operand is. On the way to the multiplier it is the pattern
 * 0x0001; there, any subnormal with that bit is one, as the address generators clear it in data.
 */
export const STRUCTURAL_ZERO = 2 ** -133;

export const FP32_NAN = 0x7fc00000;
export const BF16_NAN = 0x7fc0;

const word = new DataView(new ArrayBuffer(4));

/** Subnormals become zero of the same sign; everything else stays. */
export const flush = (value: number): number => (Math.abs(value) < SMALLEST_NORMAL ? value * 0 : value);

/** Bits of an fp32 number. */
export const fp32Bits = (value: number): number => {
  if (Number.isNaN(value)) return FP32_NAN;
  word.setFloat32(0, flush(value));
  return word.getUint32(0);
};

/** The number that an fp32 register holds. */
export const fp32FromBits = (bits: number): number => {
  word.setUint32(0, bits);
  return flush(word.getFloat32(0));
};

/** The number that a bf16 operand holds. */
export const bf16FromBits = (bits: number): number => fp32FromBits(bits * 0x10000);

/** The number that a bf16 pattern is to the multiplier, structural zeros among them. */
export const bf16AtMultiplier = (bits: number): number =>
  (bits & 0x7f81) === 1 ? STRUCTURAL_ZERO : bf16FromBits(bits);

/** Bits of an fp32 number rounded to bf16, to nearest even. */
export const bf16Bits = (value: number): number => {
  if (Number.isNaN(value)) return BF16_NAN;
  const bits = fp32Bits(value);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
};

/** An fp32 number as a bf16 operand. A NaN stays a NaN, which is no change; a subnormal that becomes zero is one. */
export const roundToBf16 = (value: number): Rounded => {
  const bits = bf16Bits(value);
  return { bits, changed: !Number.isNaN(value) && bf16FromBits(bits) !== value };
};

/**
 * Product of two bf16 numbers: exact in fp32, unless it overflows to infinity or is flushed. That of a structural zero is −0,
 * which changes no sum, whatever the other one is.
 */
export const multiply = (x: number, w: number): number =>
  x === STRUCTURAL_ZERO || w === STRUCTURAL_ZERO ? -0 : flush(Math.fround(x * w));

/** Sum of two fp32 numbers, rounded to nearest even. */
export const add = (a: number, b: number): number => flush(Math.fround(a + b));

/** One step down the array in bf16, {@link add} of a partial sum and a product of {@link multiply}: in one piece, as models spend their time here. */
export const macBf16 = (sum: number, x: number, w: number): number => {
  let product = x === STRUCTURAL_ZERO || w === STRUCTURAL_ZERO ? -0 : Math.fround(x * w);
  if (product !== 0 && Math.abs(product) < SMALLEST_NORMAL) product *= 0;
  const next = Math.fround(sum + product);
  return next !== 0 && Math.abs(next) < SMALLEST_NORMAL ? next * 0 : next;
};

/** One step down the array in int8: wraps to int32. */
export const macInt8 = (sum: number, x: number, w: number): number => (sum + Math.imul(x, w)) | 0;

/** An int32 sum as an int8 operand: round-half-even(sum / 2^shift), saturated. */
export const narrowInt8 = (sum: number, shift: number): number => {
  const quotient = sum / 2 ** shift;
  const floor = Math.floor(quotient);
  const rest = quotient - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return Math.max(-128, Math.min(127, rounded));
};
