import type { Config } from '../../description/config.js';
import { type AxiView, axiView } from './axi.js';

/** Widths and bursts in flight are Verilog parameters. */
export const dmaWriteView = (config: Config): AxiView => axiView(config);
