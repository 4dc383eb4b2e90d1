import * as Plot from '@observablehq/plot';
import { count, percent } from '../base/numbers.js';
import { ENGINES, PASSES } from '../description/config.js';
import { AXIS, ENGINE_COLORS, engineLegend, figureHtml, type Panel, plotSvg, type Section } from './figure.js';
import type { Results, SizePoint } from './results.js';
import { escaped } from './text.js';

const titleOf = ({ layer, pass, engine, source, size, utilization, cycles }: SizePoint): string =>
  `${layer} ${pass} ${engine}, ${size}×${size} by ${source}: ${percent(utilization)}, ${count(cycles)} cycles`;

/** Lines over the sizes of one layer and pass. */
const sizesSvg = (points: readonly SizePoint[], ticks: readonly number[], label: string, width: number): string => {
  const of = (source: SizePoint['source']): readonly SizePoint[] => points.filter((point) => point.source === source);
  const at = { x: 'size', y: 'utilization' } as const;
  // where all of them would touch, only powers of two have a number
  const crowded = ticks.length > width / 55;
  return plotSvg(label, {
    ...{ width, height: Math.max(250, Math.min(380, width / 2)) },
    ...{ marginLeft: 52, marginRight: 18, marginTop: 30, marginBottom: 48 },
    x: {
      ...{ type: 'log', base: 2, label: 'rows and columns of the array', ticks, ...AXIS },
      tickFormat: (size: number) => (!crowded || Math.log2(size) % 1 === 0 ? String(size) : ''),
    },
    y: {
      ...{ domain: [0, 100], label: 'useful utilization', percent: true, grid: true, labelArrow: 'none', ticks: 5 },
      tickFormat: (value: number) => percent(value / 100, 0),
    },
    color: ENGINE_COLORS,
    marks: [
      Plot.ruleY([0]),
      Plot.line(of('model'), { ...at, z: 'engine', stroke: 'engine', strokeWidth: 2 }),
      Plot.dot(of('model'), { ...at, r: 3, fill: 'engine', title: titleOf }),
      Plot.dot(of('rtl'), { ...at, r: 6, stroke: 'engine', strokeWidth: 2, fill: 'var(--back)', title: titleOf }),
    ],
  });
};

/** Utilization against the size of the array. */
export const sizesSection = ({ sizes }: Results): Section => {
  const sorted = [...sizes].sort((a, b) => a.size - b.size);
  const engines = ENGINES.filter((engine) => sizes.some((point) => point.engine === engine));
  const layers = [...new Set(sizes.map(({ layer }) => layer))];
  const ticks = [...new Set(sorted.map(({ size }) => size))];
  const panels = layers.flatMap((layer) =>
    PASSES.flatMap((pass): readonly Panel[] => {
      const points = sorted.filter((point) => point.layer === layer && point.pass === pass);
      const title = layers.length > 1 ? `${layer}, ${pass}` : pass;
      const label = `Lines of the useful utilization over the size of the array, for each engine: ${layer}, ${pass}`;
      return points.length === 0 ? [] : [{ title, draw: (width) => sizesSvg(points, ticks, label, width) }];
    }),
  );
  const passes = new Set(sizes.map(({ pass }) => pass));
  const what = [...(layers.length === 1 ? [`layer “${layers[0]}”`] : []), ...(passes.size === 1 ? [...passes] : [])];
  const html = figureHtml({
    text: escaped(
      `Share of all multiply-accumulates of the array that are useful${what.length > 0 ? `: ${what.join(', ')}` : ''}. Dots and lines: the model, every size. Rings: measured on the RTL.`,
    ),
    panels,
    legend: engineLegend('<span class="key"><i class="swatch ring"></i>RTL</span>', engines),
    tables: [
      {
        caption: 'utilization by array size',
        head: ['array', 'layer', 'pass', 'engine', 'source', 'cycles', 'useful utilization'],
        text: 5,
        rows: sorted.map(({ layer, pass, engine, source, size, cycles, utilization }) => [
          ...[`${size}×${size}`, layer, pass, engine, source, count(cycles), percent(utilization)],
        ]),
      },
    ],
  });
  return { id: 'sizes', title: 'Array size', html };
};
