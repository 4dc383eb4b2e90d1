import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** What the accumulator's templates use. */
export interface AccumulatorView extends CommonView {
  /** fp32 sums by the pipelined adder, or else int32 sums. */
  readonly bf16: boolean;
}

/** The number format decides the adder. */
export const accumulatorView = (config: Config): AccumulatorView => ({
  ...commonView(config),
  bf16: config.format === 'bf16',
});
