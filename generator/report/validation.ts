import * as Plot from '@observablehq/plot';
import { change, count, percent, tick } from '../base/numbers.js';
import { AXIS, ENGINE_COLORS, engineLegend, figureHtml, nameOn, plotSvg, type Section } from './figure.js';
import type { Results, Validation } from './results.js';
import { niceStep } from './timeline.js';

/** How far the model's cycles are from the measured ones, as a share of those. */
export const modelError = ({ cycles, predictedCycles }: Validation): number => predictedCycles / cycles - 1;

/** Errors are much smaller than other shares, and have more digits everywhere. */
export const errorText = (share: number): string => percent(share, 2);

export interface ValidationSummary {
  readonly runs: number;
  /** Runs that the model predicts to the cycle. */
  readonly equal: number;
  /** Largest error, as a share. */
  readonly largest: number;
  /** Runs whose bytes and buffer accesses are exact. */
  readonly exact: number;
}

/** The model against the RTL, in four numbers; nothing where nothing was compared. */
export const validationSummary = ({ validation }: Results): ValidationSummary | undefined => {
  const runs = validation.filter(({ cycles }) => cycles > 0);
  if (runs.length === 0) return undefined;
  return {
    runs: runs.length,
    equal: runs.filter((run) => run.cycles === run.predictedCycles).length,
    largest: Math.max(...runs.map((run) => Math.abs(modelError(run)))),
    exact: runs.filter(({ exact }) => exact).length,
  };
};

/** Least error that fills the drawing: smaller ones do not look large. */
const SCALE = 0.01;

/** Errors over the cycles of a run, a strip for each preset. */
const errorsSvg = (runs: readonly Validation[], largest: number, width: number): string => {
  const presets = [...new Set(runs.map(({ preset }) => preset))];
  const limit = Math.max(SCALE, niceStep(largest * 1e4) / 1e4);
  return plotSvg('Points of the error of the predicted cycles over the cycles of a run, by preset', {
    ...{ width, height: 76 + Math.max(160, 84 * presets.length) },
    ...{ marginLeft: 54, marginRight: 20, marginTop: 40, marginBottom: 48 },
    fy: { domain: presets, label: null, axis: null, padding: 0.24 },
    x: {
      ...{ type: 'log', label: 'measured cycles', grid: true, nice: true, ...AXIS },
      tickFormat: (value: number) => (/^1?0*$/.test(String(value)) ? tick(value) : ''),
    },
    y: {
      ...{
        domain: [-limit, limit],
        label: 'error of the model',
        ticks: [-limit, 0, limit],
        grid: true,
        labelArrow: 'none',
      },
      tickFormat: (value: number) => (value === 0 ? '0' : change(value, 0)),
    },
    color: ENGINE_COLORS,
    marks: [
      Plot.ruleY([0], { strokeOpacity: 0.5 }),
      Plot.text(presets, {
        ...{ fy: (preset: string) => preset, text: (preset: string) => preset },
        ...{ frameAnchor: 'top-left', dy: -13, ...nameOn(width - 80) },
      }),
      Plot.dot(runs, {
        ...{ fy: 'preset', x: 'cycles', y: modelError, fill: 'engine', r: 4, fillOpacity: 0.8 },
        title: (run: Validation) =>
          `${run.layer} ${run.pass} ${run.engine}: ${count(run.cycles)} cycles, predicted ${count(run.predictedCycles)} (${change(modelError(run), 2)})`,
      }),
    ],
  });
};

/** The model's cycles beside the RTL's. */
export const validationSection = (results: Results): Section => {
  const runs = results.validation.filter(({ cycles }) => cycles > 0);
  const summary = validationSummary(results)!;
  const worst = [...runs].sort((a, b) => Math.abs(modelError(b)) - Math.abs(modelError(a)));
  const html = figureHtml({
    text: `The model predicts ${count(summary.equal)} of ${count(summary.runs)} runs to the cycle, and is never more than ${errorText(summary.largest)} off. Bytes and buffer accesses are exact in ${count(summary.exact)} of them.`,
    panels: [{ draw: (width) => errorsSvg(runs, summary.largest, width) }],
    legend: engineLegend(),
    tables: [
      {
        caption: 'measured and predicted cycles, largest error first',
        head: [
          ...['layer', 'preset', 'pass', 'engine'],
          { group: 'cycles', heads: ['measured', 'predicted', 'error'] },
          'bytes and accesses',
        ],
        text: 4,
        rows: worst.map((run) => [
          ...[run.layer, run.preset, run.pass, run.engine, count(run.cycles), count(run.predictedCycles)],
          ...[change(modelError(run), 2), run.exact ? 'exact' : 'differ'],
        ]),
      },
    ],
  });
  return { id: 'validation', title: 'How good the model is', html };
};
