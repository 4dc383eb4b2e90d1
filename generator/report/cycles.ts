import { count, percent, short, tick, times } from '../base/numbers.js';
import { PASSES } from '../description/config.js';
import { type Bar, barsSvg } from './bars.js';
import { engineLegend, figureHtml, type Section } from './figure.js';
import type { Results, Run } from './results.js';
import { chartRuns, layerName, runName, siblingOf } from './select.js';

/** Cycles of each layer, pass and engine. */
export const cyclesSection = (results: Results): Section => {
  const runs = chartRuns(results);
  const speedup = (run: Run, engine: 'traditional' | 'bp'): string => {
    const other = siblingOf(runs, run, engine);
    return other ? times(other.cycles / run.cycles) : '';
  };
  const bar = (run: Run): Bar => ({
    ...{ group: layerName(run), engine: run.engine, value: run.cycles, part: run.reorganizeCycles },
    text: `${short(run.cycles)}${run.engine === 'traditional' ? '' : `  ${speedup(run, 'traditional')}`}`.trimEnd(),
  });
  const among = runs.map(bar);
  const panels = PASSES.flatMap((pass) => {
    const bars = runs.filter((run) => run.pass === pass).map(bar);
    const label = `Bars of the cycles of every layer and engine, ${pass}`;
    return bars.length === 0
      ? []
      : [{ title: pass, draw: (width: number) => barsSvg({ label, axis: 'cycles', bars, among, tick }, width) }];
  });
  const html = figureHtml({
    text: 'At the end of each bar: its cycles, and how many times as fast as <code>traditional</code> that is. Hatched: the reorganize step, which only <code>traditional</code> has.',
    panels,
    legend: engineLegend('<span class="key"><i class="swatch hatched"></i>reorganize step</span>'),
    tables: [
      {
        caption: 'cycles, speedup and utilization of each run',
        head: [
          'run',
          { group: 'cycles', heads: ['all', 'reorganize step'] },
          { group: 'speedup over', heads: ['traditional', 'bp'] },
          { group: 'share of the array, %', heads: ['useful', 'lane bound', 'busy'] },
        ],
        rows: runs.map((run) => [
          ...[runName(run), count(run.cycles), count(run.reorganizeCycles)],
          ...[speedup(run, 'traditional'), speedup(run, 'bp')],
          ...[run.utilization, run.laneBound, run.busy].map((share) => percent(share)),
        ]),
      },
    ],
  });
  return { id: 'cycles', title: 'Cycles of each layer', html };
};
