import type { BatchNormalization, Graph } from '../../graph/operations.js';
import { type Context, channelSums, type Rule, type Values } from './rule.js';

/** One of each for every channel. */
export interface Statistics {
  readonly mean: Float64Array;
  /** Divided by the number of values, not by one less. */
  readonly variance: Float64Array;
}

/**
 * Mean and biased variance of each channel. The mean is corrected by the mean of what is left, and the variance taken around it and
 * corrected likewise, so that a large mean costs no digits.
 */
export const batchStatistics = (x: Float64Array, channels: number): Statistics => {
  const count = x.length / channels;
  const average = (term: (value: number, c: number) => number): Float64Array => {
    const sums = new Float64Array(channels);
    for (let i = 0; i < x.length; i += channels) for (let c = 0; c < channels; c++) sums[c] += term(x[i + c], c);
    return sums.map((sum) => sum / count);
  };
  const rough = average((value) => value);
  const rest = average((value, c) => value - rough[c]);
  const mean = rough.map((value, c) => value + rest[c]);
  const left = average((value, c) => value - mean[c]);
  const squares = average((value, c) => (value - mean[c]) ** 2);
  // a constant channel has the variance 0, never less
  return { mean, variance: squares.map((square, c) => Math.max(0, square - left[c] ** 2)) };
};

/** Those that an operation normalises by: the batch's in training, else the running ones. */
export const statisticsOf = ({ x, mean, variance }: BatchNormalization, at: Context): Statistics =>
  at.training
    ? batchStatistics(at.tensor(x), at.shape(x)[3])
    : { mean: at.parameter(mean), variance: at.parameter(variance) };

/**
 * x̂ = (x − mean) / √(variance + epsilon), y = scale · x̂ + shift. Gradients: of shift Σ dy, of scale Σ dy · x̂, over the n values
 * of a channel; dx = scale / √(variance + epsilon) · dy, in training with dy − Σ dy / n − x̂ · Σ (dy · x̂) / n in place of dy.
 */
export const batchNormalization: Rule<BatchNormalization> = {
  forward: (operation, at) => {
    const { mean, variance } = statisticsOf(operation, at);
    const [scale, shift] = [at.parameter(operation.scale), at.parameter(operation.shift)];
    const channels = mean.length;
    const factor = variance.map((value) => 1 / Math.sqrt(value + operation.epsilon));
    return at.tensor(operation.x).map((x, i) => {
      const c = i % channels;
      return (x - mean[c]) * factor[c] * scale[c] + shift[c];
    });
  },
  backward: (operation, at, gradient) => {
    const { mean, variance } = statisticsOf(operation, at);
    const channels = mean.length;
    const factor = variance.map((value) => 1 / Math.sqrt(value + operation.epsilon));
    const x = at.tensor(operation.x);
    const count = x.length / channels;
    const normal = x.map((value, i) => (value - mean[i % channels]) * factor[i % channels]);
    const ofShift = channelSums(gradient, channels);
    const ofScale = channelSums(
      gradient.map((value, i) => value * normal[i]),
      channels,
    );
    const ofX = (): Float64Array => {
      const scale = at.parameter(operation.scale);
      return gradient.map((value, i) => {
        const c = i % channels;
        const batch = at.training ? (ofShift[c] + normal[i] * ofScale[c]) / count : 0;
        return (value - batch) * factor[c] * scale[c];
      });
    };
    return {
      tensors: [{ name: operation.x, values: ofX }],
      parameters: [
        { name: operation.scale, values: () => ofScale },
        { name: operation.shift, values: () => ofShift },
      ],
    };
  },
};

/**
 * Running statistics after a training step: (1 − momentum) · running + momentum · batch, where the batch's variance is now divided by
 * one less than the number of values, as PyTorch does it (a single value leaves NaN there, and PyTorch refuses it: so does this).
 * @param tensors of the step's forward pass.
 * @returns by the parameter's name.
 * @throws RangeError for a channel of one value.
 */
export const runningStatistics = (
  graph: Graph,
  tensors: ReadonlyMap<string, Values>,
  parameters: ReadonlyMap<string, Values> = new Map(),
): ReadonlyMap<string, Float64Array> => {
  const own = new Map(graph.parameters.map(({ name, values }) => [name, values]));
  const result = new Map<string, Float64Array>();
  for (const operation of graph.operations) {
    if (operation.kind !== 'batchNormalization') continue;
    const { momentum, name } = operation;
    const x = Float64Array.from(tensors.get(operation.x)!);
    // an operation that shares its statistics continues from those that the one before it left
    const running = (parameter: string): Float64Array =>
      result.get(parameter) ?? Float64Array.from(parameters.get(parameter) ?? own.get(parameter)!);
    const [mean, variance] = [running(operation.mean), running(operation.variance)];
    const count = x.length / mean.length;
    if (count < 2) throw new RangeError(`${name}: a channel has one value, and one has no variance`);
    const batch = batchStatistics(x, mean.length);
    const blend = (old: Float64Array, now: Float64Array, factor: number): Float64Array =>
      old.map((value, c) => (1 - momentum) * value + momentum * factor * now[c]);
    result.set(operation.mean, blend(mean, batch.mean, 1));
    result.set(operation.variance, blend(variance, batch.variance, count / (count - 1)));
  }
  return result;
};
