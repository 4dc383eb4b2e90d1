import type { Results, Run } from '../evaluation/results.js';
import { barsSvg } from './bars.js';
import { engineLegend, figureHtml, type Section } from './figure.js';
import { chartRuns, siblingOf } from './select.js';
import { count, percent, short, times } from './text.js';

/** Cycles of each layer, pass and engine. */
export const cyclesSection = (results: Results): Section => {
  const runs = chartRuns(results);
  const speedup = (run: Run, engine: 'traditional' | 'bp'): string => {
    const other = siblingOf(runs, run, engine);
    return other ? times(other.cycles / run.cycles) : '';
  };
  const text = (run: Run): string => {
    const gain = run.engine === 'traditional' ? '' : speedup(run, 'traditional');
    return `${short(run.cycles)}${gain && `  ${gain}`}`;
  };
  const svg = barsSvg(runs, {
    label: 'Bars of the cycles of every layer, pass and engine',
    axis: 'cycles',
    value: ({ cycles }) => cycles,
    part: ({ reorganizeCycles }) => reorganizeCycles,
    text,
    tick: short,
  });
  const html = figureHtml({
    title: 'Cycles',
    text: 'Behind each bar: its cycles, and the speedup over <code>traditional</code>. Hatched: the reorganize step, which only <code>traditional</code> has.',
    svg,
    legend: engineLegend('<span class="key"><i class="swatch hatched"></i>reorganize step</span>'),
    table: {
      caption: 'cycles, speedup and utilization of each run',
      head: [
        'layer',
        'pass',
        'engine',
        'cycles',
        'over traditional',
        'over bp',
        'utilization',
        'lane bound',
        'busy',
        'reorganize cycles',
      ],
      text: 3,
      rows: runs.map((run) => [
        ...[run.layer, run.pass, run.engine, count(run.cycles), speedup(run, 'traditional'), speedup(run, 'bp')],
        ...[percent(run.utilization), percent(run.laneBound), percent(run.busy), count(run.reorganizeCycles)],
      ]),
    },
  });
  return { id: 'cycles', title: 'Cycles of each layer', html };
};
