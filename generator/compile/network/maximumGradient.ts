import type { Layer } from '../../description/layer.js';
import { fp32FromBits } from '../../formats/numerics.js';
import type { Lowering } from './lowering.js';
import { all, type Grid, type Key, type VectorProgram, type Walk } from './steps.js';
import { operation, program, sumProgram, zeroProgram } from './vectorPrograms.js';

/** Windows of one axis that have a pixel at a tap: the first one, and how many follow it; and its pixel in the first. */
interface Windows {
  readonly first: number;
  readonly count: number;
  readonly pixel: number;
}

const windowsAt = (
  tap: number,
  outputs: number,
  size: number,
  stride: number,
  dilation: number,
  before: number,
): Windows => {
  const pixelOf = (window: number): number => window * stride + tap * dilation - before;
  let first = 0;
  while (first < outputs && pixelOf(first) < 0) first++;
  let end = first;
  while (end < outputs && pixelOf(end) < size) end++;
  return { first, count: end - first, pixel: pixelOf(first) };
};

/** Constant 3 of a program with tags: its lower half is the tap, as EXEC with maximum has it. */
const tagOf = (kh: number, kw: number): number => fp32FromBits((0x3f800000 | (kh << 8) | kw) >>> 0);

const share = (kh: number, kw: number, parts: Partial<VectorProgram>, adds: boolean): VectorProgram => {
  const won = { p: 'dynamic0', q: 'tag', gate: 'q' } as const;
  const operations = adds
    ? [operation({ ...won, write: 0 }), operation({ p: 'register', pRegister: 0, q: 'stationary1', output: 0 })]
    : [operation({ ...won, output: 0 })];
  return program('share of a tap', { ...parts, operations, constants: [0, 0, 0, tagOf(kh, kw)] });
};

/**
 * Emits the gradient of a maximum over windows: tap by tap, each window's gradient to the pixel at that tap, where it won. Windows that overlap
 * add theirs in fp32.
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
  const overlap = (Kh > 1 && Ho > 1 && Dh * (Kh - 1) >= Sh) || (Kw > 1 && Wo > 1 && Dw * (Kw - 1) >= Sw);
  const whole = { kind: 'elementwise', operation: name, pixels: B * H * W, channels: C } as const;
  const sums = overlap ? lowering.scratch(`gradient by ${name}, sums`, [B, H, W, C], 'fp32') : to;
  lowering.steps.push({ ...whole, program: zeroProgram(sums) });
  for (let kh = 0; kh < Kh; kh++) {
    const rows = windowsAt(kh, Ho, H, Sh, Dh, Pt);
    for (let kw = 0; kw < Kw; kw++) {
      const columns = windowsAt(kw, Wo, W, Sw, Dw, Pl);
      if (rows.count === 0 || columns.count === 0) continue;
      const windows: Walk = { from: rows.first * Wo + columns.first, image: Ho * Wo, row: Wo, column: 1 };
      const pixels: Walk = { from: rows.pixel * W + columns.pixel, image: H * W, row: Sh * W, column: Sw };
      const grid: Grid = { images: B, rows: rows.count, columns: columns.count };
      const at = { key: sums, first: 0, walk: pixels };
      const streams = {
        dynamic0: { key: gradient, first: 0, walk: windows },
        stationary0: { key: words, first: 0, walk: windows },
        ...(overlap ? { stationary1: at } : {}),
      };
      lowering.steps.push({
        ...{ kind: 'elementwise', operation: name, pixels: B * grid.rows * grid.columns, channels: C, grid },
        program: share(kh, kw, { streams, outputs: [at] }, overlap),
      });
    }
  }
  if (overlap) lowering.steps.push({ ...whole, program: sumProgram('copy', all(sums), undefined, all(to)) });
};
