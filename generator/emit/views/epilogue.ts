import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** What the epilogue's templates use. */
export interface EpilogueView extends CommonView {
  /** Narrow results are bf16 (rounded fp32), or else int8 (scaled int32). */
  readonly bf16: boolean;
}

/** The number format decides the conversion to the operand format. */
export const epilogueView = (config: Config): EpilogueView => ({
  ...commonView(config),
  bf16: config.format === 'bf16',
});
