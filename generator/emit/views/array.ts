import type { Config } from '../../description/config.js';
import { type DatapathView, datapathView } from './datapath.js';

/** The array is as large as its Verilog parameters say; the configuration gives their defaults. */
export const arrayView = (config: Config): DatapathView => datapathView(config);
