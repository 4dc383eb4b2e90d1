import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** Triangular delay: everything is a Verilog parameter. */
export const skewView = (config: Config): CommonView => commonView(config);
