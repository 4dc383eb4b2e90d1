import type { BatchNormalization } from '../../graph/operations.js';
import { LEAST } from '../nearest.js';
import { type ErrorRule, type Off, sizes, slack, sum, UNIT } from './errorRule.js';
import { statisticsOf } from './normalization.js';
import { type Context, channelSums } from './rule.js';

/** A normalised tensor and all that is uncertain of it. */
interface Normalized {
  readonly channels: number;
  /** Values of a channel. */
  readonly count: number;
  /** 1 / √(variance + epsilon) of each channel, and how far it may be off, relative. */
  readonly factor: Float64Array;
  readonly loose: Float64Array;
  /** x̂, how far it may be off, and what it is the difference of: (|x| + |mean|) · factor. */
  readonly values: Float64Array;
  readonly off: Float64Array;
  readonly parts: Float64Array;
}

/**
 * Statistics of the batch may be off by (n + 16) · 2^−24 of the mean of |x|, and four times that part of the mean of x²: so much may a
 * variance lose that is worked out as mean of x² − mean². Where that is as much as the variance and epsilon, nothing is claimed.
 */
const normalized = (operation: BatchNormalization, at: Context, off: Off): Normalized => {
  const { mean, variance } = statisticsOf(operation, at);
  const channels = mean.length;
  const [x, xOff] = [at.tensor(operation.x), off(operation.x)];
  const count = x.length / channels;
  const averages = (term: (i: number, c: number) => number): Float64Array =>
    channelSums(
      x.map((_, i) => term(i, i % channels)),
      channels,
    ).map((total) => total / count);
  const part = at.training ? (count + 16) * UNIT : 0;
  const moved = averages((i) => xOff[i]);
  const meanOff = averages((i) => Math.abs(x[i])).map((size, c) => (at.training ? part * size + moved[c] : 0));
  const squares = averages((i) => (Math.abs(x[i]) + xOff[i]) ** 2);
  const spread = averages((i, c) => (2 * Math.abs(x[i] - mean[c]) + xOff[i]) * xOff[i]);
  const factor = variance.map((value) => 1 / Math.sqrt(value + operation.epsilon));
  const loose = variance.map((value, c) => {
    const error = at.training ? 4 * part * squares[c] + spread[c] + moved[c] ** 2 : 0;
    const sure = value + operation.epsilon - error;
    return sure > 0 ? Math.sqrt((value + operation.epsilon) / sure) - 1 + 8 * UNIT : Infinity;
  });
  const values = x.map((value, i) => (value - mean[i % channels]) * factor[i % channels]);
  const sizeOf = (i: number): number => Math.abs(x[i]) + Math.abs(mean[i % channels]);
  const errors = x.map((_, i) => {
    const c = i % channels;
    const difference = xOff[i] + meanOff[c] + 8 * UNIT * sizeOf(i);
    return factor[c] * (1 + loose[c]) * difference + Math.abs(values[i]) * loose[c] + LEAST;
  });
  const parts = x.map((_, i) => sizeOf(i) * factor[i % channels] * (1 + loose[i % channels]) + errors[i]);
  return { channels, count, factor, loose, values, off: errors, parts };
};

export const batchNormalizationErrors: ErrorRule<BatchNormalization> = {
  forward: (operation, at, off) => {
    const { channels, values, off: errors } = normalized(operation, at, off);
    const [scale, shift] = [sizes(at.parameter(operation.scale)), sizes(at.parameter(operation.shift))];
    return errors.map((error, i) => {
      const c = i % channels;
      return scale[c] * error + 8 * UNIT * (scale[c] * Math.abs(values[i]) + shift[c]) + 2 * LEAST;
    });
  },
  backward: (operation, at, off, gradient, gradientOff) => {
    const { channels, count, factor, loose, values, off: errors, parts } = normalized(operation, at, off);
    const size = sizes(gradient);
    const terms = (count + 8) * UNIT;
    const ofShift = channelSums(slack(gradient, gradientOff, count), channels);
    const ofScale = channelSums(
      size.map((g, i) => {
        const moved = gradientOff[i] * (Math.abs(values[i]) + errors[i]) + g * errors[i];
        return moved + terms * (g + gradientOff[i]) * parts[i] + 2 * LEAST;
      }),
      channels,
    );
    const ofX = (): Float64Array => {
      const scale = sizes(at.parameter(operation.scale));
      const batch = at.training ? 1 / count : 0;
      const [shiftSum, scaleSum] = [
        channelSums(gradient, channels).map(Math.abs),
        channelSums(
          gradient.map((g, i) => g * values[i]),
          channels,
        ).map(Math.abs),
      ];
      return sum(size, gradientOff).map((g, i) => {
        const c = i % channels;
        const whole = g + batch * (shiftSum[c] + ofShift[c] + parts[i] * (scaleSum[c] + ofScale[c]));
        const moved =
          gradientOff[i] +
          batch * (ofShift[c] + (Math.abs(values[i]) + errors[i]) * ofScale[c] + errors[i] * scaleSum[c]);
        return scale[c] * factor[c] * ((1 + loose[c]) * moved + (loose[c] + 16 * UNIT) * whole) + 2 * LEAST;
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
