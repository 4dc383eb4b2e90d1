import type { Range } from './axis.js';

/** Sizes to try for something that may be cut: all of it, then halves, each rounded up to the unit, ending with one unit. */
export const shrink = (whole: number, unit = 1): readonly number[] => {
  const sizes: number[] = [];
  let size = whole;
  for (;;) {
    sizes.push(size);
    if (size <= unit) return sizes;
    const half = Math.ceil(size / 2 / unit) * unit;
    if (half >= size) return sizes;
    size = half;
  }
};

/** Cuts 0…whole−1 into ranges of a size; the last may be shorter. */
export const cut = (whole: number, size: number): readonly Range[] =>
  Array.from({ length: Math.ceil(whole / size) }, (_, i) => ({
    first: i * size,
    last: Math.min(whole, (i + 1) * size) - 1,
  }));

/** Cuts 0…whole−1 into ranges of a size; the first may be shorter. */
export const cutShortFirst = (whole: number, size: number): readonly Range[] =>
  cut(whole, size)
    .map(({ first, last }) => ({ first: whole - 1 - last, last: whole - 1 - first }))
    .reverse();

/** Cuts 0…whole−1 into a first range of so many, each further one twice as long, up to a size. */
export const cutGrowing = (whole: number, lead: number, size: number): readonly Range[] => {
  const ranges: Range[] = [];
  for (let [first, length] = [0, lead]; first < whole; first += length, length = Math.min(size, 2 * length)) {
    ranges.push({ first, last: Math.min(whole, first + length) - 1 });
  }
  return ranges;
};

/** Cuts a range into ranges of a size; the last may be shorter. */
export const cutRange = ({ first, last }: Range, size: number): readonly Range[] =>
  cut(last - first + 1, size).map((part) => ({ first: first + part.first, last: first + part.last }));
