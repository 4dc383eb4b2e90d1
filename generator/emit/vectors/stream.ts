import type { Format } from '../../description/config.js';
import { bf16AtMultiplier, fp32Bits, fp32FromBits, macBf16, macInt8 } from '../../formats/numerics.js';
import type { ArrayCase } from '../views/datapath.js';
import { hex, randomWords } from './random.js';

type Random = () => number;

/** An operand or a sum: its bits, and its value as the model takes it. */
interface Sample {
  readonly bits: number;
  readonly value: number;
}

/** What the array does in one number format. */
interface Numbers {
  readonly digits: number;
  readonly operand: (next: Random, wild: boolean) => Sample;
  readonly sum: (next: Random, wild: boolean) => Sample;
  readonly mac: (sum: number, x: number, w: number) => number;
  readonly bits: (sum: number) => number;
}

const half = (bits: number): Sample => ({ bits, value: bf16AtMultiplier(bits) });
const single = (bits: number): Sample => ({ bits, value: fp32FromBits(bits) });
const specials = [0, 0x8000, 1, 2, 0x807e, 0x807f, 0x0080, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0];

const formats: Readonly<Record<Format, Numbers>> = {
  int8: {
    digits: 2,
    operand: (next, wild) => {
      const bits = wild ? [0x80, 0x7f, 0, 0xff][next() % 4] : next() >>> 24;
      return { bits, value: (bits << 24) >> 24 };
    },
    sum: (next, wild) => {
      const bits = wild ? (0x7fff0000 + (next() & 0x1ffff)) >>> 0 : next();
      return { bits, value: bits | 0 };
    },
    mac: macInt8,
    bits: (sum) => sum >>> 0,
  },
  bf16: {
    digits: 4,
    // tame operands lie within a few binades, so that sums cancel, carry and tie; one in eight is zero
    operand: (next, wild) => {
      const word = next();
      if (wild) return half(word % 8 === 0 ? specials[(word >>> 8) % specials.length] : word >>> 16);
      return half(word % 8 === 0 ? 0 : ((word >>> 16) & 0x80ff) | ((124 + ((word >>> 8) % 6)) << 7));
    },
    sum: (next, wild) => {
      const word = next();
      return single(wild ? word : ((word & 0x807fffff) | ((122 + (next() % 10)) << 23)) >>> 0);
    },
    mac: macBf16,
    bits: fp32Bits,
  },
};

const CONTROL = { w: 0x80, x: 0x40, swap: 0x20 } as const;

interface Cycle {
  w?: readonly Sample[];
  x?: readonly Sample[];
  swap?: boolean;
  y?: readonly number[];
}

/** The cycles, among the `length` of a tile, at which the next tile is pushed: at once, at the very end, or anywhere. */
const pushCycles = (next: Random, length: number, count: number): readonly number[] => {
  const style = next() % 3;
  const cycles = Array.from({ length }, (_, i) => i);
  if (style === 1) return cycles.slice(length - count);
  if (style === 2) while (cycles.length > count) cycles.splice(next() % cycles.length, 1);
  return cycles.slice(0, count);
};

const lanes = (samples: readonly Sample[], digits: number): string =>
  samples
    .map(({ bits }) => hex(bits, digits))
    .reverse()
    .join('');

/**
 * Random tiles for an array of `rows` by `columns`, one line for each cycle: control[8] meta[8] w[rows] x[rows] y[columns],
 * lane 0 lowest. Streams are of the minimum length or longer, dense or with gaps; what is not valid is noise.
 */
export const streamVectors = (format: Format, { rows, columns }: ArrayCase, seed: number, count: number): string => {
  const next = randomWords(seed * 7919 + rows * 64 + columns);
  const { digits, operand, mac, bits } = formats[format];
  const cycles: Cycle[] = [];
  const vector = (wild: boolean): readonly Sample[] => Array.from({ length: rows }, () => operand(next, wild));
  const makeTile = () => {
    const wild = next() % 4 === 0;
    return { wild, columns: Array.from({ length: columns }, () => vector(wild)) };
  };
  let tile: ReturnType<typeof makeTile> | undefined;
  while (cycles.length < count) {
    const length = columns + (next() % 2 ? next() % (2 * columns + 8) : 0);
    const span: Cycle[] = Array.from({ length }, () => ({}));
    const following = makeTile();
    pushCycles(next, length, columns).forEach((at, i) => {
      span[at].w = following.columns[columns - 1 - i];
    });
    if (tile) {
      const gaps = [0, 1, 3][next() % 3];
      for (const [i, cycle] of span.entries()) {
        if (i > 0 && next() % 4 < gaps) continue;
        const x = vector(tile.wild);
        cycle.x = x;
        cycle.swap = i === 0;
        cycle.y = tile.columns.map((w) => bits(x.reduce((sum, { value }, r) => mac(sum, value, w[r].value), 0)));
      }
    }
    cycles.push(...span);
    tile = following;
  }
  const line = ({ w, x, swap, y }: Cycle): string => {
    const control = (w ? CONTROL.w : 0) | (x ? CONTROL.x : 0) | ((swap ?? next() & 1) ? CONTROL.swap : 0);
    const sums = y ?? Array.from({ length: columns }, () => 0);
    return [
      hex(control, 2),
      hex(next() & 0xff, 2),
      lanes(w ?? vector(true), digits),
      lanes(x ?? vector(true), digits),
      sums
        .map((sum) => hex(sum, 8))
        .reverse()
        .join(''),
    ].join('');
  };
  return cycles
    .slice(0, count)
    .map((cycle) => `${line(cycle)}\n`)
    .join('');
};

/** Random pushes, swaps and vectors for one cell, one line for each cycle: control[8] w x partial-sum-in[32] sum-out[32]. */
export const cellVectors = (format: Format, seed: number, count: number): string => {
  const next = randomWords(seed);
  const { digits, operand, sum, mac, bits } = formats[format];
  const lines: string[] = [];
  let following = operand(next, false);
  let active = following;
  for (let cycle = 0; cycle < count; cycle++) {
    const wild = cycle % 256 >= 192;
    const dense = cycle % 512 >= 256;
    const push = cycle === 0 || next() % 3 === 0;
    const valid = cycle > 0 && (dense || next() % 2 === 0);
    const swap = cycle === 1 || next() % 4 === 0;
    const [w, x, before] = [operand(next, wild), operand(next, wild), sum(next, wild)];
    const on = valid || cycle === 1;
    if (on && swap) active = following;
    const control = (push ? CONTROL.w : 0) | (on ? CONTROL.x : 0) | (swap ? CONTROL.swap : 0);
    const after = on ? bits(mac(before.value, x.value, active.value)) : 0;
    lines.push(hex(control, 2) + hex(w.bits, digits) + hex(x.bits, digits) + hex(before.bits, 8) + hex(after, 8));
    if (push) following = w;
  }
  return lines.map((line) => `${line}\n`).join('');
};
