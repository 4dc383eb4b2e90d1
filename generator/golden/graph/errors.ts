import type { Layer } from '../../description/layer.js';
import type { Activation, Convolution, Operation, OperationKind, Pooling } from '../../graph/operations.js';
import { convolve } from '../convolution.js';
import { finite, LEAST } from '../nearest.js';
import { concatenation, flattening, slice } from './channels.js';
import { convolution } from './convolution.js';
import { activated, derivative, dropout } from './elementwise.js';
import { type ErrorRule, rounded, sizes, slack, sum, UNIT } from './errorRule.js';
import { batchNormalizationErrors } from './normalizationErrors.js';
import { globalAverage, pooling } from './pooling.js';
import { type Context, channelSums, toOperand } from './rule.js';

/** A context in which tensors are others, and parameters have no sign. */
const sized = (at: Context, tensor: (name: string) => Float64Array): Context => ({
  ...at,
  tensor,
  parameter: (name) => sizes(at.parameter(name)),
});

/** Products that make one value of Y, and one of X. */
const termsOfY = ({ Kh, Kw, C, G }: Layer): number => (Kh * Kw * C) / G;
const termsOfX = ({ Kh, Kw, N, G }: Layer): number => (Kh * Kw * N) / G;

const convolutionErrors: ErrorRule<Convolution> = {
  forward: (operation, at, off, y) => {
    const { layer, transposed, x } = operation;
    const terms = transposed ? termsOfX(layer) : termsOfY(layer);
    const loose = sized(at, () => slack(at.tensor(x), off(x), terms));
    const products = convolution
      .forward({ ...operation, bias: undefined }, loose)
      .map((error) => error + 2 * terms * LEAST);
    return rounded(y, products);
  },
  backward: (operation, at, off, gradient, gradientOff) => {
    const { layer, transposed, x } = operation;
    const loose = (terms: number): Float64Array => slack(gradient, gradientOff, terms);
    const pixels = layer.B * layer.Ho * layer.Wo;
    const wgrad = (read: Float64Array, made: Float64Array): Float64Array =>
      transposed ? convolve(layer, 'wgrad', made, read) : convolve(layer, 'wgrad', read, made);
    const terms = transposed ? termsOfY(layer) : termsOfX(layer);
    const toX = (): Float64Array => {
      const [{ values }] = convolution.backward(operation, sized(at, at.tensor), loose(terms)).tensors;
      return values().map((error) => error + 2 * terms * LEAST);
    };
    const ofWeights = (): Float64Array => {
      const products = wgrad(sizes(at.tensor(x)), loose(pixels));
      const whole = sum(products, wgrad(off(x), sum(sizes(gradient), gradientOff)));
      return whole.map((error) => error + 2 * pixels * LEAST);
    };
    const channels = transposed ? layer.C : layer.N;
    const ofBias = (): Float64Array => channelSums(loose(gradient.length / channels), channels);
    return {
      tensors: [{ name: x, values: toX }],
      parameters: [
        { name: operation.weights, values: ofWeights },
        ...(operation.bias === undefined ? [] : [{ name: operation.bias, values: ofBias }]),
      ],
    };
  },
};

const activationErrors: ErrorRule<Activation> = {
  forward: (operation, at, off, y) => {
    const spread = off(operation.x);
    const exact = operation.slope === 0 || operation.slope === 1;
    const moved = at.tensor(operation.x).map((x, i) => {
      const ends = [x - spread[i], x + spread[i], ...(Math.abs(x) <= spread[i] ? [0] : [])];
      // what is infinite is judged as it is
      return spread[i] === 0 || !Number.isFinite(y[i])
        ? 0
        : Math.max(...ends.map((end) => Math.abs(activated(operation, end) - y[i])));
    });
    return exact ? moved : rounded(y, moved);
  },
  /** Where the operands do not tell on which side of a kink they are, either slope is right. */
  backward: (operation, at, off, gradient, gradientOff) =>
    toOperand(operation.x, () => {
      const { slope, least, most, name } = operation;
      const [x, y] = [at.tensor(slope < 0 ? operation.x : name), at.tensor(name)];
      const [xOff, yOff] = [off(slope < 0 ? operation.x : name), off(name)];
      return gradient.map((value, i) => {
        const factors = [-1, 0, 1].map((side) => derivative(operation, x[i] + side * xOff[i], y[i] + side * yOff[i]));
        // both bounds are near
        if (yOff[i] > 0 && yOff[i] >= most - least) factors.push(1, slope);
        const steep = Math.max(...factors.map(Math.abs));
        const doubt = Math.max(...factors) - Math.min(...factors);
        const error = steep * gradientOff[i] + doubt * (Math.abs(finite(value)) + gradientOff[i]);
        return steep === 0 || steep === 1 ? error : error + 8 * UNIT * steep * Math.abs(finite(value)) + LEAST;
      });
    }),
};

const taps = ({ layer }: Pooling): number => layer.Kh * layer.Kw;

const poolingErrors: ErrorRule<Pooling> = {
  forward: (operation, at, off, y) => {
    const { x, of } = operation;
    // the maximum moves no further than that which moves most
    if (of === 'maximum')
      return pooling.forward(operation, { ...at, tensor: () => off(x) }).map((error) => Math.max(0, error));
    const loose = pooling.forward(operation, { ...at, tensor: () => slack(at.tensor(x), off(x), taps(operation)) });
    return rounded(y, loose);
  },
  backward: (operation, at, off, gradient, gradientOff) => {
    const { layer, of, x } = operation;
    const { Kh, Kw, Sh, Sw, Dh, Dw } = layer;
    if (of === 'maximum' && off(x).some((error) => error > 0))
      throw new RangeError(`${operation.name}: which value won is told by ${x} alone; give it`);
    // where no windows overlap, values are only moved
    const moves = of === 'maximum' && Dh * (Kh - 1) < Sh && Dw * (Kw - 1) < Sw;
    return pooling.backward(operation, at, moves ? gradientOff : slack(gradient, gradientOff, taps(operation)));
  },
};

const errors: { readonly [K in OperationKind]: ErrorRule<Extract<Operation, { readonly kind: K }>> } = {
  convolution: convolutionErrors,
  activation: activationErrors,
  addition: {
    forward: ({ x, y }, _at, off, made) => rounded(made, sum(off(x), off(y))),
    backward: ({ x, y }, _at, _off, _gradient, gradientOff) => ({
      tensors: [x, y].map((name) => ({ name, values: () => gradientOff })),
      parameters: [],
    }),
  },
  concatenation: {
    forward: (operation, at, off) => concatenation.forward(operation, { ...at, tensor: off }),
    backward: (operation, at, _off, _gradient, gradientOff) => concatenation.backward(operation, at, gradientOff),
  },
  slice: {
    forward: (operation, at, off) => slice.forward(operation, { ...at, tensor: off }),
    backward: (operation, at, _off, _gradient, gradientOff) => slice.backward(operation, at, gradientOff),
  },
  flattening: {
    forward: (operation, at, off) => flattening.forward(operation, { ...at, tensor: off }),
    backward: (operation, at, _off, _gradient, gradientOff) => flattening.backward(operation, at, gradientOff),
  },
  dropout: {
    forward: (operation, at, off, y) =>
      at.training ? rounded(y, dropout.forward(operation, { ...at, tensor: off })) : off(operation.x),
    backward: (operation, at, _off, gradient, gradientOff) =>
      dropout.backward(operation, at, at.training ? slack(gradient, gradientOff, 0) : gradientOff),
  },
  pooling: poolingErrors,
  globalAverage: {
    forward: (operation, at, off, y) => {
      const [, H, W] = at.shape(operation.x);
      const loose = (): Float64Array => slack(at.tensor(operation.x), off(operation.x), H * W);
      return rounded(y, globalAverage.forward(operation, { ...at, tensor: loose }));
    },
    backward: (operation, at, _off, gradient, gradientOff) =>
      globalAverage.backward(operation, at, slack(gradient, gradientOff, 0)),
  },
  batchNormalization: batchNormalizationErrors,
};

export const errorsOf = <O extends Operation>({ kind }: O): ErrorRule<O> => errors[kind] as unknown as ErrorRule<O>;
