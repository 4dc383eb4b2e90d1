/** Bits needed to count 0…count−1; at least 1. */
export const bitsFor = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));
