/** Seeded 32-bit words (mulberry32). */
export const randomWords = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
};

/** `digits` lower-case hexadecimal digits. */
export const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
