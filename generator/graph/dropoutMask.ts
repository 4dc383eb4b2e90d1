const WORDS = 2 ** 32;

/** The finisher of MurmurHash3: every bit of the word moves every other. */
const mixed = (word: number): number => {
  let value = word;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
};

/** What a dropout's mask takes of its operation's name: FNV-1a of it in UTF-8. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};

/** The least random word of 2^32 that keeps a value, by the rate. */
export const leastKept = (rate: number): number => Math.round(rate * WORDS);

/**
 * Which values a dropout keeps: all that need be known to make the same mask elsewhere, in any order. In 32-bit words, with
 * `mix` the finisher of MurmurHash3 and `hash` FNV-1a of the operation's name in UTF-8:
 * key = mix(seed + mix(hash)); word(i) = mix(mix(i · 0x9e3779b9 + key) xor hash); value i is kept where word(i) ≥ round(rate · 2^32).
 * @param seed of one training step, 0 to 2^32 − 1; another seed makes another mask.
 * @param operation its name.
 * @returns whether the value at an index of the flat tensor is kept.
 * @throws RangeError for another seed, or a rate outside 0…1.
 */
export const dropoutMask = (seed: number, operation: string, rate: number): ((index: number) => boolean) => {
  if (!Number.isInteger(seed) || seed < 0 || seed >= WORDS) throw new RangeError(`${seed} is no seed of 32 bits`);
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`${operation}: a rate of ${rate} is outside 0…1`);
  const hash = hashOf(operation);
  const key = mixed(seed + mixed(hash));
  const least = leastKept(rate);
  return (index) => mixed(mixed(Math.imul(index, 0x9e3779b9) + key) ^ hash) >= least;
};
