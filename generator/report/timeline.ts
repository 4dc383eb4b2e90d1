import type { Activity } from '../machine/activity.js';
import type { CycleRange } from '../run/simulators/job.js';

/** Bars of a timeline, from top to bottom. */
export const LANES = [
  { key: 'readBeats', label: 'DMA read', note: 'beats read from memory', color: 'read' },
  { key: 'execOpen', label: 'EXEC open', note: 'a tile has begun, and its last vector has not entered', color: 'exec' },
  { key: 'arrayBusy', label: 'array busy', note: 'a vector enters the array', color: 'array' },
  { key: 'store', label: 'STORE', note: 'a STORE or REORGANIZE is under way', color: 'store' },
  { key: 'writeBeats', label: 'DMA write', note: 'beats written to memory', color: 'write' },
] as const;

const WIDTH = 1280;
const LEFT = 96;
const RIGHT = 72;
const TOP = 64;
const LANE_HEIGHT = 64;
const LANE_GAP = 18;
/** Height of an {@link outline}. */
export const LEVELS = 100;
const PLOT = WIDTH - LEFT - RIGHT;

const STYLE = `
  svg { --back: #ffffff; --ink: #1f2328; --soft: #656d76; --grid: #d8dee4; --idle: #ffe3e0;
        --read: #2f6fd0; --write: #8250df; --exec: #8c959f; --array: #1a7f37; --store: #bf5b04 }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --ink: #e6edf3; --soft: #8d96a0; --grid: #30363d; --idle: #4a1d1f;
          --read: #6ea8fe; --write: #b392f0; --exec: #7d8590; --array: #3fb950; --store: #f0883e }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--ink) }
  .soft { fill: var(--soft) } .title { font-size: 15px; font-weight: 600 } .end { text-anchor: end } .mid { text-anchor: middle }
  .grid { stroke: var(--grid); stroke-width: 1 } .back { fill: var(--back) } .idle { fill: var(--idle) }
  ${['read', 'write', 'exec', 'array', 'store'].map((name) => `.${name} { fill: var(--${name}) }`).join(' ')}
`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const whole = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** The least of 1, 2, 5, 10, 20, 50, … that is not less. */
export const niceStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
};

/** Outline of the counts: one unit wide for a bucket, {@link LEVELS} high; neighbours of one height are one step. */
export const outline = (counts: readonly number[], bucketCycles: number, cycles: number): string => {
  const steps: string[] = [];
  let level = 0;
  let length = 0;
  const end = (): void => {
    if (length > 0) steps.push(`V${LEVELS - level}h${Number(length.toFixed(3))}`);
  };
  counts.forEach((count, index) => {
    const inside = Math.min(bucketCycles, cycles - index * bucketCycles);
    const now = count > 0 ? Math.max(1, Math.round((count / inside) * LEVELS)) : 0;
    if (now !== level) {
      end();
      level = now;
      length = 0;
    }
    length += inside / bucketCycles;
  });
  end();
  return `M0 ${LEVELS}${steps.join('')}V${LEVELS}z`;
};

export interface TimelineText {
  readonly title: string;
  readonly subtitle: string;
}

/** The cycles of a range that the run has. */
export const drawnCycles = ({ runCycles }: Activity, { from, to }: CycleRange): CycleRange => ({
  from,
  to: Math.min(to, runCycles),
});

/** Draws what was active over cycles of a run, from {@link drawnCycles}. The height of a bar is the share of the cycles in its bucket. */
export const timelineSvg = (activity: Activity, range: CycleRange, text: TimelineText): string => {
  const { bucketCycles } = activity;
  const { from, to } = range;
  const cycles = to - from;
  const height = TOP + LANES.length * (LANE_HEIGHT + LANE_GAP) + 44;
  const bottom = TOP + LANES.length * (LANE_HEIGHT + LANE_GAP) - LANE_GAP + 6;
  const x = (cycle: number): string => (LEFT + ((cycle - from) / cycles) * PLOT).toFixed(1);
  const step = niceStep(cycles / 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  const lanes = LANES.flatMap(({ key, label, note, color }, index) => {
    const counts = activity[key];
    const top = TOP + index * (LANE_HEIGHT + LANE_GAP);
    const share = counts.reduce((sum, count) => sum + count, 0) / cycles;
    const scale = `${((PLOT * bucketCycles) / cycles).toFixed(6)} ${LANE_HEIGHT / LEVELS}`;
    return [
      `<g><title>${label}: ${note}</title>`,
      `<text class="end" x="${LEFT - 10}" y="${top + LANE_HEIGHT / 2 + 4}">${label}</text>`,
      `<text class="soft" x="${WIDTH - RIGHT + 10}" y="${top + LANE_HEIGHT / 2 + 4}">${(share * 100).toFixed(1)} %</text>`,
      ...(key === 'arrayBusy'
        ? [`<rect class="idle" x="${LEFT}" y="${top}" width="${PLOT}" height="${LANE_HEIGHT}"/>`]
        : []),
      `<path class="${color}" transform="translate(${LEFT} ${top}) scale(${scale})" d="${outline(counts, bucketCycles, cycles)}"/>`,
      `<path class="grid" d="M${LEFT} ${top + LANE_HEIGHT + 0.5}h${PLOT}"/></g>`,
    ];
  });
  const resolution =
    bucketCycles === 1
      ? 'Every cycle is drawn.'
      : `Each bar is ${whole(bucketCycles)} cycles; its height, the share of them.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(text.title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="${LEFT}" y="26">${escaped(text.title)}</text>`,
    `<text class="soft" x="${LEFT}" y="46">${escaped(text.subtitle)} ${resolution} Red: the array is idle.</text>`,
    ...ticks.map((tick) => `<path class="grid" d="M${x(tick)} ${TOP - 6}V${bottom}"/>`),
    ...lanes,
    ...ticks.map((tick) => `<text class="soft mid" x="${x(tick)}" y="${bottom + 18}">${whole(tick)}</text>`),
    `<text class="soft mid" x="${LEFT + PLOT / 2}" y="${bottom + 38}">cycles since START</text>`,
    '</svg>',
    '',
  ].join('\n');
};
