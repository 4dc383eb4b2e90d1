/** Below this, bf16 and fp32 numbers are zero. */
export const LEAST = 2 ** -126;

export const halfEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
};

/** The nearest bf16 number of an fp32 number: 8 significant bits, ties to even. */
export const nearestBf16 = (value: number): number => {
  const size = Math.abs(value);
  if (!(size >= LEAST)) return Number.isNaN(value) ? value : 0;
  if (size === Number.POSITIVE_INFINITY) return value;
  let unit = 2 ** (Math.floor(Math.log2(size)) - 7);
  if (size / unit >= 256) unit *= 2;
  if (size / unit < 128) unit /= 2;
  const rounded = halfEven(size / unit) * unit;
  return Math.sign(value) * (rounded < 2 ** 128 ? rounded : Number.POSITIVE_INFINITY);
};

/** An operand as it counts: subnormals are zero. */
export const operand = (value: number): number => (Math.abs(value) < LEAST ? 0 : value);

export const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
