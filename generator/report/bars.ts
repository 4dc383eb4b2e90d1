import * as Plot from '@observablehq/plot';
import { ENGINES, type Engine } from '../description/config.js';
import { AXIS, ENGINE_COLORS, nameOn, plotSvg } from './figure.js';

export interface Bar {
  /** Bars of a group stand together, under one another. */
  readonly group: string;
  readonly engine: Engine;
  readonly value: number;
  /** A part of the value that is drawn hatched, from the left. */
  readonly part?: number;
  /** At the end of the bar. */
  readonly text: string;
}

export interface Bars {
  /** What the drawing shows, in one sentence. */
  readonly label: string;
  readonly axis: string;
  readonly bars: readonly Bar[];
  /** The bars of all drawings that share its scale. */
  readonly among: readonly Bar[];
  readonly tick: (value: number) => string;
  /** A value that every bar is compared with. */
  readonly rule?: number;
}

/** Widths of a character of the fonts below, CSS pixels, generous. */
const CHARACTER = { name: 7.4, text: 6.8 } as const;
const BAR = 17;
const GAP = 12;

/** Horizontal bars of engines in groups. Names of groups stand left of their bars, or above them where they are too long for that. */
export const barsSvg = ({ label, axis, bars, among, tick, rule }: Bars, width: number): string => {
  const groups = [...new Set(bars.map(({ group }) => group))];
  const engines = ENGINES.filter((engine) => bars.some((bar) => bar.engine === engine));
  const name = Math.ceil(CHARACTER.name * Math.max(...groups.map(({ length }) => length))) + 14;
  const above = name > width / 3.3;
  const left = above ? 6 : name;
  const plot = width - left - 16;
  // room for the text at the end of the longest bar
  const room = 10 + CHARACTER.text * Math.max(...among.map(({ text }) => text.length));
  const most = Math.max(...among.map(({ value }) => value));
  const ticks = Math.round(width / 80);
  const rows = engines.length + (above ? 1 : 0);
  const place = { fy: 'group', y: 'engine' } as const;
  return plotSvg(label, {
    ...{ width, height: 50 + groups.length * (rows * BAR + GAP) },
    ...{ marginLeft: left, marginRight: 16, marginTop: 2, marginBottom: 48 },
    fy: { domain: groups, label: null, axis: null, padding: GAP / (rows * BAR + GAP) },
    x: { domain: [0, (most * plot) / (plot - room)], label: axis, tickFormat: tick, ticks, ...AXIS },
    y: { domain: above ? ['', ...engines] : engines, axis: null, padding: 0.12 },
    color: ENGINE_COLORS,
    marks: [
      Plot.gridX({ ticks }),
      Plot.barX(bars, {
        ...{ ...place, x: 'value', fill: 'engine' },
        title: ({ group, engine, text }: Bar) => `${group}, ${engine}: ${text}`,
      }),
      Plot.barX(
        bars.filter(({ part = 0 }) => part > 0),
        { ...place, x: 'part', fill: 'url(#bar-part)' },
      ),
      Plot.text(bars, { ...place, x: 'value', text: 'text', textAnchor: 'start', dx: 5 }),
      Plot.ruleX([0]),
      ...(rule === undefined ? [] : [Plot.ruleX([rule], { strokeDasharray: '4 3' })]),
      above
        ? Plot.text(groups, {
            ...{ fy: (group: string) => group, y: () => '', text: (group: string) => group },
            ...{ frameAnchor: 'left', dx: 1, ...nameOn(plot) },
          })
        : Plot.axisFy({ label: null, anchor: 'left', fontSize: 12, fontWeight: 600 }),
    ],
  });
};
