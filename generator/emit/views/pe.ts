import type { Config } from '../../description/config.js';
import { type DatapathView, datapathView } from './datapath.js';

/** The number format decides the operators and the widths of the ports. */
export const peView = (config: Config): DatapathView => datapathView(config);
