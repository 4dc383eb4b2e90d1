import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { type CommonView, commonView } from './common.js';

/** The memory interface at the sizes of a configuration; only benches read them, the blocks have parameters. */
export interface AxiView extends CommonView {
  /** Bits of a beat, bits of an address, bursts in flight, bytes of a buffer element. */
  readonly dataWidth: number;
  readonly addressWidth: number;
  readonly outstanding: number;
  readonly elementBytes: number;
}

export const axiView = (config: Config): AxiView => ({
  ...commonView(config),
  dataWidth: config.axi.dataWidth,
  addressWidth: config.axi.addressWidth,
  outstanding: config.axi.outstanding,
  elementBytes: derive(config).dataBytes,
});
