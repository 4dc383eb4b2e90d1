import { groupBy } from '../base/lists.js';
import type { Engine } from '../description/config.js';
import type { NetworkTotals, Results } from './results.js';

/** The engines of one network, batch and scope. */
export interface Network {
  readonly name: string;
  readonly scope: NetworkTotals['scope'];
  readonly engines: Readonly<Partial<Record<Engine, NetworkTotals>>>;
}

export const networksOf = ({ networks }: Pick<Results, 'networks'>): readonly Network[] => {
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

/** Cycles of all three passes. */
export const training = (totals: NetworkTotals): number => totals.fprop + backward(totals);

/** Which layers of a network are summed, in words. */
export const SCOPES: Readonly<Record<NetworkTotals['scope'], string>> = {
  strided: 'layers with a stride of 2 or more',
  all: 'all layers',
};
