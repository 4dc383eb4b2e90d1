import type { Config } from '../../description/config.js';
import { type CommonView, commonView } from './common.js';

/** The memory wrapper has no structure of its own: everything is a Verilog parameter. */
export const sram1r1wView = (config: Config): CommonView => commonView(config);
