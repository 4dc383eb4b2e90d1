import type { Results, Run } from '../evaluation/results.js';
import { barsSvg } from './bars.js';
import { engineLegend, figureHtml, type Section } from './figure.js';
import { chartRuns, dramBytes } from './select.js';
import { count, megabytes } from './text.js';

/** DRAM bytes over those that no plan can avoid. */
export const trafficSection = (results: Results): Section => {
  const runs = chartRuns(results).filter(({ compulsoryBytes }) => compulsoryBytes > 0);
  const ratio = (run: Run): number => dramBytes(run) / run.compulsoryBytes;
  const svg = barsSvg(runs, {
    label: 'Bars of DRAM bytes over compulsory bytes of every layer, pass and engine',
    axis: 'DRAM bytes / compulsory bytes',
    value: ratio,
    text: (run) => `${ratio(run).toFixed(2)}  ${megabytes(dramBytes(run))}`,
    tick: (value) => String(value),
    rule: 1,
  });
  const html = figureHtml({
    title: 'DRAM bytes against compulsory bytes',
    text: 'Compulsory is every element that a useful MAC touches, and every output, once: the dashed line. No plan can move less.',
    svg,
    legend: engineLegend(),
    table: {
      caption: 'bytes, and vectors read from the buffers, of each run',
      head: [
        'layer',
        'pass',
        'engine',
        'read, bytes',
        'written, bytes',
        'compulsory, bytes',
        'ratio',
        'reorganized, bytes',
        'dynamic reads',
        'stationary reads',
        'zeros fetched',
        'zeros multiplied, MACs',
      ],
      text: 3,
      rows: runs.map((run) => [
        ...[run.layer, run.pass, run.engine, count(run.dramBytesRead), count(run.dramBytesWritten)],
        ...[count(run.compulsoryBytes), ratio(run).toFixed(3), count(run.reorganizeBytes)],
        ...[run.dynamicReads, run.stationaryReads, run.zerosFetched, run.zerosMultiplied].map(count),
      ]),
    },
  });
  return { id: 'traffic', title: 'Memory traffic', html };
};
