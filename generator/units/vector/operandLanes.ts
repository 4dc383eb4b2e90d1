/** What the number format of the operands means to the vector unit, which computes in fp32. Numbers are taken and given by their bits. */
import type { OperandBuffer } from '../../formats/arithmetic.js';
import type { Format } from '../../formats/format.js';
import { BF16_NAN, narrowInt8 } from '../../formats/numerics.js';

/** Reads so many elements of a buffer, from one on, to a place and those behind it, as fp32. */
type Read = (to: Uint32Array, first: number, buffer: OperandBuffer, element: number, lanes: number) => void;

export interface OperandLanes {
  /** Bytes of an operand. */
  readonly bytes: number;
  /** A sum of the accumulator as fp32. */
  readonly sum: (bits: number) => number;
  readonly read: Read;
  /** Elements are parts of fp32 numbers, the lowest first. */
  readonly readWide: Read;
  /** The lower 16 bits of an fp32 number at an element, whatever it is. */
  readonly lowerHalf: (buffer: OperandBuffer, element: number) => number;
  /** What operands make of results: a NaN is the one of the format. */
  readonly round: (to: Uint32Array, from: Uint32Array) => void;
  /** Writes results to memory as operands. */
  readonly put: (to: Uint8Array, at: number, from: Uint32Array, first: number, lanes: number) => void;
}

/** Subnormals become zero of the same sign. */
const flushed = (pattern: number): number => ((pattern & 0x7f800000) === 0 ? pattern & 0x80000000 : pattern);

/** A result as bf16, to nearest even. */
const half = (pattern: number): number =>
  (pattern & 0x7fffffff) > 0x7f800000 ? BF16_NAN : ((pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16) & 0xffff;

const bf16: OperandLanes = {
  bytes: 2,
  sum: flushed,
  read: (to, first, { stored, mask }, element, lanes) => {
    for (let lane = 0; lane < lanes; lane++) to[first + lane] = flushed(stored[(element + lane) & mask]! << 16);
  },
  readWide: (to, first, { stored, mask }, element, lanes) => {
    for (let lane = 0; lane < lanes; lane++) {
      const at = element + 2 * lane;
      to[first + lane] = flushed((stored[(at + 1) & mask]! << 16) | stored[at & mask]!);
    }
  },
  lowerHalf: ({ stored, mask }, element) => stored[element & mask]!,
  round: (to, from) => {
    for (let i = 0; i < from.length; i++) to[i] = half(from[i]!) << 16;
  },
  put: (to, at, from, first, lanes) => {
    let place = at;
    for (let lane = first; lane < first + lanes; lane++) {
      const bits = half(from[lane]!);
      to[place] = bits;
      to[place + 1] = bits >>> 8;
      place += 2;
    }
  },
};

const number = new Float32Array(1);
const pattern = new Uint32Array(number.buffer);

/** An integer as fp32, to nearest even. */
const fromInteger = (value: number): number => {
  number[0] = value;
  return pattern[0]!;
};

/** A result as int8: to nearest even, saturated. A NaN, which has no sign, is the greatest. */
const byte = (bits: number): number => {
  pattern[0] = bits;
  return Number.isNaN(number[0]!) ? 127 : narrowInt8(number[0]!, 0) | 0;
};

const int8: OperandLanes = {
  bytes: 1,
  sum: (bits) => fromInteger(bits | 0),
  read: (to, first, { stored, mask }, element, lanes) => {
    for (let lane = 0; lane < lanes; lane++)
      to[first + lane] = fromInteger((stored[(element + lane) & mask]! << 24) >> 24);
  },
  readWide: (to, first, { stored, mask }, element, lanes) => {
    for (let lane = 0; lane < lanes; lane++) {
      let bits = 0;
      for (let part = 0; part < 4; part++) bits |= stored[(element + 4 * lane + part) & mask]! << (8 * part);
      to[first + lane] = flushed(bits);
    }
  },
  lowerHalf: ({ stored, mask }, element) => stored[element & mask]! | (stored[(element + 1) & mask]! << 8),
  round: (to, from) => {
    for (let i = 0; i < from.length; i++) to[i] = fromInteger(byte(from[i]!));
  },
  put: (to, at, from, first, lanes) => {
    for (let lane = 0; lane < lanes; lane++) to[at + lane] = byte(from[first + lane]!);
  },
};

/** Of each number format. */
export const operandLanes: Readonly<Record<Format, OperandLanes>> = { int8, bf16 };
