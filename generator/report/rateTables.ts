import { change, ratio } from '../base/numbers.js';
import { PAPER } from './paper.js';
import { publishedRate, type RatePoint, ratePoints } from './rates.js';
import type { NetworkTotals, Results } from './results.js';

/** Elements a cycle that reorganizers write, up to a beat of the reference accelerator. */
export const RATES = [1, 2, 4, 8, 16] as const;

/** One element a cycle, beside nothing else. */
export const SIMPLE = { elementsPerCycle: 1, overlap: false } as const;

/** Passes that the reorganize step is part of. */
const GRADIENTS = 2;

const scopeName = (scope: NetworkTotals['scope']): string => (scope === 'all' ? 'all' : 'stride ≥ 2');

/** What bp saves over each reorganizer as lines for a table: head first. Empty when there are none. */
export const rateRows = (results: Pick<Results, 'networks' | 'reorganizers'>): readonly (readonly string[])[] => {
  const curves = (['strided', 'all'] as const).flatMap((scope) =>
    [false, true].map((overlap) => ({ scope, overlap, points: ratePoints(results, scope, overlap) })),
  );
  if (curves.every(({ points }) => points.length === 0)) return [];
  const at = (points: readonly RatePoint[], rate: number): string => {
    const point = points.find(({ elementsPerCycle }) => elementsPerCycle === rate);
    return point ? change(-point.mean) : '';
  };
  return [
    [
      'elements a cycle',
      ...curves.map(({ scope, overlap }) => `${scopeName(scope)}, ${overlap ? 'overlapped' : 'alone'}`),
    ],
    ...RATES.map((rate) => [String(rate), ...curves.map(({ points }) => at(points, rate))]),
  ];
};

/** Changes of both gradients by bp over the simple reorganizer on the reference layers, measured: name and share. */
export const measuredChanges = ({
  runs,
  reorganizerRuns,
}: Pick<Results, 'runs' | 'reorganizerRuns'>): readonly (readonly [layer: string, share: number])[] => {
  const sum = (list: readonly { readonly layer: string; readonly cycles: number }[], layer: string): number =>
    list.filter((run) => run.layer === layer).reduce((total, { cycles }) => total + cycles, 0);
  const bp = runs.filter(({ engine, pass }) => engine === 'bp' && pass !== 'fprop');
  const complete = (list: readonly { readonly layer: string }[], layer: string): boolean =>
    list.filter((run) => run.layer === layer).length === GRADIENTS;
  return [...new Set(reorganizerRuns.map(({ layer }) => layer))]
    .filter((layer) => complete(bp, layer) && complete(reorganizerRuns, layer))
    .map((layer) => [layer, sum(bp, layer) / sum(reorganizerRuns, layer) - 1]);
};

/** In two sentences: what the published figure is consistent with, and what is not known. */
export const explanation = (results: Results): readonly string[] => {
  const points = ratePoints(results, 'strided', false);
  const found = publishedRate(points);
  if (!found) return [];
  const one = points.find(({ elementsPerCycle }) => elementsPerCycle === SIMPLE.elementsPerCycle);
  const measured = measuredChanges(results);
  const mean = measured.reduce((total, [, share]) => total + share, 0) / Math.max(1, measured.length);
  const how = found.extrapolated ? 'by extrapolation' : 'by interpolation';
  return [
    `The published ${PAPER.runtime.text} is consistent with a traditional baseline whose reorganize step writes about ${ratio(found.elementsPerCycle)} elements a cycle and ` +
      `overlaps with nothing (${how}, mean over the layers of stride ≥ 2 of these networks)` +
      `${one ? `: over one element a cycle bp changes the runtime by ${change(-one.mean)}` : ''}` +
      `${one && measured.length > 0 ? `, and on ${measured.map(([layer]) => layer).join(', ')} by ${change(mean)}, measured on the RTL` : ''}.`,
    "The paper's own baseline is not known to us in detail; nothing is tuned here beyond this one choice.",
  ];
};
