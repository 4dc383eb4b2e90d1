import { count, percent } from '../../base/numbers.js';
import { areaWords, type ExploreReport, shortText } from '../../explore/describe.js';
import { MEASURE_WORDS, type Measure } from '../../explore/recommend.js';
import { panelsHtml, type Section } from '../figure.js';
import { pageHtml } from '../pageHtml.js';
import { tableBlock } from '../table.js';
import { escaped } from '../text.js';
import { scatterSvg } from './chart.js';
import { chartOf, firstView, measureText, type PageData, pageData } from './data.js';
import { colorLegend } from './legend.js';

const select = (
  id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  on: string,
): string => {
  const items = options.map(
    ([value, text]) => `<option value="${escaped(value)}"${value === on ? ' selected' : ''}>${escaped(text)}</option>`,
  );
  return `<label>${escaped(label)} <select id="${id}">${items.join('')}</select></label>`;
};

const controls = (data: PageData, x: Measure): string => {
  const measures = data.measures.map((measure) => [measure, MEASURE_WORDS[measure].title] as const);
  const filters = data.axes.map(({ key, values }, i) =>
    select(`exploration-filter-${i}`, key, [['', 'all'], ...values.map((value) => [value, value] as const)], ''),
  );
  return [
    '<div class="controls">',
    ...filters,
    '<label><input type="checkbox" id="exploration-front"> only the front</label>',
    '<label><input type="checkbox" id="exploration-within"> only within the budget</label>',
    '</div><div class="controls">',
    select('exploration-x', 'across', measures, x),
    select('exploration-y', 'up', measures, 'cycles'),
    select(
      'exploration-color',
      'colours',
      data.axes.map(({ key }, i) => [String(i), key]),
      '0',
    ),
    '</div>',
  ].join('\n');
};

const recommendation = ({ name, work, accelerator, command, exploration }: ExploreReport, data: PageData): Section => {
  const { recommended, words, points, budget } = exploration;
  const best = points.find(({ id }) => id === recommended);
  const limits = Object.entries(budget).map(([measure, most]) => MEASURE_WORDS[measure as Measure].show(most));
  const own = data.points.find(({ id }) => id === recommended);
  const takes = own
    ? data.measures.map((measure, i) => measureText(measure, own.measures[i]!, own.isEstimated)).join(', ')
    : '';
  const values = best
    ? Object.entries(best.values)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')
    : '';
  return {
    id: 'recommended',
    title: 'Recommended',
    heading: best ? `Recommended: ${values}` : 'No point is within the budget',
    html: [
      `<p>${escaped(best ? `${takes}; ${percent(best.utilization)} of the array is useful. ` : '')}${escaped(words)}</p>`,
      limits.length > 0 ? `<p>Budget: ${escaped(limits.join(', '))}.</p>` : '',
      best
        ? `<p><code>${escaped(best.commands.estimate)}</code></p><p><code>${escaped(best.commands.generate)}</code></p>`
        : '',
      `<p class="soft">${escaped(`${name} on ${accelerator}, ${work}. Cycles by the performance model.`)} Again: <code>${escaped(command)}</code></p>`,
    ].join('\n'),
  };
};

const chartSection = (report: ExploreReport, data: PageData): Section => {
  const { exploration } = report;
  const view = firstView(exploration.measures);
  const chart = chartOf(data, data.points, view);
  const areas = areaWords(exploration);
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return {
    id: 'points',
    title: 'All points',
    html: [
      `<div id="exploration" hidden>${controls(data, view.x)}<p class="legend" id="exploration-legend">${colorLegend(data, 0)}</p></div>`,
      `<div id="exploration-chart">${panelsHtml([{ draw: (width) => scatterSvg(chart, width) }])}</div>`,
      '<p id="exploration-hover" class="soft" aria-live="polite">Large points are on the front: none other has less of everything that is compared. The ring is the one that is recommended. Both axes are logarithmic.</p>',
      '<div id="exploration-chosen" hidden><h3 id="exploration-title"></h3><ul id="exploration-commands" class="commands"></ul></div>',
      areas
        ? `<p class="soft">${escaped(`${exploration.area!.unit}: ${areas}.`)} Hollow points are estimates.</p>`
        : '',
      `<p class="soft">Energy: counters times ${escaped(`${exploration.energies.name} (${exploration.energies.source})`)}; control, clock and leakage are not in it.</p>`,
      `<script type="application/json" id="exploration-data">${json}</script>`,
    ].join('\n'),
  };
};

const MOST_ROWS = 200;

const frontSection = (data: PageData): Section => {
  const front = data.points.filter(({ onFront }) => onFront).sort((a, b) => a.measures[0]! - b.measures[0]!);
  const rows = front
    .slice(0, MOST_ROWS)
    .map((point) => [
      ...[point.values.join(' · '), point.engine],
      ...data.measures.map((measure, i) =>
        shortText(measure, measureText(measure, point.measures[i]!, point.isEstimated)),
      ),
      percent(point.utilization),
    ]);
  const table = tableBlock({
    caption: `The front: ${count(front.length)} of ${count(data.points.length)} points${front.length > MOST_ROWS ? `, of which the ${MOST_ROWS} fastest` : ''}; ${data.axes.map(({ key }) => key).join(' · ')}`,
    head: ['point', 'engine', ...data.measures.map((measure) => MEASURE_WORDS[measure].title), 'useful'],
    text: 2,
    rows,
  });
  return { id: 'front', title: 'The front', html: table };
};

const illegalSection = ({ exploration: { illegal, axes } }: ExploreReport): Section => ({
  id: 'left-out',
  title: 'Left out',
  html:
    illegal.length === 0
      ? ''
      : tableBlock({
          caption: `${count(illegal.length)} points that cannot be, or cannot do the work; ${axes.map(({ key }) => key).join(' · ')}`,
          head: ['point', 'reason', 'fix'],
          text: 3,
          rows: illegal.map(({ values, problem }) => [
            axes.map(({ key }) => values[key]!).join(' · '),
            `${problem.path}: ${problem.message}`,
            problem.fix,
          ]),
        }),
});

/** An exploration as one HTML file that needs nothing else: the chart can be walked through, and each point gives its commands. */
export const explorationHtml = (report: ExploreReport): Promise<string> => {
  const data = pageData(report);
  const sections = [
    recommendation(report, data),
    chartSection(report, data),
    frontSection(data),
    illegalSection(report),
  ];
  return pageHtml({
    title: `bp-im2col: accelerators for ${report.name}`,
    subtitle: `${count(data.points.length)} points from ${report.accelerator}, ${report.work}`,
    sections: sections.filter(({ html }) => html !== ''),
    script: 'exploration',
  });
};
