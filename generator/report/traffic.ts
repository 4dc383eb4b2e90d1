import { count, ratio, short, tick, times } from '../base/numbers.js';
import { PASSES } from '../description/config.js';
import { type Bar, barsSvg } from './bars.js';
import { engineLegend, figureHtml, type Section } from './figure.js';
import type { Results, Run } from './results.js';
import { chartRuns, dramBytes, layerName, runName } from './select.js';

/** DRAM bytes over those that no plan can avoid. */
export const trafficSection = (results: Results): Section => {
  const runs = chartRuns(results).filter(({ compulsoryBytes }) => compulsoryBytes > 0);
  const over = (run: Run): number => dramBytes(run) / run.compulsoryBytes;
  const bar = (run: Run): Bar => ({
    ...{ group: layerName(run), engine: run.engine, value: over(run) },
    text: `${times(over(run))}  ${short(dramBytes(run), 'B')}`,
  });
  const among = runs.map(bar);
  const panels = PASSES.flatMap((pass) => {
    const bars = runs.filter((run) => run.pass === pass).map(bar);
    const label = `Bars of DRAM bytes over compulsory bytes of every layer and engine, ${pass}`;
    const axis = 'DRAM bytes ÷ compulsory bytes';
    return bars.length === 0
      ? []
      : [{ title: pass, draw: (width: number) => barsSvg({ label, axis, bars, among, tick, rule: 1 }, width) }];
  });
  const html = figureHtml({
    text: 'Compulsory is every element that a useful MAC touches, and every output, once: the dashed line. No plan can move less.',
    panels,
    legend: engineLegend(),
    tables: [
      {
        caption: 'bytes to and from memory, and vectors read from the buffers, of each run',
        head: [
          'run',
          { group: 'DRAM, bytes', heads: ['read', 'written', 'compulsory', 'reorganized'] },
          'DRAM ÷ compulsory',
          { group: 'vectors read from a buffer', heads: ['dynamic', 'stationary', 'zeros'] },
          'MACs on zeros',
        ],
        rows: runs.map((run) => [
          ...[runName(run), count(run.dramBytesRead), count(run.dramBytesWritten)],
          ...[count(run.compulsoryBytes), count(run.reorganizeBytes), ratio(over(run))],
          ...[run.dynamicReads, run.stationaryReads, run.zerosFetched, run.zerosMultiplied].map(count),
        ]),
      },
    ],
  });
  return { id: 'traffic', title: 'Memory traffic', html };
};
