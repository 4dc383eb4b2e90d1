import type { Config } from '../../description/config.js';
import { type AxiView, axiView } from './axi.js';

/** Widths are Verilog parameters. */
export const fetchView = (config: Config): AxiView => axiView(config);
