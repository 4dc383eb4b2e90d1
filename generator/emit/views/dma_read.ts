import type { Config } from '../../description/config.js';
import { type AxiView, axiView } from './axi.js';

/** Widths, bursts in flight and the element size are Verilog parameters. */
export const dmaReadView = (config: Config): AxiView => axiView(config);
