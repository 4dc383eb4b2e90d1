import * as Plot from '@observablehq/plot';
import { groupBy } from '../base/lists.js';
import { count, fixed, percent, tick } from '../base/numbers.js';
import { PASSES } from '../description/config.js';
import { AXIS, ENGINE_COLORS, engineLegend, figureHtml, HALO, type Panel, plotSvg, type Section } from './figure.js';
import type { Results, Run } from './results.js';
import { chartRuns, dramBytes, layerName, runName } from './select.js';

interface Point {
  readonly run: Run;
  readonly engine: string;
  /** Useful MACs per DRAM byte, and per cycle. */
  readonly x: number;
  readonly y: number;
}

interface Label {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Where the name stands: above its point as far as that is within the drawing. */
  readonly at: number;
  /** Level above the roof, from 0; labels of one level do not touch. */
  readonly level: number;
}

/** The ends of both logarithmic axes, and the roof between them, for all drawings. */
interface Frame {
  readonly peak: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
  readonly bottom: number;
  /** Levels of labels above the roof. */
  readonly levels: number;
}

const MARGIN = { left: 46, right: 12, top: 26, bottom: 48 } as const;
const LEVEL = 16;
/** Height below the roof, in pixels. */
const BELOW = 290;
const CHARACTER = 7.2;

const spanOf = (width: number): number => width - MARGIN.left - MARGIN.right;

/** Levels of names; those that find no room on them are left out. */
const LEVELS = 6;
/** Characters of a name. */
const LONGEST = 14;

const roofText = ({ peak }: Pick<Frame, 'peak'>): string => `${count(peak)} MACs per cycle`;

/** Names of the layers above their best points, on as many levels as it takes to keep them apart, and from the text at the roof. */
const labelsOf = (points: readonly Point[], frame: Omit<Frame, 'levels'>, width: number): readonly Label[] => {
  const { peak, bytes, low, high } = frame;
  const tops = [...groupBy(points, ({ run }) => layerName(run)).values()].map((group) =>
    group.reduce((best, point) => (point.y > best.y ? point : best)),
  );
  const span = spanOf(width);
  const scale = span / Math.log(high / low);
  const pixels = (x: number): number => scale * Math.log(x / low);
  const ridge = pixels(peak / bytes);
  const taken = [{ from: ridge - CHARACTER * roofText(frame).length, to: ridge, level: 0 }];
  const labels: Label[] = [];
  for (const { run, x, y } of [...tops].sort((a, b) => a.x - b.x)) {
    const full = layerName(run);
    const name = full.length > LONGEST ? `${full.slice(0, LONGEST - 1)}…` : full;
    const half = (CHARACTER * name.length) / 2 + 3;
    const middle = Math.min(Math.max(pixels(x), half), span - half);
    const [from, to] = [middle - half, middle + half];
    const clear = (level: number): boolean =>
      taken.every((other) => other.level !== level || from > other.to || to < other.from);
    let level = 0;
    while (!clear(level)) level += 1;
    if (level >= LEVELS) continue;
    taken.push({ from, to, level });
    labels.push({ name, x, y, at: low * Math.exp(middle / scale), level });
  }
  return labels;
};

/** The points of one pass under the roofs. */
const rooflineSvg = (points: readonly Point[], frame: Frame, pass: string, width: number): string => {
  const { peak, bytes, low, high, bottom, levels } = frame;
  const labels = labelsOf(points, frame, width);
  // the space above the roof, in units of the scale
  const rise = BELOW / Math.log(peak / bottom);
  const above = LEVEL * levels + 14;
  const top = peak * Math.exp(above / rise);
  const labelY = ({ level }: Label): number => peak * Math.exp((LEVEL * (level + 0.75)) / rise);
  const ridge = peak / bytes;
  const start = Math.max(low, bottom / bytes);
  const middle = Math.sqrt(start * ridge);
  // the bus's roof as it is drawn, in degrees
  const slope = (-180 / Math.PI) * Math.atan2(rise, spanOf(width) / Math.log(high / low));
  return plotSvg(
    `Roofline of ${pass}: useful MACs per cycle over useful MACs per DRAM byte, under a roof of ${count(peak)} MACs per cycle and ${count(bytes)} bytes per cycle`,
    {
      ...{ width, height: BELOW + above + MARGIN.top + MARGIN.bottom },
      ...{ marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom },
      x: {
        ...{ type: 'log', domain: [low, high], label: 'useful MACs per DRAM byte', grid: true, ...AXIS },
        // over few decades, more than powers of ten
        tickFormat: (value: number) =>
          (high / low < 50 ? /^[0.]*[125]0*$/ : /^[0.]*10*$/).test(String(value)) ? tick(value) : '',
      },
      y: {
        ...{ type: 'log', domain: [bottom, top], label: 'useful MACs per cycle', ticks: 6, labelArrow: 'none' },
        tickFormat: (value: number) => (value <= peak && /^[125]/.test(String(value)) ? count(value) : ''),
      },
      color: ENGINE_COLORS,
      symbol: { domain: ENGINE_COLORS.domain, range: ['square', 'circle', 'diamond'] },
      marks: [
        Plot.line(
          [start, ridge, high].map((x) => ({ x, y: Math.min(peak, bytes * x) })),
          { x: 'x', y: 'y', stroke: 'currentColor', strokeWidth: 1.5 },
        ),
        Plot.text([{ x: ridge, y: peak }], {
          ...{ x: 'x', y: 'y', text: () => roofText(frame), textAnchor: 'end', className: 'soft' },
          ...{ dx: -4, dy: -8 },
        }),
        Plot.text([{ x: middle, y: bytes * middle }], {
          ...{ x: 'x', y: 'y', text: () => `${count(bytes)} bytes per cycle`, rotate: slope, className: 'soft' },
          ...{ dx: -8, dy: -8 },
        }),
        // one layer's engines belong together
        Plot.line(points, {
          ...{ x: 'x', y: 'y', z: ({ run }: Point) => layerName(run), stroke: 'currentColor', strokeOpacity: 0.35 },
        }),
        Plot.ruleX(labels, { x: 'x', y1: 'y', y2: labelY, strokeOpacity: 0.25 }),
        Plot.text(labels, {
          ...{ x: 'at', y: labelY, text: 'name', fontWeight: 600, ...HALO },
        }),
        Plot.dot(points, {
          ...{ x: 'x', y: 'y', fill: 'engine', symbol: 'engine', r: 5, stroke: 'var(--back)' },
          title: ({ run, x, y }: Point) =>
            `${runName(run)}: ${fixed(y, 1)} MACs per cycle, ${fixed(x, 1)} MACs per byte`,
        }),
      ],
    },
  );
};

/** Every run under the roofs of the array and of the bus. */
export const rooflineSection = (results: Results): Section => {
  const { rows, columns, busBytesPerCycle: bytes } = results.machine;
  const peak = rows * columns;
  const points: readonly Point[] = chartRuns(results)
    .filter((run) => dramBytes(run) > 0 && run.usefulMacs > 0)
    .map((run) => ({ run, engine: run.engine, x: run.usefulMacs / dramBytes(run), y: run.usefulMacs / run.cycles }));
  const ridge = peak / bytes;
  const frame = {
    ...{ peak, bytes },
    low: Math.min(...points.map(({ x }) => x), ridge) / 2,
    high: Math.max(...points.map(({ x }) => x), ridge) * 2,
    bottom: Math.min(...points.map(({ y }) => y), peak / 2) / 1.6,
  };
  const ofPass = PASSES.map((pass) => ({ pass, own: points.filter(({ run }) => run.pass === pass) })).filter(
    ({ own }) => own.length > 0,
  );
  const panels = ofPass.map(({ pass, own }): Panel => {
    const draw = (width: number): string => {
      // drawings side by side have their roofs at one height
      const levels = ofPass.flatMap(({ own }) => labelsOf(own, frame, width).map(({ level }) => level + 1));
      return rooflineSvg(own, { ...frame, levels: Math.max(0, ...levels) }, pass, width);
    };
    return { title: pass, draw };
  });
  const html = figureHtml({
    text: 'Each point is a layer and engine; a thin line joins the engines of a layer. Both axes are logarithmic. Points right of the ridge are bound by the array, those left of it by the bus.',
    panels,
    legend: engineLegend(),
    tables: [
      {
        caption: 'useful MACs per cycle and per DRAM byte',
        head: ['run', { group: 'useful MACs', heads: ['per DRAM byte', 'per cycle'] }, 'of the roof'],
        rows: points.map(({ run, x, y }) => [
          ...[runName(run), fixed(x, 1), fixed(y, 1), percent(y / Math.min(peak, bytes * x))],
        ]),
      },
    ],
  });
  return { id: 'roofline', title: 'Roofline', html };
};
