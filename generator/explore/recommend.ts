import { count, fixed, percent } from '../base/numbers.js';
import { energyText } from '../energy/text.js';
import { paretoFront } from './pareto.js';

/** What points are compared by; less is better. */
export const MEASURES = ['cycles', 'luts', 'gates', 'mm2', 'bytes', 'cells', 'energy'] as const;
export type Measure = (typeof MEASURES)[number];

/** What is said of a measure: its name in the singular of a sentence, and its values in words. */
export const MEASURE_WORDS: Readonly<
  Record<Measure, { readonly title: string; readonly show: (value: number) => string }>
> = {
  cycles: { title: 'cycles', show: (value) => `${count(value)} cycles` },
  luts: { title: 'LUTs', show: (value) => `${count(value)} LUTs` },
  gates: { title: 'gates', show: (value) => `${count(value)} gates` },
  mm2: { title: 'mm² of logic', show: (value) => `${fixed(value, 3)} mm² of logic` },
  bytes: { title: 'bytes of buffers', show: (value) => `${count(value)} bytes of buffers` },
  cells: { title: 'MAC cells', show: (value) => `${count(value)} MAC cells` },
  energy: { title: 'energy', show: energyText },
};

/** The values of a point. */
export type Measured = Readonly<Partial<Record<Measure, number>>>;

/** The most of some measures that a point may have. */
export type Budget = Readonly<Partial<Record<Measure, number>>>;

export interface Judgement {
  /** Whether each point is on the Pareto front, and within the budget. */
  readonly front: readonly boolean[];
  readonly within: readonly boolean[];
  /** The point that is recommended; nothing where none is within the budget. */
  readonly best?: number;
  /** Why, in a sentence or two. */
  readonly words: string;
  /** Points in the order in which they would be recommended. */
  readonly order: readonly number[];
}

/** Cycles that a point within the budget may lose against the fastest, when it costs less. */
const SLACK = 0.05;

const within = (point: Measured, budget: Budget): boolean =>
  Object.entries(budget).every(([measure, most]) => (point[measure as Measure] ?? Number.POSITIVE_INFINITY) <= most);

/** Costs of a point together: the geometric mean of all measures but cycles. 0 is as little as can be. */
const costOf = (point: Measured, measures: readonly Measure[]): number => {
  const costs = measures.filter((measure) => measure !== 'cycles');
  return Math.exp(costs.reduce((sum, measure) => sum + Math.log(point[measure]!), 0) / Math.max(1, costs.length));
};

const namesOf = (measures: readonly Measure[]): string => {
  const names = measures.filter((measure) => measure !== 'cycles').map((measure) => MEASURE_WORDS[measure].title);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? 'nothing else');
};

/** Why a point within a budget is recommended. */
const budgetWords = (
  points: readonly Measured[],
  measures: readonly Measure[],
  best: number,
  fastest: number,
): string => {
  if (best === fastest) return `It has the fewest cycles within the budget.`;
  const more = points[best]!.cycles! / points[fastest]!.cycles! - 1;
  const less = 1 - costOf(points[best]!, measures) / costOf(points[fastest]!, measures);
  return `It takes ${percent(more)} more cycles than the fastest one within the budget, and ${percent(less)} less of ${namesOf(measures)}.`;
};

/**
 * Which points are on the front, and which one to take. With a budget, the fastest within it, or the one that costs least of those that
 * take at most 5 % longer; without, the one with the smallest product of cycles and costs.
 * @param measures those that the points have and that are to be compared, cycles among them.
 */
export const judge = (points: readonly Measured[], measures: readonly Measure[], budget: Budget): Judgement => {
  const front = paretoFront(points.map((point) => measures.map((measure) => point[measure]!)));
  const inside = points.map((point) => within(point, budget));
  const candidates = points.flatMap((_, index) => (front[index] && inside[index] ? [index] : []));
  const cycles = (index: number): number => points[index]!.cycles!;
  const cost = (index: number): number => costOf(points[index]!, measures);
  const isLimited = Object.keys(budget).length > 0;
  const fastest = candidates.reduce((a, b) => (cycles(b) < cycles(a) ? b : a), candidates[0] ?? -1);
  const isNear = (index: number): boolean => cycles(index) <= (1 + SLACK) * cycles(fastest);
  const order = [...candidates].sort((a, b) =>
    isLimited
      ? Number(isNear(b)) - Number(isNear(a)) || (isNear(a) ? cost(a) - cost(b) : 0) || cycles(a) - cycles(b)
      : cycles(a) * cost(a) - cycles(b) * cost(b),
  );
  const best = order[0];
  if (best === undefined) {
    const least = (Object.keys(budget) as Measure[]).map(
      (measure) =>
        `${MEASURE_WORDS[measure].show(Math.min(...points.map((point) => point[measure]!)))} at least, of ${MEASURE_WORDS[measure].show(budget[measure]!)}`,
    );
    return {
      ...{ front, within: inside, order },
      words: `No point is within the budget: the points take ${least.join('; ')}.`,
    };
  }
  const words = isLimited
    ? budgetWords(points, measures, best, fastest)
    : candidates.length === 1
      ? 'No other point has less of anything that is compared.'
      : `Of ${count(candidates.length)} that no other one beats, it has the smallest product of cycles and ${namesOf(measures)}${measures.length > 2 ? ' (their geometric mean)' : ''}.`;
  return { front, within: inside, best, words, order };
};
