import { mean } from '../base/lists.js';
import { change, percent } from '../base/numbers.js';
import { PAPER } from './paper.js';
import type { NetworkTotals } from './results.js';

type Engines = Readonly<Record<NetworkTotals['engine'], NetworkTotals>>;

/** A figure of backpropagation, that is of dgrad and wgrad together. */
interface Figure {
  /** The published figure, where there is one. */
  readonly key?: 'runtime' | 'offChip' | 'onChip' | 'storage';
  readonly label: string;
  readonly of: (totals: NetworkTotals) => number;
}

const backpropagation = ({ dgrad, wgrad }: NetworkTotals): number => dgrad + wgrad;
const operandReads = ({ dynamicReads, stationaryReads }: NetworkTotals): number => dynamicReads + stationaryReads;

const FIGURES: readonly Figure[] = [
  { key: 'runtime', label: 'backpropagation runtime', of: backpropagation },
  { key: 'offChip', label: 'off-chip bytes', of: ({ dramBytes }) => dramBytes },
  { key: 'onChip', label: 'operand buffer reads', of: operandReads },
  { label: 'on-chip accesses, sums too', of: ({ bufferAccesses }) => bufferAccesses },
  { key: 'storage', label: 'additional storage', of: ({ extraStorageBytes }) => extraStorageBytes },
  { label: 'prologue latency', of: ({ prologueCycles }) => prologueCycles },
];

const changeOf = (now: number, before: number): number => (before === 0 ? 0 : now / before - 1);

/** Networks of one scope whose three engines are all there. */
const complete = (totals: readonly NetworkTotals[], scope: NetworkTotals['scope']): readonly Engines[] => {
  const found = totals.filter((one) => one.scope === scope);
  return [...new Set(found.map(({ network }) => network))].flatMap((network) => {
    const engines = Object.fromEntries(found.filter((one) => one.network === network).map((one) => [one.engine, one]));
    return Object.keys(engines).length === 3 ? [engines as Engines] : [];
  });
};

export interface Reduction {
  readonly scope: NetworkTotals['scope'];
  readonly figure: string;
  /** Empty where nothing is published. */
  readonly paper: string;
  /** Means over the networks of the relative change. */
  readonly bp: number;
  readonly zerofree: number;
  readonly zerofreeOverBp: number;
  /** `bp` over `traditional` in each network. */
  readonly networks: Readonly<Record<string, number>>;
  /** `bp` over `traditional` with the simple reorganizer; undefined when that was not predicted. */
  readonly simple?: number;
}

/**
 * Relative changes of `bp` and `zerofree`, means over the networks, beside the published ones.
 * @param simple `traditional` with the simple reorganizer.
 */
export const reductions = (
  totals: readonly NetworkTotals[],
  simple: readonly NetworkTotals[] = [],
): readonly Reduction[] =>
  (['strided', 'all'] as const).flatMap((scope) => {
    const networks = complete(totals, scope);
    if (networks.length === 0) return [];
    const slow = networks.map(({ bp }) => simple.find((one) => one.scope === scope && one.network === bp.network));
    return FIGURES.map(({ key, label, of }) => ({
      ...{ scope, figure: label, paper: key ? PAPER[key].text : '' },
      bp: mean(networks.map(({ bp, traditional }) => changeOf(of(bp), of(traditional)))),
      zerofree: mean(networks.map(({ zerofree, traditional }) => changeOf(of(zerofree), of(traditional)))),
      zerofreeOverBp: mean(networks.map(({ zerofree, bp }) => changeOf(of(zerofree), of(bp)))),
      networks: Object.fromEntries(
        networks.map(({ bp, traditional }) => [bp.network, changeOf(of(bp), of(traditional))]),
      ),
      ...(slow.every((one) => one !== undefined)
        ? { simple: mean(networks.map(({ bp }, index) => changeOf(of(bp), of(slow[index]!)))) }
        : {}),
    }));
  });

const verdict = (now: number, paper: number): string =>
  Math.abs(now - paper) < 0.03 ? 'about as published' : now < paper ? 'more than published' : 'less than published';

/** Why the changes of `bp` are what they are, as far as the counters of the layers with a stride show it. */
export const reasons = (totals: readonly NetworkTotals[]): readonly string[] => {
  const networks = complete(totals, 'strided');
  if (networks.length === 0) return [];
  const figure = (key: NonNullable<Figure['key']>) => {
    const { of } = FIGURES.find((one) => one.key === key)!;
    const now = mean(networks.map(({ bp, traditional }) => changeOf(of(bp), of(traditional))));
    return { text: change(now), verdict: verdict(now, PAPER[key].value) };
  };
  const { runtime, offChip, onChip } = {
    runtime: figure('runtime'),
    offChip: figure('offChip'),
    onChip: figure('onChip'),
  };
  const average = (of: (engines: Engines) => number): number => mean(networks.map(of));
  const reorganize = average(({ traditional: one }) => (one.reorganizeCycles ?? 0) / backpropagation(one));
  const busy = (engine: NetworkTotals['engine']): number =>
    average((engines) => (engines[engine].arrayBusy ?? 0) / backpropagation(engines[engine]));
  const useful = average(({ bp }) => bp.utilization);
  const vectors = average(({ bp, traditional }) => changeOf(bp.arrayBusy ?? 0, traditional.arrayBusy ?? 0));
  const stored = average(({ traditional }) => traditional.extraStorageBytes / traditional.dramBytes);
  const reads = average(({ bp, traditional }) => changeOf(bp.dynamicReads, traditional.dynamicReads));
  const weights = average(({ bp, traditional }) => changeOf(bp.stationaryReads, traditional.stationaryReads));
  return [
    `Runtime ${runtime.text}, ${runtime.verdict}. The reorganize step, whose reads and writes overlap in full bursts, takes ${percent(reorganize)} of ` +
      'the cycles of traditional; little else is saved. Both engines multiply the inserted zeros: the vectors that enter the array are ' +
      `${Math.abs(vectors) < 0.0005 ? 'as many by bp as by traditional' : `${change(vectors)} by bp`}, on average ${percent(busy('traditional'))} of the cycles of ` +
      `traditional and ${percent(busy('bp'))} of those of bp. Of what it could multiply, ${percent(useful)} is useful by bp.`,
    `Off-chip bytes ${offChip.text}, ${offChip.verdict}. Writing the zero-inserted tensor is ${percent(stored)} of traditional's bytes; ` +
      'it is read again at least once, zeros and all. bp moves neither.',
    `Operand buffer reads ${onChip.text}, ${onChip.verdict}. Of the dynamic operand bp reads ${change(reads)} vectors and of the ` +
      `stationary one ${change(weights)}: where a tap meets no pixel a zero is injected, but weights, and vectors that hold data, are read by both. ` +
      'Accumulator accesses are not in this figure; they follow the vectors.',
    'Additional storage: bp stores no zero-inserted tensor at all, so nothing is left. What remains in the published figure is not known here.',
    'The published array, buffers, memory and layers are not known here in detail.',
  ];
};

/** What zerofree changes over bp; without an extra tensor there is nothing left that it could save. */
export const zerofreeOverBpText = ({ bp, zerofreeOverBp }: Pick<Reduction, 'bp' | 'zerofreeOverBp'>): string =>
  bp === -1 ? '' : change(zerofreeOverBp);

/** The least that bp saves in any network, where the published figure is a least one. */
export const leastText = ({ paper, networks }: Pick<Reduction, 'paper' | 'networks'>): string =>
  / or more$/.test(paper) ? change(Math.max(...Object.values(networks))) : '';

/** What bp changes over the simple reorganizer. */
export const simpleText = ({ simple }: Pick<Reduction, 'simple'>): string =>
  simple === undefined ? '' : change(simple);

/** The changes as lines for a table: head first. What was not predicted has no column. */
export const reductionRows = (found: readonly Reduction[]): readonly (readonly string[])[] => {
  const over = found.some(({ simple }) => simple !== undefined);
  return [
    [
      ...['layers', 'figure', 'paper', 'bp', 'bp, least of the networks'],
      ...(over ? ['bp over the simple reorganizer'] : []),
      ...['zerofree', 'zerofree over bp'],
    ],
    ...found.map((one) => [
      ...[one.scope === 'all' ? 'all' : 'stride ≥ 2', one.figure, one.paper],
      ...[change(one.bp), leastText(one), ...(over ? [simpleText(one)] : [])],
      ...[change(one.zerofree), zerofreeOverBpText(one)],
    ]),
  ];
};
