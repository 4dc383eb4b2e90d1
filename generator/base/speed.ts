/** Thousands of simulated cycles a second, to three digits however slow the simulator is. */
export const kilocycles = (perSecond: number): number => Number((perSecond / 1000).toPrecision(3));

/** The same in words, in the unit that leaves something to see; nothing where no time was measured. */
export const speedText = (perSecond: number): string | undefined => {
  if (!(perSecond > 0)) return undefined;
  const [value, unit] = perSecond < 10_000 ? [perSecond, 'cycles/s'] : [perSecond / 1000, 'kcycles/s'];
  const digits = value < 10 ? 1 : 0;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits })} ${unit}`;
};
