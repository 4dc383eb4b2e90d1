import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** Width and depth are Verilog parameters. */
export const fifoView = (config: Config): CommonView => commonView(config);
