import * as Plot from '@observablehq/plot';
import type { Results, Validation } from '../evaluation/results.js';
import { ENGINE_COLORS, engineLegend, figureHtml, plotSvg, type Section } from './figure.js';
import { count, percent, short } from './text.js';

/** How far the model's cycles are from the measured ones, as a share of those. */
export const modelError = ({ cycles, predictedCycles }: Validation): number => predictedCycles / cycles - 1;

const signed = (share: number): string =>
  `${share < 0 ? '−' : share > 0 ? '+' : ''}${(Math.abs(share) * 100).toFixed(2)} %`;

export interface ValidationSummary {
  readonly runs: number;
  /** Share that half of the runs stay within, and the largest. */
  readonly median: number;
  readonly largest: number;
  /** Runs whose bytes and buffer accesses are exact. */
  readonly exact: number;
}

/** The model against the RTL, in four numbers; nothing where nothing was compared. */
export const validationSummary = ({ validation }: Results): ValidationSummary | undefined => {
  const errors = validation
    .filter(({ cycles }) => cycles > 0)
    .map((run) => Math.abs(modelError(run)))
    .sort((a, b) => a - b);
  if (errors.length === 0) return undefined;
  const middle = Math.floor(errors.length / 2);
  const median = errors.length % 2 === 1 ? errors[middle]! : (errors[middle - 1]! + errors[middle]!) / 2;
  return {
    runs: validation.length,
    median,
    largest: errors.at(-1)!,
    exact: validation.filter(({ exact }) => exact).length,
  };
};

/** The model's cycles beside the RTL's. */
export const validationSection = (results: Results): Section => {
  const runs = results.validation.filter(({ cycles }) => cycles > 0);
  const summary = validationSummary(results)!;
  const presets = [...new Set(runs.map(({ preset }) => preset))];
  const limit = Math.max(0.02, summary.largest * 1.1);
  const left = 24 + 7 * Math.max(...presets.map(({ length }) => length));
  const svg = plotSvg('Points of the error of the predicted cycles over the cycles of a run, by preset', {
    width: left + 800,
    height: 60 + 130 * presets.length,
    marginLeft: left + 34,
    marginTop: 30,
    marginBottom: 44,
    fy: { domain: presets, label: null, axis: null, padding: 0.12 },
    x: {
      type: 'log',
      label: 'measured cycles',
      tickFormat: (value: number) => (/^[125]0*$/.test(String(value)) ? short(value) : ''),
      grid: true,
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: {
      domain: [-limit, limit],
      label: 'error of the model',
      tickFormat: (value: number) => signed(value).replace(/\.?0+ /, ' '),
      ticks: 5,
      grid: true,
      labelArrow: 'none',
    },
    color: ENGINE_COLORS,
    marks: [
      Plot.axisFy({ label: null, anchor: 'left', fontSize: 12, fontWeight: 600, dx: -34 }),
      Plot.ruleY([0]),
      Plot.dot(runs, {
        fy: 'preset',
        x: 'cycles',
        y: modelError,
        fill: 'engine',
        r: 3,
        fillOpacity: 0.8,
        title: (run: Validation) =>
          `${run.layer} ${run.pass} ${run.engine}: ${count(run.cycles)} cycles, predicted ${count(run.predictedCycles)} (${signed(modelError(run))})`,
      }),
    ],
  });
  const worst = [...runs].sort((a, b) => Math.abs(modelError(b)) - Math.abs(modelError(a)));
  const html = figureHtml({
    title: 'The model against the RTL',
    text: `${count(summary.runs)} runs. Half of the predictions lie within ${percent(summary.median)} of the measured cycles, all within ${percent(summary.largest)}. Bytes and buffer accesses are exact in ${count(summary.exact)} of the runs.`,
    svg,
    legend: engineLegend(),
    table: {
      caption: 'measured and predicted cycles, largest error first',
      head: ['preset', 'layer', 'pass', 'engine', 'measured', 'predicted', 'error', 'bytes and accesses'],
      text: 4,
      rows: worst.map((run) => [
        ...[run.preset, run.layer, run.pass, run.engine, count(run.cycles), count(run.predictedCycles)],
        ...[signed(modelError(run)), run.exact ? 'exact' : 'differ'],
      ]),
    },
  });
  return { id: 'validation', title: 'How good the model is', html };
};
