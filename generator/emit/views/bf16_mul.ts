import type { Config } from '../../description/config.js';
import { ARITHMETIC_VECTORS, type DatapathView, datapathView } from './datapath.js';

/** The multiplier has no structure to choose. */
export const bf16MulView = (config: Config): DatapathView => ({
  ...datapathView(config),
  vectors: ARITHMETIC_VECTORS,
});
