import type { Layer } from '../../description/layer.js';
import { fp32FromBits } from '../../formats/numerics.js';
import type { Lowering } from './lowering.js';
import type { Channels, Key, VectorProgram } from './steps.js';
import { operation, program, sumProgram, zeroProgram } from './vectorPrograms.js';

/** So many pixels of one axis, a stride apart. */
interface Run {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** The windows of one axis that have a pixel at a tap: the first one, and their pixels. */
interface TapRun {
  readonly tap: number;
  readonly window: number;
  readonly pixels: Run;
}

/** Pixels of one axis that are as far behind a multiple of the stride, and the taps that meet some of them. */
interface Phase {
  readonly pixels: Run;
  readonly taps: readonly TapRun[];
}

interface Axis {
  readonly taps: number;
  readonly windows: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

const tapRun = (tap: number, { windows, size, stride, dilation, before }: Axis): TapRun => {
  const pixelOf = (window: number): number => window * stride + tap * dilation - before;
  let window = 0;
  while (window < windows && pixelOf(window) < 0) window++;
  let end = window;
  while (end < windows && pixelOf(end) < size) end++;
  return { tap, window, pixels: { first: pixelOf(window), step: stride, count: end - window } };
};

const phasesOf = (axis: Axis): readonly Phase[] => {
  const { size, stride } = axis;
  const runs = Array.from({ length: axis.taps }, (_, tap) => tapRun(tap, axis)).filter(
    ({ pixels }) => pixels.count > 0,
  );
  return Array.from({ length: Math.min(stride, size) }, (_, first) => ({
    pixels: { first, step: stride, count: Math.ceil((size - first) / stride) },
    taps: runs.filter(({ pixels }) => pixels.first % stride === first),
  }));
};

/** Pixels of each image. */
interface Area {
  readonly rows: Run;
  readonly columns: Run;
}

/** A tap of both axes. */
interface Tap {
  readonly row: TapRun;
  readonly column: TapRun;
}

const areaOf = ({ row, column }: Tap): Area => ({ rows: row.pixels, columns: column.pixels });

const sizeOf = ({ rows, columns }: Area): number => rows.count * columns.count;

const countUpTo = ({ first, step }: Run, pixel: number): number => (pixel - first) / step;

const cut = ({ first, step }: Run, from: number, to: number): Run => ({
  first: first + from * step,
  step,
  count: to - from,
});

/** An area without a part of it, as up to four areas. */
const without = (whole: Area, { rows, columns }: Area): readonly Area[] => {
  const [top, left] = [countUpTo(whole.rows, rows.first), countUpTo(whole.columns, columns.first)];
  const areas = [
    { rows: cut(whole.rows, 0, top), columns: whole.columns },
    { rows, columns: cut(whole.columns, 0, left) },
    { rows, columns: cut(whole.columns, left + columns.count, whole.columns.count) },
    { rows: cut(whole.rows, top + rows.count, whole.rows.count), columns: whole.columns },
  ];
  return areas.filter((area) => sizeOf(area) > 0);
};

/** The tap that meets most of an area's pixels first, that with the next most last: what these leave out takes steps of its own. */
const inOrder = (taps: readonly Tap[]): readonly Tap[] => {
  const [first, last, ...others] = [...taps].sort((a, b) => sizeOf(areaOf(b)) - sizeOf(areaOf(a)));
  return [first, ...others, last].filter((tap) => tap !== undefined);
};

/** Constant 3 of a program with tags: its lower half is the tap, as EXEC with maximum has it. */
const tagOf = (kh: number, kw: number): number => fp32FromBits((0x3f800000 | (kh << 8) | kw) >>> 0);

const share = ({ row, column }: Tap, parts: Partial<VectorProgram>): VectorProgram => {
  const won = { p: 'dynamic0', q: 'tag', gate: 'q' } as const;
  const operations = parts.streams?.stationary1
    ? [operation({ ...won, write: 0 }), operation({ p: 'register', pRegister: 0, q: 'stationary1', output: 0 })]
    : [operation({ ...won, output: 0 })];
  return program('share of a tap', { ...parts, operations, constants: [0, 0, 0, tagOf(row.tap, column.tap)] });
};

/**
 * Emits the gradient of a maximum over windows: tap by tap, each window's gradient to the pixel at that tap, where it won. Pixels that several
 * taps meet add theirs in fp32: the first tap's need no zeros before, and the sum of the last is stored as what is asked for.
 * @param words value and tap of each window, as EXEC with maximum leaves them.
 */
export const lowerMaximumGradient = (
  lowering: Lowering,
  name: string,
  { B, H, W, C, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo }: Layer,
  words: Key,
  gradient: Key,
  to: Key,
): void => {
  const step = ({ rows, columns }: Area, made: VectorProgram): void => {
    const grid = { images: B, rows: rows.count, columns: columns.count };
    const pixels = B * grid.rows * grid.columns;
    lowering.steps.push({ kind: 'elementwise', operation: name, pixels, channels: C, grid, program: made });
  };
  const within = (key: Key, { rows, columns }: Area): Channels => {
    const walk = { from: rows.first * W + columns.first, image: H * W, row: rows.step * W, column: columns.step };
    return { key, first: 0, walk };
  };
  const shares = (tap: Tap, from: Key | undefined, into: Key): void => {
    const area = areaOf(tap);
    const walk = { from: tap.row.window * Wo + tap.column.window, image: Ho * Wo, row: Wo, column: 1 };
    const streams = {
      dynamic0: { key: gradient, first: 0, walk },
      stationary0: { key: words, first: 0, walk },
      ...(from === undefined ? {} : { stationary1: within(from, area) }),
    };
    step(area, share(tap, { streams, outputs: [within(into, area)] }));
  };
  const zeros = (area: Area, key: Key): void => step(area, zeroProgram(within(key, area)));

  const rowPhases = phasesOf({ taps: Kh, windows: Ho, size: H, stride: Sh, dilation: Dh, before: Pt });
  const columnPhases = phasesOf({ taps: Kw, windows: Wo, size: W, stride: Sw, dilation: Dw, before: Pl });
  const phases = rowPhases.flatMap((row) =>
    columnPhases.map((column) => ({
      area: { rows: row.pixels, columns: column.pixels },
      taps: inOrder(row.taps.flatMap((one) => column.taps.map((other) => ({ row: one, column: other })))),
    })),
  );
  const adds = phases.some(({ taps }) => taps.length > 1);
  const sums = adds ? lowering.scratch(`gradient by ${name}, sums`, [B, H, W, C], 'fp32') : to;
  for (const { area, taps } of phases) {
    const [first, last] = [taps[0], taps.at(-1)];
    if (!first || !last) {
      zeros(area, to);
      continue;
    }
    const alone = first === last;
    for (const rest of without(area, areaOf(first))) zeros(rest, alone ? to : sums);
    for (const tap of taps) shares(tap, tap === first ? undefined : sums, tap === last ? to : sums);
    if (alone) continue;
    for (const rest of without(area, areaOf(last)))
      step(rest, sumProgram('copy', within(sums, rest), undefined, within(to, rest)));
  }
};
