import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** The operand buffer has no structure of its own: everything is a Verilog parameter. */
export const bufferView = (config: Config): CommonView => commonView(config);
