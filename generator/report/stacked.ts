import { sum } from '../base/lists.js';
import { count, percent, tick } from '../base/numbers.js';
import type { Engine } from '../description/config.js';
import type { Activity } from '../machine/activity.js';
import { escaped } from './text.js';
import { LANES, LEVELS, niceStep, outline } from './timeline.js';

/** What was active over the cycles of a run by an engine. */
export type StackedRun = Activity & { readonly engine: Engine };

const LEFT = 76;
const RIGHT = 58;
const TOP = 8;
const LANE = 22;
const GAP = 5;
const HEAD = 28;
const ENGINE_GAP = 18;
const BLOCK = HEAD + LANES.length * (LANE + GAP) + ENGINE_GAP;

/** The engines of one layer and pass under one another, on one axis of cycles. */
export const stackedSvg = (label: string, runs: readonly StackedRun[], pixels: number): string => {
  const plot = pixels - LEFT - RIGHT;
  const longest = Math.max(...runs.map(({ runCycles }) => runCycles));
  const bottom = TOP + runs.length * BLOCK - ENGINE_GAP;
  const x = (cycle: number): string => (LEFT + (cycle / longest) * plot).toFixed(1);
  const step = niceStep(longest / Math.max(2, plot / 70));
  const ticks = Array.from({ length: Math.floor(longest / step) + 1 }, (_, index) => index * step);
  const blocks = runs.map((run, index) => {
    const top = TOP + index * BLOCK;
    const width = (run.runCycles / longest) * plot;
    const lanes = LANES.map(({ key, label: name, note, color }, lane) => {
      const y = top + HEAD + lane * (LANE + GAP);
      const scale = `${((plot * run.bucketCycles) / longest).toFixed(6)} ${LANE / LEVELS}`;
      const idle =
        key === 'arrayBusy'
          ? `<rect class="idle" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${LANE}"/>`
          : '';
      return [
        `<g><title>${run.engine}, ${name}: ${note}</title>`,
        `<text class="end" x="${LEFT - 8}" y="${y + LANE / 2 + 4}">${name}</text>${idle}`,
        `<path class="lane-${color}" transform="translate(${LEFT} ${y}) scale(${scale})" d="${outline(run[key], run.bucketCycles, run.runCycles)}"/>`,
        `<path class="grid" d="M${LEFT} ${y + LANE + 0.5}H${x(run.runCycles)}"/>`,
        `<text class="soft" x="${(LEFT + width + 6).toFixed(1)}" y="${y + LANE / 2 + 4}">${percent(sum(run[key]) / run.runCycles)}</text></g>`,
      ].join('');
    });
    const head = `<rect class="swatch ${run.engine}" x="${LEFT}" y="${top + 8}" width="11" height="11"/><text class="strong" x="${LEFT + 17}" y="${top + 18}">${run.engine}: ${count(run.runCycles)} cycles</text>`;
    return head + lanes.join('\n');
  });
  return [
    `<svg class="timeline" role="img" aria-label="${escaped(label)}" viewBox="0 0 ${pixels} ${bottom + 46}" width="${pixels}" height="${bottom + 46}">`,
    ...ticks.map((cycle) => `<path class="grid" d="M${x(cycle)} ${TOP + HEAD - 4}V${bottom}"/>`),
    ...blocks,
    ...ticks.map((cycle) => `<text class="soft mid" x="${x(cycle)}" y="${bottom + 18}">${tick(cycle)}</text>`),
    `<text class="soft mid" x="${LEFT + plot / 2}" y="${bottom + 40}">cycles since START</text></svg>`,
  ].join('\n');
};
