/** Edit distance (insert, delete, replace) between two short words. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
};

/** The option that a mistyped word most likely meant, or nothing when none is near. */
export const closest = (word: string, options: readonly string[]): string | undefined => {
  const lower = word.slice(0, 100).toLowerCase();
  const ranked = options
    .map((option) => ({ option, far: distance(lower, option.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  return best && best.far <= Math.max(2, Math.floor(best.option.length / 2)) ? best.option : undefined;
};
