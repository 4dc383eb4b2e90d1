import Table from 'cli-table3';
import type { Judged } from './judge.js';

/** Counts of a block, or of all. */
export interface MutantCounts {
  readonly block: string;
  readonly mutants: number;
  readonly killed: number;
  /** Of the killed: by a bench of the block itself. */
  readonly byBench: number;
  readonly equivalent: number;
  readonly survived: number;
  /** Killed of those that are not shown equivalent. */
  readonly score: number;
}

const countOf = (block: string, mine: readonly Judged[]): MutantCounts => {
  const with_ = (status: Judged['status']): number => mine.filter((each) => each.status === status).length;
  const [killed, equivalent, survived] = [with_('killed'), with_('equivalent'), with_('survived')];
  return {
    ...{ block, mutants: killed + equivalent + survived, killed, equivalent, survived },
    byBench: mine.filter(({ status, by }) => status === 'killed' && by?.startsWith('bench')).length,
    score: killed + survived > 0 ? killed / (killed + survived) : 1,
  };
};

export const countMutants = (judged: readonly Judged[]): readonly MutantCounts[] => [
  ...[...new Set(judged.map(({ block }) => block))].map((block) =>
    countOf(
      block,
      judged.filter((each) => each.block === block),
    ),
  ),
  countOf('total', judged),
];

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

export const mutantTable = (counts: readonly MutantCounts[]): string => {
  const table = new Table({
    head: ['block', 'mutants', 'killed', 'by its bench', 'equivalent', 'survived', 'score'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { block, mutants, killed, byBench, equivalent, survived, score } of counts) {
    table.push([block, mutants, killed, byBench, equivalent, survived, percent(score)]);
  }
  return table.toString();
};

/** Where a mutant is, and what it changes. */
export const mutantText = ({ path, mutation }: Judged): string =>
  `${path}:${mutation.line}: ${mutation.operator}\n    - ${mutation.before.trim()}\n    + ${mutation.after.trim()}`;
