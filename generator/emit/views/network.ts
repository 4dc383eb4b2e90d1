import type { Config } from '../../description/config.js';
import { EXP_TERMS, LEAST_EXPONENT, LN2, LOG_TERMS } from '../../golden/graph/exponential.js';
import { type CommonView, commonView } from './common.js';

/** A number as a double in C, all its bits. */
export const cDouble = (value: number): string => {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

/** Networks on an accelerator in C: what the loss is computed with. */
export const networkView = (config: Config): CommonView => ({
  ...commonView(config),
  PREFIX: config.prefix.toUpperCase(),
  addressBits: config.axi.addressWidth,
  addressLimited: config.axi.addressWidth < 64,
  ln2: { high: cDouble(LN2.high), low: cDouble(LN2.low) },
  leastExponent: cDouble(LEAST_EXPONENT),
  sqrt2: cDouble(Math.SQRT2),
  expTerms: EXP_TERMS.map(cDouble),
  logTerms: LOG_TERMS.map(cDouble),
});
