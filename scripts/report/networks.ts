import * as Plot from '@observablehq/plot';
import { ENGINES, type Engine } from '../../generator/spec/config.js';
import type { NetworkTotals, Results } from '../evaluation/results.js';
import { ENGINE_COLORS, engineLegend, figureHtml, plotSvg, type Section, scrolling, tableHtml } from './figure.js';
import { change, count, groupBy, short, times } from './text.js';

/** What the paper on BP-im2col claims against traditional im2col (arXiv 2209.09434); its array and layers are others. */
const CLAIMS = {
  runtime: '−34.9 % on average',
  dgrad: '−14.5 to −79.0 %',
  wgrad: '−17.7 to −92.4 %',
  dram: 'at least −22.7 %',
  buffer: 'at least −70.6 %',
  storage: 'at least −74.78 %',
} as const;

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
  all: 'all convolutions',
} as const;

type Value = (totals: NetworkTotals) => number;

const changeOf = ({ engines }: Network, from: Engine, to: Engine, value: Value): string => {
  const [before, after] = [engines[from], engines[to]];
  return before && after ? change(value(before), value(after)) : '';
};

const speedupOf = ({ engines }: Network, over: Engine, value: Value): string => {
  const [before, after] = [engines[over], engines.zerofree];
  return before && after && value(after) > 0 ? times(value(before) / value(after)) : '';
};

/** BP-im2col against the usual way, beside the paper's claims. */
const claimsTable = (networks: readonly Network[], scope: string): string =>
  tableHtml({
    caption: `bp against traditional, ${scope}; dgrad and wgrad together but for their own columns`,
    head: ['network', 'cycles', 'dgrad', 'wgrad', 'DRAM bytes', 'buffer accesses', 'extra storage'],
    text: 1,
    rows: [
      ...networks.map((network) => {
        const of = (value: Value): string => changeOf(network, 'traditional', 'bp', value);
        return [
          ...[network.name, of(backward), of(({ dgrad }) => dgrad), of(({ wgrad }) => wgrad)],
          ...[of(({ dramBytes }) => dramBytes), of(({ bufferAccesses }) => bufferAccesses)],
          of(({ extraStorageBytes }) => extraStorageBytes),
        ];
      }),
      [
        'claimed by the paper',
        ...[CLAIMS.runtime, CLAIMS.dgrad, CLAIMS.wgrad, CLAIMS.dram, CLAIMS.buffer, CLAIMS.storage],
      ],
    ],
  });

const zerofreeTable = (networks: readonly Network[], scope: string): string =>
  tableHtml({
    caption: `zerofree against both, ${scope}: speedup, and change of what is moved`,
    head: [
      'network',
      ...(['traditional', 'bp'] as const).flatMap((engine) => [
        `dgrad over ${engine}`,
        `wgrad over ${engine}`,
        `both over ${engine}`,
        `DRAM bytes vs ${engine}`,
        `buffer accesses vs ${engine}`,
      ]),
    ],
    text: 1,
    rows: networks.map((network) => [
      network.name,
      ...(['traditional', 'bp'] as const).flatMap((engine) => [
        ...[speedupOf(network, engine, ({ dgrad }) => dgrad), speedupOf(network, engine, ({ wgrad }) => wgrad)],
        speedupOf(network, engine, backward),
        changeOf(network, engine, 'zerofree', ({ dramBytes }) => dramBytes),
        changeOf(network, engine, 'zerofree', ({ bufferAccesses }) => bufferAccesses),
      ]),
    ]),
  });

/** Cycles of a network's gradients by each engine. */
const cyclesFigure = (networks: readonly Network[], scope: string): string => {
  const bars = networks.flatMap(({ name, engines }) =>
    ENGINES.flatMap((engine) => {
      const totals = engines[engine];
      const base = engines.traditional ?? engines.bp ?? totals;
      return totals && base && backward(base) > 0
        ? [{ name, engine, totals, share: backward(totals) / backward(base) }]
        : [];
    }),
  );
  type Bar = (typeof bars)[number];
  if (bars.length === 0) return '';
  const names = [...new Set(bars.map(({ name }) => name))];
  const left = 24 + 7 * Math.max(...names.map(({ length }) => length));
  const text = ({ share, totals }: Bar): string => `${(share * 100).toFixed(1)} %  ${short(backward(totals))}`;
  const svg = plotSvg(`Bars of the cycles of both gradients of each network, ${scope}, relative to traditional`, {
    width: left + 720,
    height: 60 + names.length * 67,
    marginLeft: left,
    marginBottom: 44,
    fy: { domain: names, label: null, axis: null, padding: 0.14 },
    x: {
      domain: [0, Math.max(1, ...bars.map(({ share }) => share)) * 118],
      label: 'cycles of dgrad and wgrad, relative to traditional',
      percent: true,
      tickFormat: (value: number) => `${value} %`,
      ticks: 6,
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { domain: [...ENGINES], axis: null, padding: 0.12 },
    color: ENGINE_COLORS,
    marks: [
      Plot.axisFy({ label: null, anchor: 'left', fontSize: 12, fontWeight: 600 }),
      Plot.gridX({ ticks: 6 }),
      Plot.barX(bars, {
        fy: 'name',
        y: 'engine',
        x: 'share',
        fill: 'engine',
        title: (bar: Bar) => `${bar.name} ${bar.engine}: ${count(backward(bar.totals))} cycles`,
      }),
      Plot.text(bars, { fy: 'name', y: 'engine', x: 'share', text, textAnchor: 'start', dx: 5, fontSize: 11 }),
      Plot.ruleX([0]),
    ],
  });
  return figureHtml({
    title: `Both gradients, ${scope}`,
    heading: true,
    text: 'Cycles of dgrad and wgrad by the model, summed over the layers. Behind each bar: the share of <code>traditional</code>, and the cycles.',
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
      rows: bars.map(({ name, engine, totals }) => [
        ...[name, engine],
        ...[totals.layers, totals.fprop, totals.dgrad, totals.wgrad, totals.dramBytes, totals.dynamicReads].map(count),
        ...[totals.stationaryReads, totals.bufferAccesses, totals.extraStorageBytes, totals.prologueCycles].map(count),
        ...[count(totals.usefulMacs), `${(totals.utilization * 100).toFixed(1)} %`],
      ]),
    },
  });
};

/** Whole networks, by the model. */
export const networksSection = (results: Results): Section => {
  const all = networksOf(results);
  const parts = (['all', 'strided'] as const).flatMap((key) => {
    const networks = all.filter(({ scope }) => scope === key);
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
  return { id: 'networks', title: 'Whole networks', html: parts.join('\n') + note };
};
