/**
 * Which of some points no other one beats: another beats a point when it is at most as much in every figure and less in one.
 * Equal points do not beat each other.
 * @param figures of each point, in one order; less is better.
 * @returns whether each point is on the front.
 */
export const paretoFront = (figures: readonly (readonly number[])[]): readonly boolean[] => {
  // whatever beats a point comes before it in this order
  const order = figures.map((_, index) => index).sort((a, b) => compare(figures[a]!, figures[b]!));
  const front: number[] = [];
  const isOnFront = figures.map(() => false);
  for (const index of order) {
    const own = figures[index]!;
    if (front.some((other) => beats(figures[other]!, own))) continue;
    front.push(index);
    isOnFront[index] = true;
  }
  return isOnFront;
};

/** By the first figure that differs. */
const compare = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
};

const beats = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
