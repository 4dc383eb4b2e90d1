import * as Plot from '@observablehq/plot';
import { ENGINES, PASSES } from '../../generator/spec/config.js';
import type { Run } from '../evaluation/results.js';
import { ENGINE_COLORS, plotSvg } from './figure.js';
import { layerName } from './select.js';

export interface Bars {
  readonly label: string;
  readonly axis: string;
  readonly value: (run: Run) => number;
  /** A part of the value that is drawn hatched, from the left. */
  readonly part?: (run: Run) => number;
  readonly text: (run: Run) => string;
  readonly tick: (value: number) => string;
  /** A value that every bar is compared with. */
  readonly rule?: number;
}

const HATCH =
  '<defs><pattern id="bar-part" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="part" d="M0 0V5"/></pattern></defs>';

/** Bars of every layer and engine, a column for each pass. */
export const barsSvg = (runs: readonly Run[], { label, axis, value, part, text, tick, rule }: Bars): string => {
  const passes = PASSES.filter((pass) => runs.some((run) => run.pass === pass));
  const layers = [...new Set(runs.map(layerName))];
  const engines = ENGINES.filter((engine) => runs.some((run) => run.engine === engine));
  const left = 24 + 7 * Math.max(...layers.map(({ length }) => length));
  const place = { fx: 'pass', fy: layerName, y: 'engine' } as const;
  const most = Math.max(...runs.map(value));
  const svg = plotSvg(label, {
    width: left + 330 * passes.length,
    height: 74 + layers.length * (engines.length * 17 + 16),
    marginLeft: left,
    marginTop: 36,
    marginBottom: 44,
    marginRight: 14,
    fx: { domain: passes, label: null, padding: 0.06 },
    fy: { domain: layers, label: null, axis: null, padding: 0.14 },
    // room for the text at the end of the longest bar
    x: { domain: [0, most * 1.42], label: axis, tickFormat: tick, ticks: 5, labelArrow: 'none', labelAnchor: 'center' },
    y: { domain: engines, axis: null, padding: 0.12 },
    color: ENGINE_COLORS,
    marks: [
      Plot.axisFy({ label: null, anchor: 'left', fontSize: 12, fontWeight: 600 }),
      Plot.axisFx({ label: null, anchor: 'top', fontSize: 13, fontWeight: 600 }),
      Plot.gridX({ ticks: 5 }),
      Plot.barX(runs, {
        ...place,
        x: value,
        fill: 'engine',
        title: (run: Run) => `${run.layer} ${run.pass} ${run.engine}: ${text(run)}`,
      }),
      ...(part
        ? [
            Plot.barX(
              runs.filter((run) => part(run) > 0),
              { ...place, x: part, fill: 'url(#bar-part)' },
            ),
          ]
        : []),
      Plot.text(runs, { ...place, x: value, text, textAnchor: 'start', dx: 5, fontSize: 11 }),
      Plot.ruleX([0]),
      ...(rule === undefined ? [] : [Plot.ruleX([rule], { strokeDasharray: '4 3' })]),
    ],
  });
  return part ? svg.replace('>', `>${HATCH}`) : svg;
};
