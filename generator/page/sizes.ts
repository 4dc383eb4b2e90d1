const UNITS = ['B', 'KiB', 'MiB'] as const;

/** Bytes as 128 KiB; all sizes of memories are whole in their unit, or exact with one decimal. */
export const byteSize = (bytes: number): string => {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${Number(value.toFixed(1)).toLocaleString('en-US')} ${UNITS[unit]}`;
};
