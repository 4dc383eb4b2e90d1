import * as Plot from '@observablehq/plot';
import { change, percent, typeset } from '../base/numbers.js';
import { AXIS, figureHtml, HALO, type Panel, plotSvg, type Section } from './figure.js';
import { PAPER } from './paper.js';
import { type RatePoint, ratePoints } from './rates.js';
import { explanation, measuredChanges, rateRows } from './rateTables.js';
import type { NetworkTotals, Results } from './results.js';
import { escaped, sentence } from './text.js';
import { SCOPES } from './totals.js';

/** Colours that are told apart on light and on dark ground; a network keeps its own in every panel. */
const COLORS = ['#4e79a7', '#e0802b', '#d1495b', '#2f9e8f', '#8f6bb3', '#8a8d3f', '#b0708f', '#6b7a8f'] as const;

interface Point {
  readonly network: string;
  readonly rate: number;
  readonly saved: number;
}

const MEAN = 'mean';

const pointsOf = (rates: readonly RatePoint[]): readonly Point[] =>
  rates.flatMap(({ elementsPerCycle, networks, mean }) => [
    ...Object.entries(networks).map(([network, saved]) => ({ network, rate: elementsPerCycle, saved })),
    { network: MEAN, rate: elementsPerCycle, saved: mean },
  ]);

const titleOf = ({ network, rate, saved }: Point): string =>
  `${network}, ${rate} ${rate === 1 ? 'element' : 'elements'} a cycle: bp saves ${percent(saved)}`;

/** What bp saves over the rate of the reorganizer: a line for each network, their mean, and the published figure. */
const ratesSvg = (points: readonly Point[], names: readonly string[], label: string, width: number): string => {
  const published = -PAPER.runtime.value;
  const at = { x: 'rate', y: 'saved' } as const;
  const own = points.filter(({ network }) => network !== MEAN);
  const mean = points.filter(({ network }) => network === MEAN);
  const ticks = [...new Set(points.map(({ rate }) => rate))];
  const most = Math.max(published * 1.25, ...points.map(({ saved }) => saved * 1.05));
  return plotSvg(label, {
    ...{ width, height: Math.max(270, Math.min(400, width / 1.8)) },
    ...{ marginLeft: 50, marginRight: 20, marginTop: 30, marginBottom: 48 },
    x: {
      ...{ type: 'log', base: 2, label: 'elements that the reorganize step writes in a cycle', ticks, ...AXIS },
      tickFormat: String,
    },
    y: {
      ...{
        domain: [Math.min(0, ...points.map(({ saved }) => saved * 100)), most * 100],
        label: 'runtime that bp saves',
      },
      ...{ percent: true, grid: true, labelArrow: 'none', ticks: 5 },
      tickFormat: (value: number) => percent(value / 100, 0),
    },
    color: { domain: [...names], range: names.map((_, index) => COLORS[index % COLORS.length]!) },
    marks: [
      Plot.ruleY([0]),
      Plot.ruleY([published], { stroke: 'currentColor', strokeDasharray: '5 4' }),
      Plot.line(own, { ...at, z: 'network', stroke: 'network', strokeWidth: 1.5 }),
      Plot.dot(own, { ...at, r: 3, fill: 'network', title: titleOf }),
      Plot.line(mean, { ...at, stroke: 'currentColor', strokeWidth: 3 }),
      Plot.dot(mean, { ...at, r: 4, fill: 'currentColor', title: titleOf }),
      Plot.text([published], {
        ...{ y: (share: number) => share, frameAnchor: 'right', textAnchor: 'end', dy: -9 },
        ...{ text: () => `published: ${percent(published)}`, ...HALO },
      }),
    ],
  });
};

const legend = (names: readonly string[]): string => {
  const key = (name: string, color: string): string =>
    `<span class="key"><i class="swatch" style="background:${color}"></i>${escaped(name)}</span>`;
  const keys = names.map((name, index) => key(name, COLORS[index % COLORS.length]!));
  return `<p class="legend">${[...keys, key(`${MEAN} of the networks`, 'currentColor')].join(' ')}</p>`;
};

/** What bp saves over simpler reorganize steps, and what the published figure is consistent with. */
export const reorganizersSection = (results: Results): Section => {
  const curves = (['strided', 'all'] as const).map((scope): readonly [NetworkTotals['scope'], readonly Point[]] => [
    scope,
    pointsOf(ratePoints(results, scope, false)),
  ]);
  const shown = curves.filter(([, points]) => points.length > 0);
  const names = [...new Set(shown.flatMap(([, points]) => points.map(({ network }) => network)))].filter(
    (name) => name !== MEAN,
  );
  const panels = shown.map(
    ([scope, points]): Panel => ({
      title: sentence(SCOPES[scope]),
      draw: (width) =>
        ratesSvg(
          points,
          names,
          `Lines of the runtime that bp saves over the rate of the reorganizer, ${SCOPES[scope]}`,
          width,
        ),
    }),
  );
  const [head = [], ...rows] = rateRows(results);
  const measured = measuredChanges(results);
  const onRtl =
    measured.length > 0
      ? ` Measured on the RTL, one element a cycle, alone: ${measured.map(([layer, share]) => `${layer} ${change(share)}`).join(', ')}.`
      : '';
  const text = `Cycles of both gradients that <code>bp</code> saves over <code>traditional</code>, by the model, where nothing of the pass runs beside the reorganize step.${escaped(onRtl)}`;
  const sentences = explanation(results).map((line) => `<p>${escaped(typeset(line))}</p>`);
  const html =
    panels.length === 0
      ? ''
      : figureHtml({
          text,
          panels,
          legend: legend(names),
          tables: [{ caption: 'change of the runtime by bp, means over the networks', head, rows }],
        }) + sentences.join('\n');
  return { id: 'reorganizers', title: 'The published figure', html };
};
