import type { Config } from '../../description/config.js';
import { ARITHMETIC_VECTORS, type DatapathView, datapathView } from './datapath.js';

/** Structure follows the Verilog parameter `STAGES`; the configuration gives its default. */
export const fp32AddView = (config: Config): DatapathView => ({
  ...datapathView(config),
  vectors: ARITHMETIC_VECTORS,
});
