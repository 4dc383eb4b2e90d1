import type { Config } from '../spec/config.js';
import { type AxiView, axiView } from './axi.js';

/** Widths are Verilog parameters. */
export const fetchView = (config: Config): AxiView => axiView(config);
