/** The arithmetic of the vector unit over many lanes at once, bit for bit as `lanes.ts` has it for one. Arrays hold fp32 numbers. */
import { FP32_NAN, SMALLEST_NORMAL } from '../../formats/numerics.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import { rootOf } from './lanes.js';

/** x = x · factor. */
export const multiplyChunks = (x: Float32Array, factors: Float32Array, end: number): void => {
  for (let i = 0; i < end; i++) {
    const exact = x[i]! * factors[i]!;
    x[i] = Math.abs(exact) < SMALLEST_NORMAL ? exact * 0 : exact;
  }
};

/** x = x + y. */
export const addChunks = (x: Float32Array, y: Float32Array, end: number): void => {
  for (let i = 0; i < end; i++) {
    const sum = Math.fround(x[i]! + y[i]!);
    x[i] = Math.abs(sum) < SMALLEST_NORMAL ? sum * 0 : sum;
  }
};

/** Which lanes a gate keeps. */
export const gateChunks = (
  kept: Uint8Array,
  gate: Exclude<VectorOperation['gate'], 'none'>,
  p: Float32Array,
  q: Float32Array,
  most: number,
  end: number,
): void => {
  if (gate === 'p') for (let i = 0; i < end; i++) kept[i] = p[i]! > 0 ? 1 : 0;
  else if (gate === 'q') for (let i = 0; i < end; i++) kept[i] = q[i]! > 0 ? 1 : 0;
  else for (let i = 0; i < end; i++) kept[i] = q[i]! > 0 && q[i]! < most ? 1 : 0;
};

/** x where it is kept, else another number. */
export const keepChunks = (x: Float32Array, kept: Uint8Array, other: number, end: number): void => {
  for (let i = 0; i < end; i++) if (kept[i] === 0) x[i] = other;
};

export const clipChunks = (
  x: Float32Array,
  clip: VectorOperation['clip'],
  least: number,
  most: number,
  end: number,
): void => {
  if (clip === 'relu') {
    // −0 becomes +0, a NaN stays
    for (let i = 0; i < end; i++) if (x[i]! <= 0) x[i] = 0;
  } else if (clip === 'root') for (let i = 0; i < end; i++) x[i] = rootOf(x[i]!);
  else if (clip === 'range')
    for (let i = 0; i < end; i++) {
      const value = x[i]!;
      x[i] = value < least ? least : value > most ? most : value;
    }
};

/** The bits of a result: one NaN. */
const canonical = (pattern: number): number => ((pattern & 0x7fffffff) > 0x7f800000 ? FP32_NAN : pattern);

/** Writes results, by their bits, to memory. */
export const putChunks = (to: Uint8Array, at: number, from: Uint32Array, first: number, lanes: number): void => {
  let place = at;
  for (let lane = first; lane < first + lanes; lane++) {
    const pattern = canonical(from[lane]!);
    to[place] = pattern;
    to[place + 1] = pattern >>> 8;
    to[place + 2] = pattern >>> 16;
    to[place + 3] = pattern >>> 24;
    place += 4;
  }
};
