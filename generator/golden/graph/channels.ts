import type { Concatenation, Flattening, Slice } from '../../graph/operations.js';
import { type Rule, toOperand } from './rule.js';

/** Copies channels of every pixel from one tensor into another: which it starts with, and how many each pixel has, in both. */
const copyChannels = (
  from: { readonly values: Float64Array; readonly first: number; readonly channels: number },
  to: { readonly values: Float64Array; readonly first: number; readonly channels: number },
  count: number,
): Float64Array => {
  const pixels = from.values.length / from.channels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * from.channels + from.first;
    to.values.set(from.values.subarray(start, start + count), pixel * to.channels + to.first);
  }
  return to.values;
};

/** Where the parts of a concatenation begin. */
const starts = (sizes: readonly number[]): readonly number[] => {
  let next = 0;
  return sizes.map((size) => {
    next += size;
    return next - size;
  });
};

export const concatenation: Rule<Concatenation> = {
  forward: ({ name, parts }, at) => {
    const [B, H, W, C] = at.shape(name);
    const y = new Float64Array(B * H * W * C);
    const sizes = parts.map((part) => at.shape(part)[3]);
    for (const [i, first] of starts(sizes).entries()) {
      const from = { values: at.tensor(parts[i]), first: 0, channels: sizes[i] };
      copyChannels(from, { values: y, first, channels: C }, sizes[i]);
    }
    return y;
  },
  backward: ({ name, parts }, at, gradient) => {
    const channels = at.shape(name)[3];
    const sizes = parts.map((part) => at.shape(part)[3]);
    const tensors = starts(sizes).map((first, i) => ({
      name: parts[i],
      values: () => {
        const part = new Float64Array((gradient.length / channels) * sizes[i]);
        const to = { values: part, first: 0, channels: sizes[i] };
        return copyChannels({ values: gradient, first, channels }, to, sizes[i]);
      },
    }));
    return { tensors, parameters: [] };
  },
};

export const slice: Rule<Slice> = {
  forward: ({ x, first, channels }, at) => {
    const from = { values: at.tensor(x), first, channels: at.shape(x)[3] };
    const y = new Float64Array((from.values.length / from.channels) * channels);
    return copyChannels(from, { values: y, first: 0, channels }, channels);
  },
  backward: ({ x, first, channels }, at, gradient) =>
    toOperand(x, () => {
      const all = at.shape(x)[3];
      const to = { values: new Float64Array((gradient.length / channels) * all), first, channels: all };
      return copyChannels({ values: gradient, first: 0, channels }, to, channels);
    }),
};

export const flattening: Rule<Flattening> = {
  forward: ({ x }, at) => at.tensor(x).slice(),
  backward: ({ x }, _at, gradient) => toOperand(x, () => gradient),
};
