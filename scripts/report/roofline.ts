import * as Plot from '@observablehq/plot';
import { PASSES } from '../../generator/spec/config.js';
import type { Results, Run } from '../evaluation/results.js';
import { ENGINE_COLORS, engineLegend, figureHtml, plotSvg, type Section } from './figure.js';
import { chartRuns, dramBytes, layerName } from './select.js';
import { groupBy, percent } from './text.js';

interface Point {
  readonly run: Run;
  readonly pass: string;
  readonly engine: string;
  /** Useful MACs per DRAM byte, and per cycle. */
  readonly x: number;
  readonly y: number;
}

interface Label {
  readonly pass: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Level above the roof, from 0; labels of one level do not touch. */
  readonly level: number;
}

const WIDTH = 330;
const CHARACTER = 6.6;

/** Names of the layers above their best points, on as many levels as it takes to keep them apart. */
const labelsOf = (points: readonly Point[], pixels: (x: number) => number): readonly Label[] => {
  const tops = [...groupBy(points, ({ run }) => JSON.stringify([run.pass, layerName(run)])).values()].map((group) =>
    group.reduce((best, point) => (point.y > best.y ? point : best)),
  );
  const labels: Label[] = [];
  for (const { run, pass, x, y } of [...tops].sort((a, b) => a.x - b.x)) {
    const name = layerName(run);
    const clear = (level: number): boolean =>
      labels
        .filter((label) => label.pass === pass && label.level === level)
        .every((label) => pixels(x) - pixels(label.x) > (CHARACTER * (name.length + label.name.length)) / 2 + 6);
    let level = 0;
    while (!clear(level)) level += 1;
    labels.push({ pass, name, x, y, level });
  }
  return labels;
};

/** Every run under the roofs of the array and of the bus. */
export const rooflineSection = (results: Results): Section => {
  const { rows, columns, busBytesPerCycle } = results.machine;
  const peak = rows * columns;
  const points: readonly Point[] = chartRuns(results)
    .filter((run) => dramBytes(run) > 0 && run.usefulMacs > 0)
    .map((run) => ({
      run,
      pass: run.pass,
      engine: run.engine,
      x: run.usefulMacs / dramBytes(run),
      y: run.usefulMacs / run.cycles,
    }));
  const passes = PASSES.filter((pass) => points.some((point) => point.pass === pass));
  const ridge = peak / busBytesPerCycle;
  const low = Math.min(...points.map(({ x }) => x), ridge) / 2;
  const high = Math.max(...points.map(({ x }) => x), ridge) * 2;
  const bottom = Math.min(...points.map(({ y }) => y), peak / 2) / 1.6;
  const pixels = (x: number): number => (Math.log(x / low) / Math.log(high / low)) * (WIDTH - 20);
  const labels = labelsOf(points, pixels);
  const levels = Math.max(0, ...labels.map(({ level }) => level)) + 1;
  const height = 340 + 16 * levels;
  // the space above the roof, in units of the scale
  const top = peak * (peak / bottom) ** ((16 * levels + 14) / 290);
  const step = (top / peak) ** (1 / (levels + 0.9));
  const labelY = ({ level }: Label): number => peak * step ** (level + 0.75);
  const roof = [low, ridge, high]
    .map((x) => ({ x, y: Math.min(peak, busBytesPerCycle * x) }))
    .filter(({ y }) => y >= bottom);
  const start = Math.max(low, bottom / busBytesPerCycle);
  // the bus's roof as it is drawn, in degrees
  const rise = (height - 40) / Math.log(top / bottom);
  const slope = (-180 / Math.PI) * Math.atan2(rise, pixels(low * Math.E));
  const svg = plotSvg(
    `Roofline: useful MACs per cycle over useful MACs per DRAM byte, under a roof of ${peak} MACs per cycle and ${busBytesPerCycle} bytes per cycle`,
    {
      width: 64 + WIDTH * passes.length,
      height: height + 40,
      marginLeft: 54,
      marginTop: 36,
      marginBottom: 44,
      marginRight: 12,
      fx: { domain: passes, label: null, padding: 0.05 },
      x: {
        type: 'log',
        domain: [low, high],
        label: 'useful MACs per DRAM byte',
        tickFormat: (value: number) => (/^[125]/.test(String(value).replace(/^0\.0*/, '')) ? String(value) : ''),
        grid: true,
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        type: 'log',
        domain: [bottom, top],
        label: 'useful MACs per cycle',
        ticks: 6,
        tickFormat: (value: number) => (value <= peak && /^[125]/.test(String(value)) ? String(value) : ''),
        labelArrow: 'none',
      },
      color: ENGINE_COLORS,
      symbol: { domain: ENGINE_COLORS.domain, range: ['square', 'circle', 'diamond'] },
      marks: [
        Plot.axisFx({ label: null, anchor: 'top', fontSize: 13, fontWeight: 600 }),
        Plot.line([{ x: start, y: busBytesPerCycle * start }, ...roof.filter(({ x }) => x > start)], {
          x: 'x',
          y: 'y',
          stroke: 'currentColor',
          strokeWidth: 1.5,
        }),
        Plot.text([{ x: ridge, y: peak }], {
          ...{ x: 'x', y: 'y', text: () => `${peak} MACs per cycle`, textAnchor: 'end', className: 'soft' },
          ...{ dx: -4, dy: -8, fontSize: 11 },
        }),
        Plot.text([{ x: Math.sqrt(start * ridge), y: busBytesPerCycle * Math.sqrt(start * ridge) }], {
          ...{ x: 'x', y: 'y', text: () => `${busBytesPerCycle} bytes per cycle`, rotate: slope, className: 'soft' },
          ...{ dx: -8, dy: -8, fontSize: 11 },
        }),
        // one layer's engines belong together
        Plot.line(points, {
          fx: 'pass',
          x: 'x',
          y: 'y',
          z: ({ run }: Point) => layerName(run),
          stroke: 'currentColor',
          strokeOpacity: 0.35,
        }),
        Plot.ruleX(labels, { fx: 'pass', x: 'x', y1: 'y', y2: labelY, strokeOpacity: 0.25 }),
        Plot.text(labels, {
          fx: 'pass',
          x: 'x',
          y: labelY,
          text: 'name',
          fontSize: 11,
          fontWeight: 600,
          stroke: 'var(--back)',
          strokeWidth: 4,
          fill: 'currentColor',
        }),
        Plot.dot(points, {
          fx: 'pass',
          x: 'x',
          y: 'y',
          fill: 'engine',
          symbol: 'engine',
          r: 5,
          stroke: 'var(--back)',
          title: ({ run, x, y }: Point) =>
            `${run.layer} ${run.pass} ${run.engine}: ${y.toFixed(1)} MACs per cycle, ${x.toFixed(1)} MACs per byte`,
        }),
      ],
    },
  );
  const html = figureHtml({
    title: 'Roofline',
    text: 'Each point is a layer, pass and engine; a thin line joins the engines of a layer. Both axes are logarithmic. Points right of the ridge are bound by the array, those left of it by the bus.',
    svg,
    legend: engineLegend(),
    table: {
      caption: 'useful MACs per cycle and per DRAM byte',
      head: ['layer', 'pass', 'engine', 'MACs per byte', 'MACs per cycle', 'of the roof'],
      text: 3,
      rows: points.map(({ run, x, y }) => [
        ...[run.layer, run.pass, run.engine, x.toFixed(1), y.toFixed(1)],
        percent(y / Math.min(peak, busBytesPerCycle * x)),
      ]),
    },
  });
  return { id: 'roofline', title: 'Roofline', html };
};
