import { convolve, magnitudes, type Operand, tensorSizes } from '../golden/convolution.js';
import type { Plan } from '../plan/plan.js';
import { PASS_TENSORS } from '../plan/problem.js';
import type { Config, Pass } from '../spec/config.js';
import type { Layer } from '../spec/layer.js';
import type { Region } from './memory.js';
import { bf16Bits, bf16FromBits, fp32FromBits } from './numerics.js';

/** The two operands of a pass. int8 values, or floats that are exact in bf16. */
export interface Operands {
  readonly first: Int8Array | Float32Array;
  readonly second: Int8Array | Float32Array;
}

/** A small, fast generator of 32-bit numbers (xorshift); equal seeds give equal sequences. */
export const randomWords = (seed: number): (() => number) => {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x6a09e667) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
};

/** Seeded operands: int8 over the whole range, bf16 around 1 with both signs and some zeros. */
export const randomOperand = (format: Config['format'], length: number, seed: number): Int8Array | Float32Array => {
  const next = randomWords(seed);
  if (format === 'int8') {
    const values = new Int8Array(length);
    for (let i = 0; i < length; i++) values[i] = next() & 0xff;
    return values;
  }
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const word = next();
    // sign, exponent 2^-4 … 2^3, 7 mantissa bits
    values[i] =
      (word & 0xf00) === 0
        ? 0
        : bf16FromBits(((word & 1) << 15) | ((123 + ((word >>> 1) & 7)) << 7) | ((word >>> 4) & 0x7f));
  }
  return values;
};

export const randomOperands = (config: Config, layer: Layer, pass: Pass, seed: number): Operands => {
  const { x, weights, y } = tensorSizes(layer);
  const sizes = { x, wt: weights, dy: y };
  const names = PASS_TENSORS[pass];
  return {
    first: randomOperand(config.format, sizes[names.first], seed * 2 + 1),
    second: randomOperand(config.format, sizes[names.second], seed * 2 + 2),
  };
};

/** Operands as they lie in memory: int8, or bf16 little-endian. */
export const packOperand = (values: Int8Array | Float32Array): Uint8Array => {
  if (values instanceof Int8Array) return new Uint8Array(values.buffer, values.byteOffset, values.length);
  const bytes = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = bf16Bits(values[i]!);
  return new Uint8Array(bytes.buffer);
};

/** What lies in memory before a plan runs, beside its program. */
export const planImages = (plan: Plan, operands: Operands): readonly Region[] => {
  const names = PASS_TENSORS[plan.problem.pass];
  const words = plan.words;
  return [
    { base: plan.memory.program, bytes: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) },
    { base: plan.memory[names.first].address, bytes: packOperand(operands.first) },
    { base: plan.memory[names.second].address, bytes: packOperand(operands.second) },
  ];
};

/** Results as they lie in memory, as numbers: int32, float32, or the operand format. */
export const unpackResult = (
  bytes: Uint8Array,
  format: Config['format'],
  narrow: boolean,
): Int32Array | Int8Array | Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = narrow ? (format === 'int8' ? 1 : 2) : 4;
  const length = bytes.byteLength / width;
  if (format === 'int8') {
    if (narrow) return new Int8Array(bytes.slice().buffer);
    return Int32Array.from({ length }, (_, i) => view.getInt32(i * 4, true));
  }
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++)
    values[i] = narrow ? bf16FromBits(view.getUint16(i * 2, true)) : fp32FromBits(view.getUint32(i * 4, true));
  return values;
};

/** How a result compares with the plain loop nest. */
export interface Judgement {
  /** Values outside the bound: for int8 every difference, for bf16 more than `bound` of the sum of magnitudes. */
  readonly wrong: number;
  /** First of them, or -1. */
  readonly firstWrong: number;
  /** Largest |difference| / sum of magnitudes; 0 for int8. */
  readonly maxRelativeError: number;
  readonly expected: Int32Array | Float64Array;
}

/**
 * Compares accumulator-format results with layer (1) of the golden model.
 * Error bound of bf16: (terms + 8) · 2^-24 of the sum of |products|, the bound of recursive fp32 summation, and what
 * flushing subnormals can add to it.
 */
export const judge = (layer: Layer, pass: Pass, operands: Operands, result: Int32Array | Float32Array): Judgement => {
  const { first, second } = operands;
  if (first instanceof Int8Array && second instanceof Int8Array) {
    const expected = convolve(layer, pass, first, second);
    let wrong = 0;
    let firstWrong = -1;
    for (let i = 0; i < expected.length; i++) {
      if (expected[i] === result[i]) continue;
      wrong += 1;
      if (firstWrong < 0) firstWrong = i;
    }
    return { wrong, firstWrong, maxRelativeError: 0, expected };
  }
  const a: Operand = first;
  const b: Operand = second;
  const expected = convolve(layer, pass, a as Float32Array, b as Float32Array);
  const scale = magnitudes(layer, pass, a, b);
  const terms =
    layer.Kh * layer.Kw * (pass === 'fprop' ? layer.C / layer.G : pass === 'dgrad' ? layer.N / layer.G : 0) ||
    layer.B * layer.Ho * layer.Wo;
  const bound = (terms + 8) * 2 ** -24;
  // each product and each sum may flush a subnormal; beyond fp32's range sums are infinite or NaN, and nothing is claimed
  const flushed = 2 * terms * 2 ** -126;
  let wrong = 0;
  let firstWrong = -1;
  let maxRelativeError = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!(scale[i]! < 2 ** 127)) continue;
    const difference = Math.abs(expected[i]! - result[i]!);
    const error = difference <= flushed ? 0 : (difference - flushed) / (scale[i] || Number.MIN_VALUE);
    if (error > maxRelativeError) maxRelativeError = error;
    // written so that NaN counts as wrong
    if (error <= bound) continue;
    wrong += 1;
    if (firstWrong < 0) firstWrong = i;
  }
  return { wrong, firstWrong, maxRelativeError, expected };
};
