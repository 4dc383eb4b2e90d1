import { sum } from '../base/lists.js';
import { count, fixed, percent } from '../base/numbers.js';
import { PASSES } from '../description/config.js';
import type { Section } from './figure.js';
import type { GroupedLayers, Results } from './results.js';
import { type Heading, tableBlock } from './table.js';

/** Columns of {@link groupedRows}, the first two of text. */
export const GROUPED_HEAD: readonly Heading[] = [
  ...['network', 'kind', 'layers'],
  { group: 'useful', heads: PASSES },
  { group: 'of the bound', heads: PASSES },
  { group: 'three passes', heads: ['thousand cycles', 'of the network'] },
];

/** Each network's layers with groups as text: utilization of each pass, and what they take of the network's cycles. */
export const groupedRows = (grouped: readonly GroupedLayers[]): readonly (readonly string[])[] =>
  grouped.map((one) => {
    const passes = PASSES.map((pass) => one[pass]);
    const cycles = sum(passes.map((pass) => pass.cycles));
    return [
      ...[one.network, one.kind, count(one.layers)],
      ...passes.map(({ utilization }) => percent(utilization)),
      ...passes.map((pass) => percent(pass.boundCycles / pass.cycles)),
      ...[fixed(cycles / 1e3, 0), percent(cycles / one.networkCycles)],
    ];
  });

/** Depthwise and grouped layers, by the model. */
export const groupedSection = ({ grouped }: Results): Section => {
  const text =
    '<p>Each channel, or group of channels, meets only its own weights, and many groups share the array side by side. <code>zerofree</code>, by the model; <i>useful</i> is the share of all multiply-accumulates of the array, and the lane bound what channels and groups leave of it when they are rounded up to lanes.</p>';
  const html = tableBlock({
    caption: 'Utilization of the layers with groups of each network, and their cycles',
    head: GROUPED_HEAD,
    text: 2,
    rows: groupedRows(grouped),
  });
  return { id: 'grouped', title: 'Depthwise and grouped layers', html: text + html };
};
