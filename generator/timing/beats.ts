/** How often each value of (index · stride) modulo `beat` occurs for index 0…count−1. */
const residues = (count: number, stride: number, beat: number): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  const step = ((stride % beat) + beat) % beat;
  // the residues repeat after at most `beat` steps
  const period = Math.min(count, step === 0 ? 1 : beat);
  for (let i = 0; i < period; i++) {
    const times = Math.floor((count - 1 - i) / period) + 1;
    const residue = (i * step) % beat;
    found.set(residue, (found.get(residue) ?? 0) + times);
  }
  return found;
};

/**
 * Bus beats of a strided copy: rows of `bytes` at address + i1·stride1 + i2·stride2, each from its first beat to its last.
 * Exact for any alignment; all sizes and strides in bytes, `beat` a power of two.
 */
export const copyBeats = (
  address: number,
  bytes: number,
  [n1, stride1]: readonly [number, number],
  [n2, stride2]: readonly [number, number],
  beat: number,
): number => {
  let beats = 0;
  for (const [r2, times2] of residues(n2, stride2, beat)) {
    for (const [r1, times1] of residues(n1, stride1, beat)) {
      beats += times1 * times2 * Math.ceil((((address + r1 + r2) % beat) + bytes) / beat);
    }
  }
  return beats;
};
