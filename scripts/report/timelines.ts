import { ENGINES } from '../../generator/spec/config.js';
import type { Results, TimelineRun } from '../evaluation/results.js';
import { LANES, LEVELS, niceStep, outline } from '../timeline.js';
import { figureHtml, type Section } from './figure.js';
import { count, escaped, groupBy, percent } from './text.js';

const WIDTH = 1000;
const LEFT = 96;
const RIGHT = 64;
const TOP = 8;
const LANE = 22;
const GAP = 5;
const HEAD = 28;
const ENGINE_GAP = 18;
const PLOT = WIDTH - LEFT - RIGHT;
const BLOCK = HEAD + LANES.length * (LANE + GAP) + ENGINE_GAP;

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** The engines of one layer and pass under one another, on one axis of cycles. */
const stackedSvg = (label: string, runs: readonly TimelineRun[]): string => {
  const longest = Math.max(...runs.map(({ runCycles }) => runCycles));
  const bottom = TOP + runs.length * BLOCK - ENGINE_GAP;
  const x = (cycle: number): string => (LEFT + (cycle / longest) * PLOT).toFixed(1);
  const step = niceStep(longest / 8);
  const ticks = Array.from({ length: Math.floor(longest / step) + 1 }, (_, index) => index * step);
  const blocks = runs.map((run, index) => {
    const top = TOP + index * BLOCK;
    const width = (run.runCycles / longest) * PLOT;
    const lanes = LANES.map(({ key, label: name, note, color }, lane) => {
      const y = top + HEAD + lane * (LANE + GAP);
      const scale = `${((PLOT * run.bucketCycles) / longest).toFixed(6)} ${LANE / LEVELS}`;
      const idle =
        key === 'arrayBusy'
          ? `<rect class="idle" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${LANE}"/>`
          : '';
      return [
        `<g><title>${run.engine}, ${name}: ${note}</title>`,
        `<text class="end" x="${LEFT - 8}" y="${y + LANE / 2 + 4}">${name}</text>${idle}`,
        `<path class="lane-${color}" transform="translate(${LEFT} ${y}) scale(${scale})" d="${outline(run[key], run.bucketCycles, run.runCycles)}"/>`,
        `<path class="grid" d="M${LEFT} ${y + LANE + 0.5}H${x(run.runCycles)}"/>`,
        `<text class="soft" x="${LEFT + width + 6}" y="${y + LANE / 2 + 4}">${percent(sum(run[key]) / run.runCycles)}</text></g>`,
      ].join('');
    });
    const head = `<rect class="swatch ${run.engine}" x="${LEFT}" y="${top + 8}" width="11" height="11"/><text class="strong" x="${LEFT + 17}" y="${top + 18}">${run.engine}: ${count(run.runCycles)} cycles</text>`;
    return head + lanes.join('\n');
  });
  return [
    `<svg class="timeline" role="img" aria-label="${escaped(label)}" viewBox="0 0 ${WIDTH} ${bottom + 46}" width="${WIDTH}" height="${bottom + 46}">`,
    ...ticks.map((tick) => `<path class="grid" d="M${x(tick)} ${TOP + HEAD - 4}V${bottom}"/>`),
    ...blocks,
    ...ticks.map((tick) => `<text class="soft mid" x="${x(tick)}" y="${bottom + 18}">${count(tick)}</text>`),
    `<text class="soft mid" x="${LEFT + PLOT / 2}" y="${bottom + 38}">cycles since START</text></svg>`,
  ].join('\n');
};

/** What was active over the cycles of a run, for the engines of a layer and pass. */
export const timelinesSection = ({ timelines }: Results): Section => {
  const groups = groupBy(timelines, ({ layer, pass }) => JSON.stringify([layer, pass]));
  const figures = [...groups.values()].map((group) => {
    const runs = [...group].sort((a, b) => ENGINES.indexOf(a.engine) - ENGINES.indexOf(b.engine));
    const { layer, pass } = runs[0]!;
    const resolution = runs.map(({ engine, bucketCycles }) => `${engine} ${count(bucketCycles)}`).join(', ');
    return figureHtml({
      title: `${layer}, ${pass}`,
      heading: true,
      text: `One axis of cycles for all engines. The height of a bar is the share of cycles in its bucket (cycles in a bucket: ${resolution}); the number behind a lane, the share of the run. Red: the array is idle.`,
      svg: stackedSvg(`Timelines of ${layer} ${pass} by ${runs.map(({ engine }) => engine).join(', ')}`, runs),
      table: {
        caption: 'share of the cycles of a run',
        head: ['engine', 'cycles', ...LANES.map(({ label }) => label)],
        text: 1,
        rows: runs.map((run) => [
          ...[run.engine, count(run.runCycles)],
          ...LANES.map(({ key }) => percent(sum(run[key]) / run.runCycles)),
        ]),
      },
    });
  });
  return { id: 'timelines', title: 'Where the cycles go', html: figures.join('\n') };
};
