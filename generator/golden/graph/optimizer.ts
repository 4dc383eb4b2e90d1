import type { Values } from './rule.js';

/** Stochastic gradient descent; what is absent does nothing. */
export interface SgdOptions {
  readonly rate: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  /** Gradients are brought within ±clip. */
  readonly clip?: number;
  /** What the loss, and so every gradient, was multiplied by. If given, a step with a gradient that is not finite is left out. */
  readonly lossScale?: number;
}

export interface SgdState {
  readonly parameters: ReadonlyMap<string, Values>;
  /** Empty before the first step. */
  readonly velocities: ReadonlyMap<string, Values>;
}

/**
 * One step as PyTorch defines it, without dampening, for each parameter w that has a gradient g:
 * g ← g / lossScale; g ← min(max(g, −clip), clip); g ← g + weightDecay · w; v ← momentum · v + g, at first from v = 0;
 * w ← w − rate · v, with Nesterov w − rate · (g + momentum · v). Without momentum v is not kept.
 * @returns parameters and velocities after the step; those given if it was left out. @throws RangeError for sizes that differ.
 */
export const sgdStep = (
  { parameters, velocities }: SgdState,
  gradients: ReadonlyMap<string, Values>,
  { rate, momentum = 0, nesterov = false, weightDecay = 0, clip = Infinity, lossScale }: SgdOptions,
): SgdState => {
  if (lossScale !== undefined && ![...gradients.values()].every((values) => values.every(Number.isFinite)))
    return { parameters, velocities };
  const after = { parameters: new Map(parameters), velocities: new Map(velocities) };
  for (const [name, gradient] of gradients) {
    const w = parameters.get(name);
    if (w?.length !== gradient.length)
      throw new RangeError(`${name}: ${gradient.length} gradients of ${w?.length ?? 'no'} values`);
    const before = velocities.get(name);
    const velocity = new Float64Array(w.length);
    const values = Float64Array.from(w, (value, i) => {
      const clipped = Math.min(Math.max(gradient[i] / (lossScale ?? 1), -clip), clip);
      const g = clipped + weightDecay * value;
      velocity[i] = momentum === 0 ? g : momentum * (before?.[i] ?? 0) + g;
      return value - rate * (nesterov ? g + momentum * velocity[i] : velocity[i]);
    });
    after.parameters.set(name, values);
    if (momentum !== 0) after.velocities.set(name, velocity);
  }
  return after;
};
