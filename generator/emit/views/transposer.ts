import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** The transposer has no structure of its own: everything is a Verilog parameter. */
export const transposerView = (config: Config): CommonView => commonView(config);
