import { count, percent, times } from '../base/numbers.js';
import type { Estimate } from '../compile/estimate.js';
import { type Engine, PASSES, type Pass } from '../description/config.js';
import { scrolling, tableHtml } from '../report/table.js';

/** A pass of a layer by an engine, and what it takes. */
export interface EstimatedRow {
  readonly layer: string;
  readonly pass: Pass;
  readonly engine: Engine;
  readonly estimate: Estimate;
}

/** Cycles of all layers, by pass and engine; a pass that not all engines can do is left out. */
const totals = (
  rows: readonly EstimatedRow[],
): readonly { readonly pass: Pass | 'all passes'; readonly cycles: readonly (readonly [Engine, number])[] }[] => {
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const of = (some: readonly EstimatedRow[]): readonly (readonly [Engine, number])[] =>
    engines.map((engine) => [
      engine,
      some.filter((row) => row.engine === engine).reduce((sum, { estimate }) => sum + estimate.cycles, 0),
    ]);
  const passes = PASSES.filter((pass) => rows.some((row) => row.pass === pass));
  return [
    ...passes.map((pass) => ({ pass, cycles: of(rows.filter((row) => row.pass === pass)) })),
    ...(passes.length > 1 ? [{ pass: 'all passes' as const, cycles: of(rows) }] : []),
  ];
};

/** Bars of the cycles of each pass by each engine, and how many times as fast as the slowest. */
const barsHtml = (rows: readonly EstimatedRow[]): string => {
  const all = totals(rows);
  const most = Math.max(
    ...all.filter(({ pass }) => pass !== 'all passes').flatMap(({ cycles }) => cycles.map(([, one]) => one)),
  );
  const bars = all.map(({ pass, cycles }) => {
    const longest = Math.max(...cycles.map(([, one]) => one));
    const scale = pass === 'all passes' ? longest : most;
    const lines = cycles.map(
      ([engine, one]) =>
        `<span>${engine}</span><span class="track"><i class="${engine}" style="width:${((100 * one) / scale).toFixed(2)}%"></i></span><span>${count(one)}${one < longest ? ` · ${times(longest / one)}` : ''}</span>`,
    );
    return `<h4>${pass}</h4>${lines.join('')}`;
  });
  return `<p class="soft">Cycles, and how many times as fast as the slowest engine.</p><div class="bars">${bars.join('')}</div>`;
};

const tableOf = (rows: readonly EstimatedRow[], withLayer: boolean): string =>
  tableHtml({
    caption: 'Cycles, bytes and utilization by the performance model',
    text: withLayer ? 3 : 2,
    head: [
      ...(withLayer ? ['layer'] : []),
      ...['pass', 'engine', 'cycles', 'useful', 'of the bound', 'bytes read', 'written', 'zeros multiplied'],
    ],
    rows: rows.map(({ layer, pass, engine, estimate }) => [
      ...(withLayer ? [layer] : []),
      ...[pass, engine, count(estimate.cycles), percent(estimate.utilization)],
      percent(estimate.utilization / estimate.laneBound),
      ...['dramBytesRead', 'dramBytesWritten', 'zerosMultiplied'].map((name) => count(estimate.counters[name] ?? 0)),
    ]),
  });

/** Estimates of a layer or network as HTML. */
export const estimatesHtml = (rows: readonly EstimatedRow[]): string => {
  if (rows.length === 0) return '';
  const several = new Set(rows.map(({ layer }) => layer)).size > 1;
  const from = rows.find(({ estimate }) => estimate.extrapolatedFrom)?.estimate.extrapolatedFrom;
  const note = from
    ? `<p class="soft">Batches above ${from[1]} continue the straight line through those of ${from.join(' and ')}, which were replayed.</p>`
    : '';
  const table = scrolling('Estimates of every pass', tableOf(rows, several));
  return [
    barsHtml(rows),
    several ? `<details><summary>Every layer</summary>${table}</details>` : table,
    `<p class="soft">useful: useful MACs of all that the array could do; of the bound: of what lanes of channels allow.</p>${note}`,
  ].join('\n');
};
