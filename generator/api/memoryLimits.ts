/** Settings of the memory model: least and most. Only the bytes of a cycle may have a fraction. */
export const MEMORY_LIMITS = {
  readLatency: { least: 1, most: 100_000 },
  writeLatency: { least: 1, most: 100_000 },
  bytesPerCycle: { least: 1, most: 1024 },
  stallPercent: { least: 0, most: 95 },
} as const;
