import { PASS_TENSORS } from '../dataflows/loopNest.js';
import type { Config, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { type Format, formats } from '../formats/index.js';
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

/** Seeded operands of a format. */
export const randomOperand = (format: Format, length: number, seed: number): Int8Array | Float32Array =>
  formats[format].operands.dynamic.random(length, randomWords(seed));

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

/** What lies in memory before a plan runs, beside its program. */
export const planImages = (plan: Plan, operands: Operands): readonly Region[] => {
  const names = PASS_TENSORS[plan.nest.pass];
  const { dynamic, stationary } = formats[plan.format].operands;
  const words = plan.words;
  return [
    { base: plan.memory.program, bytes: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) },
    { base: plan.memory[names.first].address, bytes: dynamic.pack(operands.first) },
    { base: plan.memory[names.second].address, bytes: stationary.pack(operands.second) },
  ];
};
