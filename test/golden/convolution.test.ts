import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pass } from '../../generator/description/config.js';
import { type Layer, parseLayer } from '../../generator/description/layer.js';
import { convolve, magnitudes, tensorSizes, usefulMacs } from '../../generator/golden/convolution.js';
import { spread } from '../../scripts/float32/tensorflow.js';
import { anyLayer } from '../description/layers.js';
import { randomInt8 } from './random.js';

type Results = Readonly<Record<Pass, Int32Array>>;

const operands = (layer: Layer, seed: number) => {
  const sizes = tensorSizes(layer);
  return {
    x: randomInt8(sizes.x, seed),
    weights: randomInt8(sizes.weights, seed + 1),
    dy: randomInt8(sizes.y, seed + 2),
  };
};

const golden = (layer: Layer, { x, weights, dy }: ReturnType<typeof operands>): Results => ({
  fprop: convolve(layer, 'fprop', x, weights),
  dgrad: convolve(layer, 'dgrad', dy, weights),
  wgrad: convolve(layer, 'wgrad', x, dy),
});

/**
 * TensorFlow's forward convolution and its gradients, all exact below 2^24. Its gradients refuse dilation, so the kernel is
 * spread out with zeros instead; groups are slices.
 */
const tensorflow = (layer: Layer, { x, weights, dy }: ReturnType<typeof operands>): Results =>
  tf.tidy(() => {
    const { B, C, H, W, N, Kh, Kw, Sh, Sw, Pt, Pb, Pl, Pr, G, Ho, Wo } = layer;
    const [c, n] = [C / G, N / G];
    const X = tf.tensor4d(Float32Array.from(x), [B, H, W, C]);
    const K = tf.tensor4d(Float32Array.from(weights), [Kh, Kw, c, N]);
    const dY = tf.tensor4d(Float32Array.from(dy), [B, Ho, Wo, N]);
    const forward = (input: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D => {
      const padded = tf.pad(input, [
        [0, 0],
        [Pt, Pb],
        [Pl, Pr],
        [0, 0],
      ]);
      return tf.conv2d(padded as tf.Tensor4D, spread(kernel, layer), [Sh, Sw], 'valid');
    };
    const groups = Array.from({ length: G }, (_, g) => {
      const input = X.slice([0, 0, 0, g * c], [B, H, W, c]);
      const kernel = K.slice([0, 0, 0, g * n], [Kh, Kw, c, n]);
      const gradient = dY.slice([0, 0, 0, g * n], [B, Ho, Wo, n]);
      const [dx, dw] = tf.grads((i, k) => forward(i as tf.Tensor4D, k as tf.Tensor4D))([input, kernel], gradient);
      return [forward(input, kernel), dx, dw] as const;
    });
    const whole = (index: 0 | 1 | 2) => {
      const parts = groups.map((group) => group[index]);
      return Int32Array.from((parts.length === 1 ? parts[0] : tf.concat(parts, 3)).dataSync());
    };
    return { fprop: whole(0), dgrad: whole(1), wgrad: whole(2) };
  });

/** Every pair of an input and an output pixel, asked whether some tap ties them: no padding, no strides to walk. */
const everyPair = (layer: Layer, { x, weights, dy }: ReturnType<typeof operands>): Results => {
  const { B, C, H, W, N, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, G, Ho, Wo } = layer;
  const sizes = tensorSizes(layer);
  const result = {
    fprop: new Int32Array(sizes.y),
    dgrad: new Int32Array(sizes.x),
    wgrad: new Int32Array(sizes.weights),
  };
  const tap = (near: number, far: number, stride: number, before: number, dilation: number, taps: number) => {
    const index = (near - far * stride + before) / dilation;
    return Number.isInteger(index) && index >= 0 && index < taps ? index : undefined;
  };
  for (let h = 0; h < H; h++) {
    for (let ho = 0; ho < Ho; ho++) {
      const kh = tap(h, ho, Sh, Pt, Dh, Kh);
      for (let w = 0; kh !== undefined && w < W; w++) {
        for (let wo = 0; wo < Wo; wo++) {
          const kw = tap(w, wo, Sw, Pl, Dw, Kw);
          for (let b = 0; kw !== undefined && b < B; b++) {
            for (let c = 0; c < C; c++) {
              for (let n = 0; n < N; n++) {
                if (Math.floor(c / (C / G)) !== Math.floor(n / (N / G))) continue;
                const xAt = ((b * H + h) * W + w) * C + c;
                const yAt = ((b * Ho + ho) * Wo + wo) * N + n;
                const kAt = ((kh * Kw + kw) * (C / G) + (c % (C / G))) * N + n;
                result.fprop[yAt] += x[xAt] * weights[kAt];
                result.dgrad[xAt] += dy[yAt] * weights[kAt];
                result.wgrad[kAt] += x[xAt] * dy[yAt];
              }
            }
          }
        }
      }
    }
  }
  return result;
};

describe('convolve', () => {
  it('agrees with TensorFlow and its gradients', () => {
    fc.assert(
      fc.property(anyLayer(), fc.nat(), (layer, seed) => {
        const data = operands(layer, seed);
        expect(golden(layer, data)).toEqual(tensorflow(layer, data));
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('agrees with the enumeration of every pair of pixels', () => {
    fc.assert(
      fc.property(anyLayer(), fc.nat(), (layer, seed) => {
        const data = operands(layer, seed);
        expect(golden(layer, data)).toEqual(everyPair(layer, data));
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it('wraps integers at 32 bits and keeps floats', () => {
    const layer = parseLayer('C=60000,H=3,W=3,N=1,K=3');
    const most = new Int8Array(tensorSizes(layer).x).fill(-128);
    expect([...convolve(layer, 'fprop', most, most)]).toEqual([(540000 * 16384) | 0]);
    const halves = new Float32Array(most.length).fill(-0.5);
    expect([...convolve(layer, 'fprop', halves, halves)]).toEqual([135000]);
  });

  it('sums the absolute values of the products', () => {
    const layer = parseLayer('C=2,H=1,W=1,N=1,K=1');
    const [a, b] = [Float64Array.of(1, -2), Float64Array.of(3, 4)];
    expect([...convolve(layer, 'fprop', a, b)]).toEqual([-5]);
    expect([...magnitudes(layer, 'fprop', a, b)]).toEqual([11]);
  });

  it('refuses operands of another size', () => {
    const layer = parseLayer('C=2,H=1,W=1,N=1,K=1');
    expect(() => convolve(layer, 'dgrad', new Int8Array(2), new Int8Array(2))).toThrow(
      /dgrad: y has 2 elements, not 1/,
    );
  });
});

describe('usefulMacs', () => {
  it.each([
    ['B=2,C=3,H=224,W=224,N=64,K=3,S=2', 42581376],
    ['B=2,C=64,H=112,W=112,N=64,K=3,S=2,P=1', 228466688],
    ['B=2,C=256,H=56,W=56,N=512,K=1,S=2', 205520896],
    ['B=2,C=244,H=28,W=28,N=244,K=3,S=2,P=1', 200160032],
    ['B=2,C=1024,H=14,W=14,N=2048,K=1,S=2', 205520896],
  ])('counts %s', (text, macs) => {
    expect(usefulMacs(parseLayer(text))).toBe(macs);
  });
});
