import { bitsFor } from '../../base/bits.js';
import type { Config } from '../../description/config.js';
import { type Derived, derive } from '../../description/derive.js';
import { BATCH_CHUNKS } from '../../isa/instructionSet.js';
import { countersOf, snakeCase } from '../../isa/registers.js';
import { storeVectors } from '../../timing/depths.js';
import { type EngineView, engineView } from './engine.js';

/** The accelerator's sizes, as the top module spells them out. */
export interface TopView extends Omit<EngineView, 'dataBits' | 'dataBytes'>, Derived {
  readonly [key: string]: unknown;
  readonly format: string;
  readonly engines: string;
  /** Bits of the bytes of a run: of a STORE, which has less than four times the accumulator's vectors; and of either, a REORGANIZE's being a row of pixels. */
  readonly runBytesBits: number;
}

/** What `issue` adds to some counters; `activity` says the rest. */
const FROM_ISSUE: Readonly<Record<string, (top: number) => string>> = {
  usefulMacs: (top) => `useful[${top}:0]`,
  idleLanes: (top) => `idle_lanes[${top}:0]`,
  zerosMultiplied: (top) => `zero[${top}:0]`,
};

export const topView = (config: Config): TopView => {
  const derived = derive(config);
  const { array, axi, buffers } = config;
  const laneTop = bitsFor(array.rows * array.rows * array.columns + 1) - 1;
  const byteBits = bitsFor(derived.beatBytes + 1);
  const { widths } = derived;
  const storeBits = Math.max(9, derived.accumulatorAddressBits + 4 + bitsFor(array.columns));
  // a batch of the vector unit's widest output
  const batchBits = derived.parts.vector ? bitsFor(BATCH_CHUNKS * derived.vectorLanes * 4 + 1) : 0;
  const reorganizeBits = config.engines.includes('traditional')
    ? widths.pixel + widths.map + Math.log2(derived.dataBytes)
    : 0;
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
    runBytesBits: Math.min(32, Math.max(storeBits, reorganizeBits, batchBits)),
    storeVectors: storeVectors(config),
    strobeTop: derived.beatBytes - 1,
    outstanding: axi.outstanding,
    laneTop,
    byteTop: byteBits - 1,
    counted: countersOf(config).length > 0,
    increments: countersOf(config)
      .filter(({ bits }) => bits > 0)
      .map(({ name }) => ({ name: snakeCase(name), signal: FROM_ISSUE[name]?.(laneTop) ?? `inc_${snakeCase(name)}` })),
  };
};
