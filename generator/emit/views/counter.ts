import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** The increment's width is a Verilog parameter. */
export const counterView = (config: Config): CommonView => commonView(config);
