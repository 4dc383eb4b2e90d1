import { add, bf16AtMultiplier, fp32Bits, fp32FromBits, multiply } from '../../formats/numerics.js';
import { multiplyFp32 } from '../../units/vector/lanes.js';
import { hex, randomWords } from './random.js';

type Pair = readonly [number, number];

/** fp32 patterns at the corners: zeros, subnormals, the ends of the normals, ties, infinities, NaNs. */
export const corners: readonly number[] = [
  0, 1, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x01000000, 0x0c000000, 0x33800000, 0x33ffffff, 0x34000000,
  0x3f7fffff, 0x3f800000, 0x3f800001, 0x3f800002, 0x3fffffff, 0x40000000, 0x4b7fffff, 0x4b800000, 0x4b800001,
  0x7e7fffff, 0x7e800000, 0x7effffff, 0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff,
  0x7fc00000, 0x7fffffff,
].flatMap((bits) => [bits, (bits | 0x80000000) >>> 0]);

const pattern = (sign: number, exponent: number, fraction: number): number =>
  ((sign << 31) | (exponent << 23) | (fraction & 0x7fffff)) >>> 0;

const clampExponent = (exponent: number): number => Math.max(0, Math.min(255, exponent));

/** Fractions whose sums tie, carry or cancel more often than random ones do. */
const fraction = (next: () => number): number => {
  const word = next();
  switch (next() & 3) {
    case 0:
      return word;
    case 1:
      return -1 << (word % 24);
    case 2:
      return (1 << (word % 24)) - 1;
    default:
      return 1 << (word % 24);
  }
};

/** Kinds of operand pairs for the adder, used in turn. */
const kinds: readonly ((next: () => number) => Pair)[] = [
  // any two patterns
  (next) => [next(), next()],
  // every exponent difference
  (next) => {
    const difference = next() % 256;
    const low = next() % (256 - difference);
    return [pattern(next() & 1, low + difference, fraction(next)), pattern(next() & 1, low, fraction(next))];
  },
  // the differences at which the smaller operand still counts, half of them the other way round
  (next) => {
    const low = 1 + (next() % 220);
    const pair: Pair = [
      pattern(next() & 1, low + (next() % 30), fraction(next)),
      pattern(next() & 1, low, fraction(next)),
    ];
    return next() & 1 ? pair : [pair[1], pair[0]];
  },
  // cancellation: opposite signs, a few units apart
  (next) => {
    const a = pattern(next() & 1, 1 + (next() % 254), fraction(next));
    return [a, ((a ^ 0x80000000) + (next() % 9) - 4) >>> 0];
  },
  // cancellation across a binade
  (next) => {
    const exponent = 2 + (next() % 252);
    return [pattern(0, exponent, next() & 7), pattern(1, exponent - 1, -1 - (next() & 7))];
  },
  // ties: the smaller operand ends at half a unit of the larger, or one bit beside it
  (next) => {
    const exponent = 30 + (next() % 220);
    const distance = 1 + (next() % 24);
    const half = (1 << (distance - 1)) + (next() % 3) - 1;
    return [pattern(next() & 1, exponent, next()), pattern(next() & 1, exponent - distance, half)];
  },
  // results about the smallest normal
  (next) => [
    pattern(next() & 1, next() % 30, fraction(next)),
    pattern(next() & 1, clampExponent(next() % 30), fraction(next)),
  ],
  // results about the largest number
  (next) => [
    pattern(next() & 1, 252 + (next() % 3), fraction(next)),
    pattern(next() & 1, 229 + (next() % 26), fraction(next)),
  ],
];

/** All pairs of corners; where they would take more than half of `count`, as many drawn from them. */
const cornerPairs = (from: readonly number[], next: () => number, count: number): Pair[] => {
  if (2 * from.length ** 2 <= count) return from.flatMap((a) => from.map((b): Pair => [a, b]));
  const drawn = (): number => from[next() % from.length]!;
  return Array.from({ length: count >> 1 }, (): Pair => [drawn(), drawn()]);
};

const adderPairs = (next: () => number, count: number): readonly Pair[] => {
  const pairs = cornerPairs(corners, next, count);
  for (let i = 0; pairs.length < count; i++) pairs.push(kinds[i % kinds.length](next));
  return pairs;
};

/** One line `a b sum` for each vector of the adder's bench, 32 bits each. */
export const adderVectors = (seed: number, count: number): string =>
  adderPairs(randomWords(seed), count)
    .map(([a, b]) => `${hex(a, 8) + hex(b, 8) + hex(fp32Bits(add(fp32FromBits(a), fp32FromBits(b))), 8)}\n`)
    .join('');

/** Fractions of so many bits, the first and the last of which are ones. */
const fractionOf = (next: () => number, bits: number): number => {
  const whole = (1 << (bits - 1)) | 1 | (next() & ((1 << (bits - 1)) - 1));
  return (whole << (24 - bits)) & 0x7fffff;
};

/** Kinds of operand pairs for the fp32 multiplier, used in turn. */
const productKinds: readonly ((next: () => number) => Pair)[] = [
  // any two patterns
  (next) => [next(), next()],
  // any two numbers whose product is one
  (next) => {
    const exponent = 1 + (next() % 254);
    const other = clampExponent(127 - exponent + 1 + (next() % 254));
    return [pattern(next() & 1, exponent, fraction(next)), pattern(next() & 1, other, fraction(next))];
  },
  // ties: products of 25 bits, or of one more or less
  (next) => {
    const bits = 2 + (next() % 22);
    const other = Math.max(1, Math.min(24, 25 - bits + (next() % 3)));
    return [
      pattern(next() & 1, 64 + (next() % 128), fractionOf(next, bits)),
      pattern(next() & 1, 64 + (next() % 128), fractionOf(next, other)),
    ];
  },
  // products just below and just above a power of two
  (next) => {
    const fraction = next() & 0x7fffff;
    const reciprocal = Math.round(2 ** 47 / (0x800000 + fraction)) - 0x800000 + (next() % 5) - 2;
    return [pattern(next() & 1, 90 + (next() % 80), fraction), pattern(next() & 1, 100, reciprocal)];
  },
  // about the smallest normal number
  (next) => {
    const exponent = 1 + (next() % 127);
    const [one, other] = next() & 1 ? [next(), -1 - (next() % 4)] : [fraction(next), fraction(next)];
    return [pattern(next() & 1, exponent, one), pattern(next() & 1, 127 - exponent + (next() % 3), other)];
  },
  // about the largest number
  (next) => {
    const exponent = 128 + (next() % 127);
    const other = 380 - exponent + (next() % 3);
    return [pattern(next() & 1, exponent, fraction(next)), pattern(next() & 1, clampExponent(other), fraction(next))];
  },
];

/** One line `a b product` for each vector of the fp32 multiplier's bench, 32 bits each. */
export const productVectors = (seed: number, count: number): string => {
  const next = randomWords(seed);
  const pairs = cornerPairs(corners, next, count);
  for (let i = 0; pairs.length < count; i++) pairs.push(productKinds[i % productKinds.length](next));
  return pairs
    .map(([a, b]) => `${hex(a, 8) + hex(b, 8) + hex(fp32Bits(multiplyFp32(fp32FromBits(a), fp32FromBits(b))), 8)}\n`)
    .join('');
};

const halfCorners: readonly number[] = [
  0, 1, 2, 0x40, 0x7e, 0x7f, 0x80, 0x81, 0xff, 0x100, 0x1f80, 0x1fff, 0x2000, 0x3f00, 0x3f7f, 0x3f80, 0x3f81, 0x3fff,
  0x4000, 0x5f00, 0x5f7f, 0x5f80, 0x5fff, 0x7f00, 0x7f7f, 0x7f80, 0x7f81, 0x7fbf, 0x7fc0, 0x7fff,
].flatMap((bits) => [bits, bits | 0x8000]);

const multiplierPairs = (next: () => number, count: number): readonly Pair[] => {
  const pairs = cornerPairs(halfCorners, next, count);
  while (pairs.length < count) {
    const word = next();
    const a = word & 0xffff;
    // every third product lies about the smallest normal, every third about the largest number
    const aim = [next() % 256, 127 - ((a >> 7) & 0xff) + (next() % 3), 381 - ((a >> 7) & 0xff) + (next() % 3)][
      pairs.length % 3
    ];
    pairs.push([a, ((word >>> 16) & 0x807f) | (clampExponent(aim) << 7)]);
  }
  return pairs;
};

/** One line `a b product` for each vector of the multiplier's bench: 16, 16 and 32 bits. */
export const multiplierVectors = (seed: number, count: number): string =>
  multiplierPairs(randomWords(seed), count)
    .map(
      ([a, b]) => `${hex(a, 4) + hex(b, 4) + hex(fp32Bits(multiply(bf16AtMultiplier(a), bf16AtMultiplier(b))), 8)}\n`,
    )
    .join('');
