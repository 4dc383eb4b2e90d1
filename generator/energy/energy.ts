import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { type EnergyTable, sramPerByte } from './table.js';

/** Picojoules, by what takes them. */
export interface Energy {
  /** Useful multiply-accumulates. */
  readonly macs: number;
  /** Those on zeros, and in lanes without data. */
  readonly zeros: number;
  readonly dynamicBuffer: number;
  readonly stationaryBuffer: number;
  readonly accumulator: number;
  readonly dram: number;
  readonly total: number;
}

type Parts = Omit<Energy, 'total'>;

export const ENERGY_PARTS = [
  'macs',
  'zeros',
  'dynamicBuffer',
  'stationaryBuffer',
  'accumulator',
  'dram',
] as const satisfies readonly (keyof Parts)[];

/** Counters by their names, as the hardware has them, or as the model says. */
export type EnergyCounters = { readonly [name: string]: number | undefined } | object;

const whole = (parts: Parts): Energy => ({
  ...parts,
  total: ENERGY_PARTS.reduce((sum, part) => sum + parts[part], 0),
});

/**
 * Energy of what some counters have counted: of each lane that a vector passes in the array, of bytes of the buffers and the
 * accumulator, and of memory. Control, clock, leakage and the vector unit's own arithmetic are not in it.
 */
export const energyOf = (config: Config, counters: EnergyCounters, table: EnergyTable): Energy => {
  const of = (name: string): number => (counters as Readonly<Record<string, number | undefined>>)[name] ?? 0;
  const { dataBytes, beatBytes, dynamicLanes, stationaryLanes } = derive(config);
  const { dynamicBytes, stationaryBytes, accumulatorDepth } = config.buffers;
  const mac = table.mac[config.format];
  const { rows, columns } = config.array;
  const sums = columns * 4;
  const dynamic = of('dynamicReads') * dynamicLanes * dataBytes + of('dynamicWrites') * beatBytes;
  const stationary = of('stationaryReads') * stationaryLanes * dataBytes + of('stationaryWrites') * beatBytes;
  const accumulated = (of('accumulatorReads') + of('accumulatorWrites')) * sums;
  return whole({
    macs: of('usefulMacs') * mac,
    zeros: (of('arrayBusy') * rows * columns - of('usefulMacs')) * mac * table.zeroShare,
    dynamicBuffer: dynamic * sramPerByte(table, dynamicBytes),
    stationaryBuffer: stationary * sramPerByte(table, stationaryBytes),
    accumulator: accumulated * sramPerByte(table, accumulatorDepth * sums),
    dram: (of('dramBytesRead') + of('dramBytesWritten')) * table.dramPerByte,
  });
};

/** Energies of several passes together. */
export const sumOfEnergies = (energies: readonly Energy[]): Energy =>
  whole(
    Object.fromEntries(
      ENERGY_PARTS.map((part) => [part, energies.reduce((sum, each) => sum + each[part], 0)]),
    ) as unknown as Parts,
  );
