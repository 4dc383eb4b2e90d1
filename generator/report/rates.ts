import { mean } from '../base/lists.js';
import { PAPER } from './paper.js';
import type { NetworkTotals, Results } from './results.js';

/** What bp saves of the cycles of both gradients over a `traditional` with some reorganizer. */
export interface RatePoint {
  readonly elementsPerCycle: number;
  /** Shares of the cycles of `traditional`, by network. */
  readonly networks: Readonly<Record<string, number>>;
  readonly mean: number;
}

const backward = ({ dgrad, wgrad }: Pick<NetworkTotals, 'dgrad' | 'wgrad'>): number => dgrad + wgrad;

/** The points of a scope, slowest reorganizer first; a point without all networks is left out. */
export const ratePoints = (
  { networks, reorganizers }: Pick<Results, 'networks' | 'reorganizers'>,
  scope: NetworkTotals['scope'],
  overlap: boolean,
): readonly RatePoint[] => {
  const bp = new Map(
    networks
      .filter((totals) => totals.engine === 'bp' && totals.scope === scope && backward(totals) > 0)
      .map((totals) => [totals.network, backward(totals)]),
  );
  const found = reorganizers.filter((one) => one.scope === scope && one.overlap === overlap && bp.has(one.network));
  return [...new Set(found.map(({ elementsPerCycle }) => elementsPerCycle))]
    .sort((a, b) => a - b)
    .flatMap((elementsPerCycle) => {
      const saved = found
        .filter((one) => one.elementsPerCycle === elementsPerCycle)
        .map((one) => [one.network, 1 - bp.get(one.network)! / backward(one)] as const);
      if (saved.length < bp.size) return [];
      return [{ elementsPerCycle, networks: Object.fromEntries(saved), mean: mean(saved.map(([, share]) => share)) }];
    });
};

export interface PublishedRate {
  readonly elementsPerCycle: number;
  /** It lies outside the rates that were tried. */
  readonly extrapolated: boolean;
}

/**
 * The rate at which the mean saving is the published one. The cycles of a reorganizer are proportional to cycles an element,
 * so each network's cycles of `traditional` are taken as a straight line over these between two rates, or beyond the outer two.
 * @returns undefined with fewer than two rates, or where no rate gives the figure.
 */
export const publishedRate = (
  points: readonly RatePoint[],
  target = -PAPER.runtime.value,
): PublishedRate | undefined => {
  if (points.length < 2) return undefined;
  const index = points.findIndex(({ mean }) => mean < target);
  // the pair around the target, or the outermost one
  const upper = index < 0 ? points.length - 1 : Math.max(1, index);
  const [slow, fast] = [points[upper - 1]!, points[upper]!];
  const [xSlow, xFast] = [1 / slow.elementsPerCycle, 1 / fast.elementsPerCycle];
  const names = Object.keys(slow.networks);
  // cycles of traditional over those of bp
  const over = (share: number): number => 1 / (1 - share);
  const savedAt = (x: number): number =>
    mean(
      names.map((name) => {
        const [a, b] = [over(slow.networks[name]!), over(fast.networks[name]!)];
        return 1 - 1 / (b + ((a - b) * (x - xFast)) / (xSlow - xFast));
      }),
    );
  let [low, high] = [0, 64];
  if (!(savedAt(low) < target && savedAt(high) > target)) return undefined;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (savedAt(middle) < target) low = middle;
    else high = middle;
  }
  const extrapolated = index <= 0;
  return { elementsPerCycle: 1 / low, extrapolated };
};
