/** Seeded 32-bit generator (mulberry32); the same seed gives the same numbers everywhere. */
export const randomWords = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
};

/** Uniform over −128…127. */
export const randomInt8 = (length: number, seed: number): Int8Array => {
  const next = randomWords(seed);
  return Int8Array.from({ length }, () => next() >>> 24);
};
