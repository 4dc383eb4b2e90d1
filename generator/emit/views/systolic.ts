import type { Config } from '../../description/config.js';
import { type DatapathView, datapathView } from './datapath.js';

/** The array with its edges is as large as its Verilog parameters say; the configuration gives their defaults. */
export const systolicView = (config: Config): DatapathView => datapathView(config);
