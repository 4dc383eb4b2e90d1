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

/** Cuts 0…whole−1 into a first range of its own size, and ranges of a size behind it. */
export const cutBehind = (whole: number, lead: number, size: number): readonly Range[] => {
  const first = { first: 0, last: Math.min(lead, whole) - 1 };
  return [
    first,
    ...cut(whole - first.last - 1, size).map((part) => ({ first: part.first + lead, last: part.last + lead })),
  ];
};

/** Cuts a range into ranges of a size; the last may be shorter. */
export const cutRange = ({ first, last }: Range, size: number): readonly Range[] =>
  cut(last - first + 1, size).map((part) => ({ first: first + part.first, last: first + part.last }));
