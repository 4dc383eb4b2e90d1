import * as Plot from '@observablehq/plot';
import { ENGINES, PASSES } from '../../generator/spec/config.js';
import type { Results, SizePoint } from '../evaluation/results.js';
import { ENGINE_COLORS, engineLegend, figureHtml, plotSvg, type Section } from './figure.js';
import { count, escaped, percent } from './text.js';

/** Utilization against the size of the array. */
export const sizesSection = ({ sizes }: Results): Section => {
  const sorted = [...sizes].sort((a, b) => a.size - b.size);
  const model = sorted.filter(({ source }) => source === 'model');
  const rtl = sorted.filter(({ source }) => source === 'rtl');
  const passes = PASSES.filter((pass) => sizes.some((point) => point.pass === pass));
  const engines = ENGINES.filter((engine) => sizes.some((point) => point.engine === engine));
  const layers = [...new Set(sizes.map(({ layer }) => layer))];
  const ticks = [...new Set(sorted.map(({ size }) => size))];
  const at = { fx: 'pass', fy: 'layer', x: 'size', y: 'utilization' } as const;
  const title = ({ layer, pass, engine, source, size, utilization, cycles }: SizePoint): string =>
    `${layer} ${pass} ${engine}, ${size}×${size} by ${source}: ${percent(utilization)}, ${count(cycles)} cycles`;
  const svg = plotSvg('Lines of the useful utilization over the size of the array, for each engine', {
    width: 70 + 330 * passes.length,
    height: 70 + 210 * layers.length,
    marginLeft: 54,
    marginRight: layers.length > 1 ? 60 : 16,
    marginTop: 36,
    marginBottom: 44,
    fx: { domain: passes, label: null, padding: 0.06 },
    fy: { domain: layers, label: null, padding: 0.08, axis: layers.length > 1 ? 'right' : null },
    x: {
      type: 'log',
      base: 2,
      label: 'rows and columns of the array',
      ticks,
      tickFormat: (value: number) => (ticks.length < 9 || Math.log2(value) % 1 === 0 ? String(value) : ''),
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: {
      domain: [0, 100],
      label: 'useful utilization',
      tickFormat: (value: number) => `${value} %`,
      percent: true,
      grid: true,
      labelArrow: 'none',
      ticks: 5,
    },
    color: ENGINE_COLORS,
    marks: [
      Plot.axisFx({ label: null, anchor: 'top', fontSize: 13, fontWeight: 600 }),
      Plot.ruleY([0]),
      Plot.line(model, { ...at, z: 'engine', stroke: 'engine', strokeWidth: 2 }),
      Plot.dot(model, { ...at, r: 2, fill: 'engine', title }),
      Plot.dot(rtl, { ...at, r: 6, stroke: 'engine', strokeWidth: 2, fill: 'var(--back)', symbol: 'circle', title }),
    ],
  });
  const html = figureHtml({
    title: 'Utilization against array size',
    text: `Lines: the model, every size. Rings: measured on the RTL. ${layers.length === 1 ? `Layer: ${escaped(layers[0]!)}.` : ''}`,
    svg,
    legend: engineLegend('<span class="key"><i class="swatch ring"></i>RTL</span>', engines),
    table: {
      caption: 'utilization by array size',
      head: ['layer', 'pass', 'engine', 'source', 'size', 'cycles', 'utilization'],
      text: 4,
      rows: sorted.map(({ layer, pass, engine, source, size, cycles, utilization }) => [
        ...[layer, pass, engine, source, String(size), count(cycles), percent(utilization)],
      ]),
    },
  });
  return { id: 'sizes', title: 'Array size', html };
};
