import * as Plot from '@observablehq/plot';
import { ENGINES, type Engine } from '../../generator/spec/config.js';
import { PAPER } from '../evaluation/paper.js';
import type { NetworkTotals, Results } from '../evaluation/results.js';
import { ENGINE_COLORS, engineLegend, figureHtml, plotSvg, type Section, scrolling, tableHtml } from './figure.js';
import { change, count, escaped, geometricMean, groupBy, minus, percent, short, times } from './text.js';

const { runtime, dgrad, wgrad, offChip, onChip, storage } = PAPER;
/** Beside the columns of {@link claimsTable}. */
const CLAIMS = [runtime, dgrad, wgrad, offChip, onChip, storage].map(({ text }) => minus(text));

/** The engines of one network, batch and scope. */
export interface Network {
  readonly name: string;
  readonly scope: NetworkTotals['scope'];
  readonly engines: Readonly<Partial<Record<Engine, NetworkTotals>>>;
}

export const networksOf = ({ networks }: Results): readonly Network[] => {
  const several = new Set(networks.map(({ batch }) => batch)).size > 1;
  return [...groupBy(networks, ({ network, batch, scope }) => JSON.stringify([scope, network, batch])).values()].map(
    (group) => ({
      name: several ? `${group[0]!.network}, batch ${group[0]!.batch}` : group[0]!.network,
      scope: group[0]!.scope,
      engines: Object.fromEntries(group.map((totals) => [totals.engine, totals])),
    }),
  );
};

/** Cycles of both gradients. */
export const backward = ({ dgrad, wgrad }: NetworkTotals): number => dgrad + wgrad;

const SCOPES = {
  strided: 'layers with a stride of 2 or more',
  all: 'all layers',
} as const;

type Value = (totals: NetworkTotals) => number;

/** What an engine changes, as a share of what another takes. */
const changeOf = ({ engines }: Network, from: Engine, to: Engine, value: Value): number | undefined => {
  const [before, after] = [engines[from], engines[to]];
  return before && after && value(before) > 0 ? value(after) / value(before) - 1 : undefined;
};

const speedupOf = ({ engines }: Network, over: Engine, value: Value): number | undefined => {
  const [before, after] = [engines[over], engines.zerofree];
  return before && after && value(after) > 0 && value(before) > 0 ? value(before) / value(after) : undefined;
};

interface Column {
  readonly head: string;
  readonly of: (network: Network) => number | undefined;
  readonly text: (value: number) => string;
  readonly mean: (values: readonly number[]) => number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A row for each network and, where there are several, their means. */
const rowsOf = (networks: readonly Network[], columns: readonly Column[]): readonly (readonly string[])[] => {
  const rows = networks.map((network) => [
    network.name,
    ...columns.map(({ of, text }) => {
      const value = of(network);
      return value === undefined ? '' : text(value);
    }),
  ]);
  if (networks.length < 2) return rows;
  const means = columns.map(({ of, text, mean }) => {
    const values = networks.map(of).filter((value) => value !== undefined);
    return values.length > 0 ? text(mean(values)) : '';
  });
  return [...rows, ['mean', ...means]];
};

const changes = (from: Engine, to: Engine, head: string, value: Value): Column => ({
  ...{ head, of: (network) => changeOf(network, from, to, value), text: change, mean },
});

/** BP-im2col against the usual way, beside the paper's claims. */
const claimsTable = (networks: readonly Network[], scope: string): string => {
  const columns = [
    changes('traditional', 'bp', 'cycles', backward),
    changes('traditional', 'bp', 'dgrad', ({ dgrad }) => dgrad),
    changes('traditional', 'bp', 'wgrad', ({ wgrad }) => wgrad),
    changes('traditional', 'bp', 'DRAM bytes', ({ dramBytes }) => dramBytes),
    changes(
      'traditional',
      'bp',
      'operand buffer reads',
      ({ dynamicReads, stationaryReads }) => dynamicReads + stationaryReads,
    ),
    changes('traditional', 'bp', 'extra storage', ({ extraStorageBytes }) => extraStorageBytes),
  ];
  return tableHtml({
    caption: `bp against traditional, ${scope}: change of dgrad and wgrad together, and of each`,
    head: ['network', ...columns.map(({ head }) => head)],
    text: 1,
    rows: [...rowsOf(networks, columns), ['claimed by the paper', ...CLAIMS]],
  });
};

const zerofreeTable = (networks: readonly Network[], scope: string): string => {
  const columns = (['traditional', 'bp'] as const).flatMap((engine): readonly Column[] => {
    const speedup = (head: string, value: Value): Column => ({
      head: `${head} over ${engine}`,
      of: (network) => speedupOf(network, engine, value),
      text: times,
      mean: geometricMean,
    });
    return [
      speedup('dgrad', ({ dgrad }) => dgrad),
      speedup('wgrad', ({ wgrad }) => wgrad),
      speedup('both', backward),
      changes(engine, 'zerofree', `DRAM bytes vs ${engine}`, ({ dramBytes }) => dramBytes),
      changes(engine, 'zerofree', `buffer accesses vs ${engine}`, ({ bufferAccesses }) => bufferAccesses),
    ];
  });
  return tableHtml({
    caption: `zerofree against both, ${scope}: speedup, and change of what is moved; means of speedups are geometric`,
    head: ['network', ...columns.map(({ head }) => head)],
    text: 1,
    rows: rowsOf(networks, columns),
  });
};

/** Cycles of a network's gradients by each engine. */
const cyclesFigure = (networks: readonly Network[], scope: string): string => {
  const dots = networks.flatMap(({ name, engines }) =>
    ENGINES.flatMap((engine) => {
      const totals = engines[engine];
      const base = engines.traditional ?? engines.bp ?? totals;
      return totals && base && backward(base) > 0
        ? [{ name, engine, totals, share: backward(totals) / backward(base) }]
        : [];
    }),
  );
  type Dot = (typeof dots)[number];
  if (dots.length === 0) return '';
  const names = [...new Set(dots.map(({ name }) => name))];
  const left = 24 + 7 * Math.max(...names.map(({ length }) => length));
  const most = Math.max(1, ...dots.map(({ share }) => share)) * 100;
  const ranges = names.map((name) => {
    const shares = dots.filter((dot) => dot.name === name).map(({ share }) => share);
    return { name, from: Math.min(...shares), to: Math.max(...shares) };
  });
  const svg = plotSvg(`Points of the cycles of both gradients of each network, ${scope}, relative to traditional`, {
    width: left + 800,
    height: 70 + names.length * 34,
    marginLeft: left,
    marginRight: 150,
    marginBottom: 44,
    x: {
      domain: [0, most],
      label: 'cycles of dgrad and wgrad, relative to traditional',
      percent: true,
      tickFormat: (value: number) => `${value} %`,
      ...{ ticks: 6, grid: true, labelAnchor: 'center', labelArrow: 'none' },
    },
    y: { domain: names, label: null, axis: null },
    color: ENGINE_COLORS,
    marks: [
      Plot.axisY({ label: null, anchor: 'left', fontSize: 12, fontWeight: 600, tickSize: 0 }),
      Plot.ruleX([0]),
      Plot.link(ranges, {
        y: 'name',
        x1: 'from',
        x2: 'to',
        stroke: 'currentColor',
        strokeOpacity: 0.25,
        strokeWidth: 3,
      }),
      Plot.dot(dots, {
        ...{ y: 'name', x: 'share', fill: 'engine', r: 6, stroke: 'var(--back)' },
        title: ({ name, engine, totals }: Dot) => `${name} ${engine}: ${count(backward(totals))} cycles`,
      }),
      ...([-11, 12] as const).map((dy) =>
        Plot.text(
          dots.filter(({ engine }) => engine === (dy < 0 ? 'bp' : 'zerofree')),
          { ...{ y: 'name', x: 'share', text: ({ share }: Dot) => percent(share) }, dy, fontSize: 10 },
        ),
      ),
      Plot.text(names, {
        y: (name: string) => name,
        text: (name: string) =>
          dots
            .filter((dot) => dot.name === name && dot.engine === 'zerofree')
            .map(({ totals }) => `zerofree ${short(backward(totals))} cycles`),
        ...{ frameAnchor: 'right', textAnchor: 'start', dx: 14, fontSize: 11 },
      }),
    ],
  });
  return figureHtml({
    title: `Both gradients, ${scope}`,
    heading: true,
    text: 'Cycles of dgrad and wgrad by the model, summed over the layers. <code>traditional</code> is 100 %. Above a point: bp’s share; below: zerofree’s.',
    svg,
    legend: engineLegend(),
    table: {
      caption: `totals of each network, ${scope}`,
      head: [
        'network',
        'engine',
        'layers',
        'fprop cycles',
        'dgrad cycles',
        'wgrad cycles',
        'DRAM bytes',
        'dynamic reads',
        'stationary reads',
        'buffer accesses',
        'extra storage, bytes',
        'prologue cycles',
        'useful MACs',
        'utilization',
      ],
      text: 2,
      rows: dots.map(({ name, engine, totals }) => [
        ...[name, engine],
        ...[totals.layers, totals.fprop, totals.dgrad, totals.wgrad, totals.dramBytes, totals.dynamicReads].map(count),
        ...[totals.stationaryReads, totals.bufferAccesses, totals.extraStorageBytes, totals.prologueCycles].map(count),
        ...[count(totals.usefulMacs), percent(totals.utilization)],
      ]),
    },
  });
};

/** Means over the networks beside the published figures, and why they are what they are. */
const comparisonHtml = ({ comparison }: Results): string => {
  if (!comparison) return '';
  const { reductions, reasons } = comparison;
  const table = tableHtml({
    caption: 'Means over the networks, relative to traditional, beside the published figures',
    head: ['figure', 'layers', 'published', 'bp', 'zerofree', 'zerofree over bp'],
    text: 2,
    rows: reductions.map(({ scope, figure, paper, bp, zerofree, zerofreeOverBp }) => [
      ...[figure, SCOPES[scope], minus(paper)],
      ...[bp, zerofree, zerofreeOverBp].map(change),
    ]),
  });
  const list = reasons.map((reason) => `<li>${escaped(reason)}</li>`).join('\n');
  return `<h3>Beside the published figures</h3>${scrolling('Beside the published figures', table)}<ul class="reasons">${list}</ul>`;
};

/** Whole networks, by the model. */
export const networksSection = (results: Results): Section => {
  const all = networksOf(results);
  const parts = (['all', 'strided'] as const).flatMap((key) => {
    // a network without such layers has no cycles in them
    const networks = all.filter(
      ({ scope, engines }) => scope === key && Object.values(engines).some((totals) => backward(totals) > 0),
    );
    const scope = SCOPES[key];
    if (networks.length === 0) return [];
    return [
      cyclesFigure(networks, scope),
      scrolling(`bp against traditional, ${scope}`, claimsTable(networks, scope)),
      scrolling(`zerofree against both, ${scope}`, zerofreeTable(networks, scope)),
    ];
  });
  const note =
    '<p>The claims are those of J. Yang et al., “BP-Im2col”, ICCD 2022, arXiv 2209.09434, over six networks, against the same accelerator with traditional im2col. Its array, layers and memory are not the ones here, so the columns stand side by side and are not the same experiment.</p>';
  return { id: 'networks', title: 'Whole networks', html: [comparisonHtml(results), ...parts, note].join('\n') };
};
