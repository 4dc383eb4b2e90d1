import { geometricMean, mean } from '../base/lists.js';
import { change, decimalsFor, times, typeset } from '../base/numbers.js';
import type { Engine } from '../description/config.js';
import { leastText, simpleText, zerofreeOverBpText } from './comparison.js';
import { PAPER } from './paper.js';
import type { NetworkTotals, Results } from './results.js';
import { type Heading, type Table, tableBlock } from './table.js';
import { escaped } from './text.js';
import { backward, type Network, SCOPES } from './totals.js';

const { runtime, dgrad, wgrad, offChip, onChip, storage } = PAPER;
/** Beside the columns of {@link claimsTable}. */
const CLAIMS = [runtime, dgrad, wgrad, offChip, onChip, storage].map(({ text }) => typeset(text));

type Value = (totals: NetworkTotals) => number;

interface Column {
  readonly head: string;
  readonly of: (network: Network) => number | undefined;
  /** All values of a column, and their mean, as text. */
  readonly texts: (values: readonly number[]) => readonly string[];
  readonly mean: (values: readonly number[]) => number;
}

/** What an engine changes, as a share of what another takes. */
const changes = (from: Engine, to: Engine, head: string, value: Value): Column => ({
  head,
  of: ({ engines }) => {
    const [before, after] = [engines[from], engines[to]];
    return before && after && value(before) > 0 ? value(after) / value(before) - 1 : undefined;
  },
  texts: (values) => {
    const decimals = decimalsFor(
      values.map((share) => share * 100),
      1,
    );
    return values.map((share) => change(share, decimals));
  },
  mean,
});

/** How many times as fast zerofree is as another engine. */
const speedup = (over: Engine, head: string, value: Value): Column => ({
  head,
  of: ({ engines }) => {
    const [before, after] = [engines[over], engines.zerofree];
    return before && after && value(after) > 0 && value(before) > 0 ? value(before) / value(after) : undefined;
  },
  texts: (values) => values.map(times),
  mean: geometricMean,
});

/** A row for each network and, where there are several, their means. */
const rowsOf = (networks: readonly Network[], columns: readonly Column[]): readonly (readonly string[])[] => {
  const texts = columns.map(({ of, texts, mean }) => {
    const values = networks.map(of);
    const known = values.filter((value) => value !== undefined);
    const written = known.length > 0 ? texts([...known, mean(known)]) : [''];
    let next = 0;
    return [...values.map((value) => (value === undefined ? '' : written[next++]!)), written.at(-1)!];
  });
  const rows = [...networks.map(({ name }) => name), 'mean'].map((name, row) => [
    name,
    ...texts.map((column) => column[row]!),
  ]);
  return networks.length < 2 ? rows.slice(0, 1) : rows;
};

const group = (name: string, columns: readonly Column[]): Heading => ({
  group: name,
  heads: columns.map(({ head }) => head),
});

/** BP-im2col against the usual way, beside the paper's claims. */
const claimsTable = (networks: readonly Network[], scope: string): Table => {
  const of = (head: string, value: Value): Column => changes('traditional', 'bp', head, value);
  const cycles = [of('both', backward), of('dgrad', ({ dgrad }) => dgrad), of('wgrad', ({ wgrad }) => wgrad)];
  const moved = [
    of('DRAM bytes', ({ dramBytes }) => dramBytes),
    of('operand buffer reads', ({ dynamicReads, stationaryReads }) => dynamicReads + stationaryReads),
    of('extra storage', ({ extraStorageBytes }) => extraStorageBytes),
  ];
  return {
    caption: `what bp changes over traditional, ${scope}`,
    head: ['network', group('cycles', cycles), group('both gradients', moved)],
    rows: [...rowsOf(networks, [...cycles, ...moved]), ['claimed by the paper', ...CLAIMS]],
  };
};

const zerofreeTable = (networks: readonly Network[], scope: string): Table => {
  const groups = (['traditional', 'bp'] as const).flatMap((engine) => [
    {
      name: `speedup over ${engine}`,
      columns: [
        speedup(engine, 'dgrad', ({ dgrad }) => dgrad),
        speedup(engine, 'wgrad', ({ wgrad }) => wgrad),
        speedup(engine, 'both', backward),
      ],
    },
    {
      name: `change over ${engine}`,
      columns: [
        changes(engine, 'zerofree', 'DRAM bytes', ({ dramBytes }) => dramBytes),
        changes(engine, 'zerofree', 'buffer accesses', ({ bufferAccesses }) => bufferAccesses),
      ],
    },
  ]);
  const columns = groups.flatMap(({ columns }) => columns);
  return {
    caption: `zerofree against both, ${scope}; means of speedups are geometric`,
    head: ['network', ...groups.map(({ name, columns }) => group(name, columns))],
    rows: rowsOf(networks, columns),
  };
};

/** Tables of the networks of a scope: what bp changes, and what zerofree does. */
export const networkTables = (networks: readonly Network[], scope: NetworkTotals['scope']): readonly Table[] => [
  claimsTable(networks, SCOPES[scope]),
  zerofreeTable(networks, SCOPES[scope]),
];

/** Means over the networks beside the published figures, and why they are what they are. */
export const comparisonHtml = ({ comparison }: Results): string => {
  if (!comparison) return '';
  const { reductions, reasons } = comparison;
  const scopes = (['strided', 'all'] as const).filter((key) => reductions.some(({ scope }) => scope === key));
  const over = reductions.some(({ simple }) => simple !== undefined);
  const tables = scopes.map((scope) =>
    tableBlock({
      caption: `Means over the networks, relative to traditional, beside the published figures of bp: ${SCOPES[scope]}`,
      head: [
        ...['figure', 'published'],
        { group: 'bp', heads: ['mean', 'least of the networks', ...(over ? ['over the simple reorganizer'] : [])] },
        { group: 'zerofree', heads: ['mean', 'over bp'] },
      ],
      text: 2,
      rows: reductions
        .filter((one) => one.scope === scope)
        .map((one) => [
          ...[one.figure, typeset(one.paper), change(one.bp), leastText(one), ...(over ? [simpleText(one)] : [])],
          ...[change(one.zerofree), zerofreeOverBpText(one)],
        ]),
    }),
  );
  const list = reasons.map((reason) => `<li>${escaped(typeset(reason))}</li>`).join('\n');
  return `<h3>Beside the published figures</h3>${tables.join('\n')}<ul class="reasons">${list}</ul>`;
};
