import { count, day, percent, withUnit } from '../base/numbers.js';
import type { Section } from './figure.js';
import type { Results } from './results.js';
import { dramBytes, runName } from './select.js';
import { scrolling, tableHtml } from './table.js';
import { escaped } from './text.js';

/** What was measured, on what, how and when. */
export const conditionsSection = ({ meta, machine, runs }: Results): Section => {
  const measured = runs.filter(({ source }) => source === 'rtl').length;
  const items: readonly (readonly [string, string])[] = [
    ['Accelerator', `${machine.preset}: ${machine.rows}×${machine.columns} array, ${machine.format}`],
    ['Memory bus', `${count(machine.busBytesPerCycle)} bytes a cycle, reads and writes together`],
    ['On-chip memory', withUnit(count(machine.onChipBytes / 1024), 'KiB')],
    ['Runs', `${count(measured)} on the RTL, ${count(runs.length - measured)} by the model`],
    ['Command', meta.command],
    [
      'Versions',
      Object.entries(meta.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['Date', day(meta.date)],
    ['Seed', String(meta.seed)],
  ];
  const rows = items.map(([name, value]) => {
    const shown = name === 'Command' ? `<code>${escaped(value)}</code>` : escaped(value);
    return `<div><dt>${name}</dt><dd>${shown}</dd></div>`;
  });
  return { id: 'conditions', title: 'Conditions', html: `<dl>${rows.join('\n')}</dl>` };
};

/** Every run, with everything that was counted. */
export const runsSection = ({ runs }: Results): Section => {
  const caption = `All counters of all ${count(runs.length)} runs`;
  const table = tableHtml({
    caption,
    head: [
      ...['run', 'geometry', 'preset', 'source'],
      { group: 'cycles', heads: ['all', 'predicted', 'reorganize', 'prologue'] },
      { group: 'MACs', heads: ['useful', 'on zeros'] },
      { group: 'share of the array', heads: ['useful', 'lane bound', 'busy'] },
      { group: 'bytes', heads: ['DRAM', 'compulsory', 'reorganized'] },
      { group: 'dynamic buffer, vectors', heads: ['read', 'zeros', 'written'] },
      { group: 'stationary buffer, vectors', heads: ['read', 'written'] },
      { group: 'accumulator, vectors', heads: ['read', 'written'] },
    ],
    text: 4,
    rows: runs.map((run) => [
      ...[runName(run), run.spec, run.preset, run.source === 'rtl' ? 'RTL' : 'model', count(run.cycles)],
      ...[run.predictedCycles === undefined ? '' : count(run.predictedCycles)],
      ...[run.reorganizeCycles, run.prologueCycles, run.usefulMacs, run.zerosMultiplied].map(count),
      ...[run.utilization, run.laneBound, run.busy].map((share) => percent(share)),
      ...[dramBytes(run), run.compulsoryBytes, run.reorganizeBytes].map(count),
      ...[run.dynamicReads, run.zerosFetched, run.dynamicWrites, run.stationaryReads, run.stationaryWrites].map(count),
      ...[run.accumulatorReads, run.accumulatorWrites].map(count),
    ]),
  });
  const html = `<details><summary>${caption}</summary>${scrolling(caption, table)}</details>`;
  return { id: 'runs', title: 'All runs', html };
};
