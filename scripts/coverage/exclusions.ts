import type { Point } from './points.js';

/** Points that no run of the measured configuration can cover, and why. */
export interface Exclusion {
  /** Block, or any. */
  readonly block?: string;
  readonly kind: Point['kind'];
  /** Of the point's name. */
  readonly name: RegExp;
  readonly reason: string;
}

export const EXCLUSIONS: readonly Exclusion[] = [
  {
    block: 'counters',
    kind: 'toggle',
    name: /^at\[([6-9]|[12]\d|3[01])\]$/,
    reason: 'the word under way, widened for the checks',
  },
  {
    kind: 'toggle',
    name: /^(memory|old_sum_q|sum|data_q|rd_data_o|counter_data|carry)(\[(2[2-9]|3[0-2])\])?$/,
    block: 'counters',
    reason: "a counter's bits from 22 up: no run here takes 4 million cycles; the bench of the block carries into them",
  },
  {
    kind: 'toggle',
    name: /^(loads|execs|stores|(load|exec|store)_wait_(load|exec|store)|(error_|failed_)?(instruction|index))(_done|_taken|_ended)?(_[iqo])?\[(1[6-9]|2\d|3[01])\]$/,
    reason: 'counts of instructions: no program here has 65,536 of them',
  },
];

/** The exclusion that covers a point, if any. */
export const exclusionOf = ({ block, kind, name }: Point): Exclusion | undefined =>
  EXCLUSIONS.find((each) => each.kind === kind && (each.block ?? block) === block && each.name.test(name));
