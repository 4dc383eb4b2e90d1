import * as Plot from '@observablehq/plot';
import { count, percent } from '../base/numbers.js';
import { ENGINES, type Engine, PASSES } from '../description/config.js';
import {
  AXIS,
  ENGINE_COLORS,
  engineLegend,
  figureHtml,
  HALO,
  nameOn,
  type Panel,
  plotSvg,
  type Section,
} from './figure.js';
import { comparisonHtml, networkTables } from './networkTables.js';
import type { NetworkTotals, Results } from './results.js';
import { tableBlock } from './table.js';
import { sentence } from './text.js';
import { backward, type Network, networksOf, SCOPES, training } from './totals.js';

interface Dot {
  readonly name: string;
  readonly engine: Engine;
  readonly totals: NetworkTotals;
  /** Of the cycles of `traditional`, or of `bp` where that was not run. */
  readonly share: number;
}

const dotsOf = (networks: readonly Network[]): readonly Dot[] =>
  networks.flatMap(({ name, engines }) =>
    ENGINES.flatMap((engine): readonly Dot[] => {
      const totals = engines[engine];
      const base = engines.traditional ?? engines.bp ?? totals;
      if (!totals || !base || backward(base) === 0) return [];
      return [{ name, engine, totals, share: backward(totals) / backward(base) }];
    }),
  );

const ROW = 54;

/** A line for each network, with a point for each engine. */
const sharesSvg = (dots: readonly Dot[], label: string, width: number): string => {
  const names = [...new Set(dots.map(({ name }) => name))];
  const most = Math.max(1, ...dots.map(({ share }) => share));
  const ranges = names.map((name) => {
    const shares = dots.filter((dot) => dot.name === name).map(({ share }) => share);
    return { name, from: Math.min(...shares), to: Math.max(...shares) };
  });
  const labelled = dots.filter(({ share, engine }) => engine !== 'traditional' && share !== 1);
  const shareText = { y: 'name', x: 'share', text: ({ share }: Dot) => percent(share), ...HALO };
  return plotSvg(label, {
    ...{ width, height: 54 + names.length * ROW },
    ...{ marginLeft: 22, marginRight: 28, marginTop: 4, marginBottom: 50 },
    x: {
      ...{ domain: [0, most * 100], label: 'cycles of dgrad and wgrad, relative to traditional', percent: true },
      ...{ ticks: 5, grid: true, ...AXIS, tickFormat: (value: number) => percent(value / 100, 0) },
    },
    y: { domain: names, label: null, axis: null },
    color: ENGINE_COLORS,
    marks: [
      Plot.ruleX([0]),
      Plot.text(names, {
        ...{ y: (name: string) => name, text: (name: string) => name },
        ...{ frameAnchor: 'left', dy: -15, dx: 6, ...nameOn(width - 50) },
      }),
      Plot.link(ranges, {
        ...{ y: 'name', x1: 'from', x2: 'to', dy: 5, stroke: 'currentColor', strokeOpacity: 0.25, strokeWidth: 3 },
      }),
      Plot.dot(dots, {
        ...{ y: 'name', x: 'share', fill: 'engine', r: 6, dy: 5, stroke: 'var(--back)' },
        title: ({ name, engine, totals }: Dot) => `${name} ${engine}: ${count(backward(totals))} cycles`,
      }),
      // before its point stands the share of bp, below it that of zerofree
      Plot.text(
        labelled.filter(({ engine }) => engine === 'bp'),
        { ...shareText, dx: -10, dy: 5, textAnchor: 'end' },
      ),
      Plot.text(
        labelled.filter(({ engine }) => engine === 'zerofree'),
        { ...shareText, dy: 20 },
      ),
    ],
  });
};

/** Cycles of the networks' gradients by each engine. */
const cyclesFigure = (scopes: readonly (readonly [NetworkTotals['scope'], readonly Network[]])[]): string => {
  const panels = scopes.flatMap(([scope, networks]): readonly Panel[] => {
    const dots = dotsOf(networks);
    const label = `Points of the cycles of both gradients of each network, ${SCOPES[scope]}, relative to traditional`;
    return dots.length === 0
      ? []
      : [{ title: sentence(SCOPES[scope]), draw: (width) => sharesSvg(dots, label, width) }];
  });
  if (panels.length === 0) return '';
  const rows = scopes.flatMap(([scope, networks]) =>
    dotsOf(networks).map(({ name, engine, totals }) => [
      ...[`${name} ${engine}`, scope === 'all' ? 'all' : 'stride ≥ 2'],
      ...[totals.layers, totals.fprop, totals.dgrad, totals.wgrad, totals.prologueCycles].map(count),
      ...[totals.dramBytes, totals.extraStorageBytes].map(count),
      ...[totals.dynamicReads, totals.stationaryReads, totals.bufferAccesses, totals.usefulMacs].map(count),
      percent(totals.utilization),
    ]),
  );
  return figureHtml({
    text: `Cycles of dgrad and wgrad by the model, summed over the layers. <code>traditional</code> is ${percent(1, 0)}.`,
    panels,
    legend: engineLegend(),
    tables: [
      ...scopes.flatMap(([scope, networks]) => (networks.length > 0 ? networkTables(networks, scope) : [])),
      {
        caption: 'totals of each network; from bytes on, of dgrad and wgrad together',
        head: [
          ...['network', 'scope', 'layers'],
          { group: 'cycles', heads: ['fprop', 'dgrad', 'wgrad', 'prologue'] },
          { group: 'bytes', heads: ['DRAM', 'extra storage'] },
          { group: 'buffer accesses', heads: ['dynamic reads', 'stationary reads', 'all'] },
          { group: 'MACs', heads: ['useful', 'of the array'] },
        ],
        text: 2,
        rows,
      },
    ],
  });
};

/** Networks beside those of the paper: all layers by pass and engine. */
const moreHtml = ({ moreNetworks }: Results): string => {
  const networks = networksOf({ networks: moreNetworks }).filter(({ scope }) => scope === 'all');
  if (networks.length === 0) return '';
  const table = tableBlock({
    caption: 'Networks that are in no mean and no chart here: all layers, by the model',
    head: [
      ...['network', 'engine', 'layers'],
      { group: 'cycles', heads: [...PASSES, 'three passes'] },
      { group: 'both gradients', heads: ['DRAM bytes', 'useful MACs of the array'] },
    ],
    text: 2,
    rows: networks.flatMap(({ name, engines }) =>
      Object.values(engines).map((totals) => [
        ...[name, totals.engine, count(totals.layers)],
        ...[...PASSES.map((pass) => totals[pass]), training(totals), totals.dramBytes].map(count),
        percent(totals.utilization),
      ]),
    ),
  });
  return `<h3>More networks</h3>${table}`;
};

/** Whole networks, by the model. */
export const networksSection = (results: Results): Section => {
  const all = networksOf(results);
  // a network without such layers has no cycles in them
  const scopes = (['all', 'strided'] as const).map(
    (key) =>
      [
        key,
        all.filter(
          ({ scope, engines }) => scope === key && Object.values(engines).some((totals) => backward(totals) > 0),
        ),
      ] as const,
  );
  const note =
    '<p class="soft">The claims are those of J. Yang et al., “BP-Im2col”, ICCD 2022, arXiv 2209.09434, over six networks, against the same accelerator with traditional im2col. Its array, layers and memory are not the ones here, so the columns stand side by side and are not the same experiment.</p>';
  const html = [cyclesFigure(scopes), comparisonHtml(results), note, moreHtml(results)].join('\n');
  return { id: 'networks', title: 'Whole networks', html };
};
