import type { Config } from '../../description/config.js';
import { bitsFor, type Derived, derive } from '../../description/derive.js';
import { type EngineView, engineView } from './engine.js';

/** The accelerator's sizes, as the top module spells them out. */
export interface TopView extends Omit<EngineView, 'dataBits' | 'dataBytes'>, Derived {
  readonly [key: string]: unknown;
  readonly format: string;
  readonly engines: string;
}

export const topView = (config: Config): TopView => {
  const derived = derive(config);
  const { array, axi, buffers } = config;
  const byteBits = bitsFor(derived.beatBytes + 1);
  return {
    ...engineView(config),
    ...derived,
    format: config.format,
    engines: config.engines.join(', '),
    dynamicKib: buffers.dynamicBytes / 1024,
    stationaryKib: buffers.stationaryBytes / 1024,
    accumulatorDepth: buffers.accumulatorDepth,
    addStages: config.addStages,
    addressBits: axi.addressWidth,
    addressTop: axi.addressWidth - 1,
    busBits: axi.dataWidth,
    busTop: axi.dataWidth - 1,
    strobeTop: derived.beatBytes - 1,
    outstanding: axi.outstanding,
    laneTop: bitsFor(array.rows * array.rows * array.columns + 1) - 1,
    byteTop: byteBits - 1,
  };
};
