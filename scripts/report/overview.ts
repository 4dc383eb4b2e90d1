import { parseLayer } from '../../generator/spec/layer.js';
import type { Results, Run } from '../evaluation/results.js';
import { type Section, scrolling, tableHtml } from './figure.js';
import { backward, networksOf } from './networks.js';
import { chartRuns, dramBytes, siblingOf } from './select.js';
import { count, escaped, geometricMean, percent, times } from './text.js';
import { validationSummary } from './validation.js';

interface Card {
  readonly figure: string;
  readonly title: string;
  readonly note: string;
}

const range = (values: readonly number[]): string => {
  const [low, high] = [times(Math.min(...values)), times(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
};

const isStrided = ({ spec }: Run): boolean => {
  const { Sh, Sw } = parseLayer(spec);
  return Sh > 1 || Sw > 1;
};

interface Speedup {
  readonly ratio: number;
  readonly source: Run['source'];
}

/** How much faster zerofree is than the other engines, over the strided layers that were run. */
const speedups = (results: Results, pass: Run['pass'], engine: Run['engine']): readonly Speedup[] => {
  const runs = chartRuns(results);
  return runs
    .filter((run) => run.engine === 'zerofree' && run.pass === pass && isStrided(run))
    .flatMap((run) => {
      const other = siblingOf(runs, run, engine);
      return other ? [{ ratio: other.cycles / run.cycles, source: run.source }] : [];
    });
};

const cards = (results: Results): readonly Card[] => {
  const layerCards = (['dgrad', 'wgrad'] as const).flatMap((pass) =>
    (['traditional', 'bp'] as const).flatMap((engine): readonly Card[] => {
      const found = speedups(results, pass, engine);
      const ratios = found.map(({ ratio }) => ratio);
      const how = found.every(({ source }) => source === 'rtl') ? 'on the RTL' : 'RTL and model';
      if (ratios.length === 0) return [];
      const note =
        ratios.length === 1
          ? `one strided layer, ${how}`
          : `geometric mean of ${ratios.length} strided layers, ${how}; ${range(ratios)}`;
      return [{ figure: times(geometricMean(ratios)), title: `${pass}: zerofree over ${engine}`, note }];
    }),
  );
  const networkCards = (['traditional', 'bp'] as const).flatMap((engine): readonly Card[] => {
    const ratios = networksOf(results).flatMap(({ scope, engines }) => {
      const [before, after] = [engines[engine], engines.zerofree];
      return scope === 'all' && before && after && backward(after) > 0 ? [backward(before) / backward(after)] : [];
    });
    if (ratios.length === 0) return [];
    const note = `both gradients, all layers, by the model; geometric mean of ${count(ratios.length)} networks; ${range(ratios)}`;
    return [{ figure: times(geometricMean(ratios)), title: `networks: zerofree over ${engine}`, note }];
  });
  const model = validationSummary(results);
  const modelCard: readonly Card[] = model
    ? [
        {
          figure: percent(model.largest),
          title: 'largest error of the model',
          note: `cycles against the RTL in ${count(model.runs)} runs; half of them within ${percent(model.median)}`,
        },
      ]
    : [];
  return [...layerCards, ...networkCards, ...modelCard];
};

/** The figures that matter most. */
export const headlineSection = (results: Results): Section => {
  const html = cards(results).map(
    ({ figure, title, note }) =>
      `<li><span class="figure">${escaped(figure)}</span><b>${escaped(title)}</b><span class="soft">${escaped(note)}</span></li>`,
  );
  return {
    id: 'headline',
    title: 'In short',
    html: html.length > 0 ? `<ul class="cards">${html.join('\n')}</ul>` : '',
  };
};

/** What was measured, on what, how and when. */
export const conditionsSection = ({ meta, machine, runs }: Results): Section => {
  const measured = runs.filter(({ source }) => source === 'rtl').length;
  const items: readonly (readonly [string, string])[] = [
    ['Accelerator', `${machine.preset}: ${machine.rows}×${machine.columns} array, ${machine.format}`],
    ['Memory bus', `${count(machine.busBytesPerCycle)} bytes a cycle, reads and writes together`],
    ['On-chip memory', `${count(machine.onChipBytes / 1024)} KiB`],
    ['Runs', `${count(measured)} on the RTL, ${count(runs.length - measured)} by the model`],
    ['Command', meta.command],
    [
      'Versions',
      Object.entries(meta.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['Date', meta.date],
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
  const table = tableHtml({
    caption: `${count(runs.length)} runs`,
    head: [
      'layer',
      'geometry',
      'preset',
      'pass',
      'engine',
      'source',
      'cycles',
      'predicted',
      'useful MACs',
      'utilization',
      'lane bound',
      'busy',
      'DRAM bytes',
      'compulsory bytes',
      'dynamic reads',
      'writes',
      'stationary reads',
      'writes',
      'accumulator reads',
      'writes',
      'reorganize bytes',
      'reorganize cycles',
      'prologue cycles',
      'zeros multiplied',
      'zeros fetched',
    ],
    text: 6,
    rows: runs.map((run) => [
      ...[run.layer, run.spec, run.preset, run.pass, run.engine, run.source, count(run.cycles)],
      ...[run.predictedCycles === undefined ? '' : count(run.predictedCycles), count(run.usefulMacs)],
      ...[run.utilization, run.laneBound, run.busy].map(percent),
      ...[dramBytes(run), run.compulsoryBytes, run.dynamicReads, run.dynamicWrites, run.stationaryReads].map(count),
      ...[run.stationaryWrites, run.accumulatorReads, run.accumulatorWrites, run.reorganizeBytes].map(count),
      ...[run.reorganizeCycles, run.prologueCycles, run.zerosMultiplied, run.zerosFetched].map(count),
    ]),
  });
  const html = `<details><summary>All counters of all ${count(runs.length)} runs</summary>${scrolling('All runs', table)}</details>`;
  return { id: 'runs', title: 'All runs', html };
};
