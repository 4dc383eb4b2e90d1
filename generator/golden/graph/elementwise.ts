import { dropoutMask } from '../../graph/dropoutMask.js';
import type { Activation, Addition, Dropout } from '../../graph/operations.js';
import { type Context, type Rule, toOperand } from './rule.js';

export const activated = ({ slope, least, most }: Activation, x: number): number => {
  const sloped = x < 0 ? (slope === 0 ? 0 : slope * x) : x;
  return sloped < least ? least : sloped > most ? most : sloped;
};

/** The derivative where the operation made y of x: that of ReLU at 0 is 0, of ReLU6 at 6 too. */
export const derivative = ({ slope, least, most }: Activation, x: number, y: number): number => {
  const inside = (least === -Infinity || y > least) && (most === Infinity || y < most);
  if (!inside) return 0;
  return (slope < 0 ? x : y) > 0 ? 1 : slope;
};

export const activation: Rule<Activation> = {
  forward: (operation, at) => at.tensor(operation.x).map((x) => activated(operation, x)),
  /** Where the derivative is 0 nothing passes, not even NaN. */
  backward: (operation, at, gradient) =>
    toOperand(operation.x, () => {
      const y = at.tensor(operation.name);
      const x = operation.slope < 0 ? at.tensor(operation.x) : y;
      return gradient.map((value, i) => {
        const factor = derivative(operation, x[i], y[i]);
        return factor === 0 ? 0 : factor * value;
      });
    }),
};

export const addition: Rule<Addition> = {
  forward: ({ x, y }, at) => {
    const other = at.tensor(y);
    return at.tensor(x).map((value, i) => value + other[i]);
  },
  backward: ({ x, y }, _at, gradient) => ({
    tensors: [x, y].map((name) => ({ name, values: () => gradient })),
    parameters: [],
  }),
};

const dropped = ({ name, rate }: Dropout, { training }: Context, values: Float64Array): Float64Array => {
  if (!training) return values.slice();
  const kept = dropoutMask(training.seed, name, rate);
  return values.map((value, i) => (kept(i) ? value / (1 - rate) : 0));
};

export const dropout: Rule<Dropout> = {
  forward: (operation, at) => dropped(operation, at, at.tensor(operation.x)),
  backward: (operation, at, gradient) => toOperand(operation.x, () => dropped(operation, at, gradient)),
};
