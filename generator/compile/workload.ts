import { PASS_TENSORS } from '../dataflows/problem.js';
import type { Config, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { bf16Bits, bf16FromBits, fp32FromBits, SMALLEST_NORMAL } from '../formats/numerics.js';
import { tensorSizes } from '../golden/convolution.js';
import type { Operands } from '../golden/judge.js';
import type { Region } from '../units/memory.js';
import type { Plan } from './plan.js';

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

/** bf16 patterns with a meaning of their own: infinities, a NaN, subnormals, the ends of the normals. */
const SPECIAL_HALVES = [0x7f80, 0xff80, 0x7fc0, 0x0001, 0x8001, 0x0040, 0x807f, 0x0080, 0x7f7f, 0xff7f] as const;

/** Seeded bf16 operands of which about one in `every` is special. */
const specialOperand = (length: number, every: number, seed: number): Float32Array => {
  const values = randomOperand('bf16', length, seed) as Float32Array;
  const bits = new Uint32Array(values.buffer);
  const next = randomWords(seed + 0x5bd1);
  for (let i = 0; i < length; i++) {
    const word = next();
    if (word % every === 0) bits[i] = SPECIAL_HALVES[(word >>> 16) % SPECIAL_HALVES.length]! << 16;
  }
  return values;
};

/** Makes both operands of a pass, given how many elements each has and a seed. */
const operandsOf = <T>(layer: Layer, pass: Pass, seed: number, make: (length: number, seed: number) => T) => {
  const { x, weights, y } = tensorSizes(layer);
  const sizes = { x, wt: weights, dy: y };
  const names = PASS_TENSORS[pass];
  return { first: make(sizes[names.first], seed * 2 + 1), second: make(sizes[names.second], seed * 2 + 2) };
};

export const randomOperands = (config: Config, layer: Layer, pass: Pass, seed: number): Operands =>
  operandsOf(layer, pass, seed, (length, own) => randomOperand(config.format, length, own));

/** Seeded bf16 operands with a few special values: some results are ordinary, some infinite, some NaN. */
export const specialOperands = (layer: Layer, pass: Pass, seed: number): Operands =>
  operandsOf(layer, pass, seed, (length, own) => specialOperand(length, Math.max(4, Math.ceil(length / 6)), own));

/** Operands as they lie in memory: int8, or bf16 little-endian, subnormals among them. */
export const packOperand = (values: Int8Array | Float32Array): Uint8Array => {
  if (values instanceof Int8Array) return new Uint8Array(values.buffer, values.byteOffset, values.length);
  const bytes = new Uint16Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const subnormal = Math.abs(values[i]!) < SMALLEST_NORMAL;
    bytes[i] = subnormal ? words[i]! >>> 16 : bf16Bits(values[i]!);
  }
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
