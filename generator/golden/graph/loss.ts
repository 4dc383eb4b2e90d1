import { exp, log1p } from './exponential.js';
import type { Values } from './rule.js';

/**
 * A loss and its gradient with respect to what the network made. In float64, by operations whose order is a part of the contract: a host in C
 * (`templates/sw/network.c.hbs`) has the same bits.
 */
export interface Loss {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Of one image: log Σ exp(z) as the greatest logit and what is above it, which a small rest leaves exact. */
const logSum = (logits: Values): { readonly most: number; readonly above: number } => {
  let best = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k] > logits[best]) best = k;
  const most = logits[best];
  let rest = 0;
  for (let k = 0; k < logits.length; k++) if (k !== best) rest += exp(logits[k] - most);
  return { most, above: log1p(rest) };
};

/** Labels as probabilities, [B][classes]. @throws RangeError */
const probabilities = (labels: Int32Array | Values, images: number, classes: number): Values => {
  if (!(labels instanceof Int32Array)) {
    if (labels.length === images * classes) return labels;
    throw new RangeError(`${labels.length} probabilities for ${images} images of ${classes} classes`);
  }
  if (labels.length !== images) throw new RangeError(`${labels.length} labels for ${images} images`);
  const result = new Float64Array(images * classes);
  for (const [b, label] of labels.entries()) {
    if (!(label >= 0 && label < classes)) throw new RangeError(`label ${label} is not one of 0…${classes - 1}`);
    result[b * classes + label] = 1;
  }
  return result;
};

/**
 * Softmax and cross-entropy, mean over the batch: Σ_b Σ_k p · (log Σ exp(z) − z_k) / B. Gradient: (softmax(z) · Σ p − p) / B.
 * @param logits [B][classes].
 * @param labels Int32Array: a class for each image; else probabilities [B][classes]. Where one is 0, its logit may be −∞.
 * @throws RangeError for labels that do not fit.
 */
export const softmaxCrossEntropy = (logits: Values, labels: Int32Array | Values, classes: number): Loss => {
  const images = logits.length / classes;
  if (!Number.isInteger(images) || images === 0)
    throw new RangeError(`${logits.length} logits are not ${classes} for each image`);
  const wanted = probabilities(labels, images, classes);
  const gradient = new Float64Array(logits.length);
  let value = 0;
  for (let b = 0; b < images; b++) {
    const z = logits.subarray(b * classes, (b + 1) * classes);
    const p = wanted.subarray(b * classes, (b + 1) * classes);
    const { most, above } = logSum(z);
    let total = 0;
    for (let k = 0; k < classes; k++) total += p[k];
    for (let k = 0; k < classes; k++) {
      if (p[k] !== 0) value += p[k] * (most - z[k] + above);
      gradient[b * classes + k] = (exp(z[k] - most - above) * total - p[k]) / images;
    }
  }
  return { value: value / images, gradient };
};

/**
 * Mean of (y − target)² over all elements. Gradient: 2 · (y − target) / elements.
 * @throws RangeError for targets of another size.
 */
export const meanSquaredError = (y: Values, targets: Values): Loss => {
  if (y.length !== targets.length) throw new RangeError(`${targets.length} targets for ${y.length} values`);
  const gradient = Float64Array.from(y, (value, i) => (2 * (value - targets[i])) / y.length);
  let value = 0;
  for (let i = 0; i < y.length; i++) {
    const difference = y[i] - targets[i];
    value += difference * difference;
  }
  return { value: value / y.length, gradient };
};
