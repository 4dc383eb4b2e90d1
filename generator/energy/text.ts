import { fixed, withUnit } from '../base/numbers.js';

const UNITS = ['pJ', 'nJ', 'µJ', 'mJ', 'J', 'kJ'] as const;

/** Picojoules in three digits and a unit of their size: 450 µJ, 1.36 mJ. */
export const energyText = (picojoules: number): string => {
  let [value, unit] = [picojoules, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return withUnit(fixed(value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2), UNITS[unit]!);
};
