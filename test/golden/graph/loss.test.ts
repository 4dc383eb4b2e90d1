import { describe, expect, it } from 'vitest';
import { meanSquaredError, softmaxCrossEntropy } from '../../../generator/golden/graph/loss.js';

const logits = (...values: readonly number[]) => Float64Array.from(values);

describe('softmax cross-entropy', () => {
  it('is the mean over the batch', () => {
    const { value, gradient } = softmaxCrossEntropy(logits(0, 0, 0, Math.log(3)), Int32Array.of(0, 1), 2);
    expect(value).toBeCloseTo((Math.log(2) - Math.log(3 / 4)) / 2, 15);
    expect([...gradient].map((g) => g * 2)).toEqual([-0.5, 0.5, 0.25, -0.25].map((g) => expect.closeTo(g, 15)));
  });

  it('neither overflows nor loses a small loss', () => {
    const large = softmaxCrossEntropy(logits(1e308, -1e308, 0), Int32Array.of(1), 3);
    expect([large.value, ...large.gradient]).toEqual([Infinity, 1, -1, 0]);
    expect(softmaxCrossEntropy(logits(1000, 0, 0), Int32Array.of(1), 3).value).toBe(1000);
    // 1 + e^−40 is 1 in float64
    expect(softmaxCrossEntropy(logits(40, 0), Int32Array.of(0), 2).value).toBeCloseTo(Math.exp(-40), 30);
    expect(softmaxCrossEntropy(logits(7, -Infinity), Int32Array.of(0), 2)).toEqual({
      value: 0,
      gradient: logits(0, 0),
    });
  });

  it('makes NaN of NaN', () => {
    const { value, gradient } = softmaxCrossEntropy(logits(NaN, 0), Int32Array.of(1), 2);
    expect([value, ...gradient]).toEqual([NaN, NaN, NaN]);
    expect(softmaxCrossEntropy(logits(0, NaN), Int32Array.of(0), 2).value).toBeNaN();
  });

  it('takes probabilities that do not add up to one', () => {
    const { value, gradient } = softmaxCrossEntropy(logits(0, 0), logits(1, 0.5), 2);
    expect(value).toBeCloseTo(1.5 * Math.log(2), 15);
    expect([...gradient]).toEqual([-0.25, 0.25].map((g) => expect.closeTo(g, 15)));
  });

  it('refuses labels that do not fit', () => {
    expect(() => softmaxCrossEntropy(logits(0, 0), Int32Array.of(2), 2)).toThrow(/label 2 is not one of 0…1/);
    expect(() => softmaxCrossEntropy(logits(0, 0), Int32Array.of(-1), 2)).toThrow(/label -1/);
    expect(() => softmaxCrossEntropy(logits(0, 0), Int32Array.of(0, 0), 2)).toThrow(/2 labels for 1 images/);
    expect(() => softmaxCrossEntropy(logits(0, 0), logits(1), 2)).toThrow(/1 probabilities for 1 images of 2/);
    expect(() => softmaxCrossEntropy(logits(0, 0, 0), Int32Array.of(0), 2)).toThrow(/3 logits are not 2/);
  });
});

describe('mean squared error', () => {
  it('is the mean over all elements', () => {
    expect(meanSquaredError(logits(1, 2, 3, 4), logits(1, 0, 3, 8))).toEqual({
      value: 5,
      gradient: logits(0, 1, 0, -2),
    });
    expect(() => meanSquaredError(logits(1), logits(1, 2))).toThrow(/2 targets for 1 values/);
  });
});
