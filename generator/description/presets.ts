import { frozen } from '../base/plain.js';
import type { Config } from './config.js';

const ref16: Config = {
  name: 'ref16',
  array: { rows: 16, columns: 16 },
  format: 'bf16',
  addStages: 3,
  buffers: { dynamicBytes: 131072, stationaryBytes: 131072, accumulatorDepth: 1024 },
  axi: { dataWidth: 256, addressWidth: 64, outstanding: 32 },
  engines: ['traditional', 'bp', 'zerofree'],
  counters: 'all',
  prefix: 'bpi_',
};

/** Names of all presets. */
export const PRESET_NAMES = frozen(['ref16', 'ref16-int8', 'tiny4', 'odd', 'ulx3s', 'ice'] as const);
/** Name of a preset. */
export type PresetName = (typeof PRESET_NAMES)[number];

/** The named configurations. `ref16` is the reference point of every figure. */
export const presets: Readonly<Record<PresetName, Config> & Record<string, Config>> = frozen({
  ref16,
  'ref16-int8': { ...ref16, name: 'ref16-int8', format: 'int8', addStages: 1 },
  tiny4: {
    name: 'tiny4',
    array: { rows: 4, columns: 4 },
    format: 'int8',
    addStages: 1,
    buffers: { dynamicBytes: 1024, stationaryBytes: 1024, accumulatorDepth: 64 },
    axi: { dataWidth: 32, addressWidth: 32, outstanding: 4 },
    engines: ['traditional', 'bp', 'zerofree'],
    epilogueLanes: 1,
    limits: { map: 1023, channels: 4095, kernel: 15, stride: 15, dilation: 15, rows: 1023, instructions: 2 ** 20 - 1 },
    counters: 'all',
    prefix: 'bpi_',
  },
  odd: {
    name: 'odd',
    array: { rows: 5, columns: 3 },
    format: 'bf16',
    addStages: 2,
    buffers: { dynamicBytes: 2048, stationaryBytes: 2048, accumulatorDepth: 64 },
    axi: { dataWidth: 64, addressWidth: 40, outstanding: 8 },
    engines: ['traditional', 'bp', 'zerofree'],
    counters: 'all',
    prefix: 'bpi_',
  },
  // beside a small system on a chip in a Lattice ECP5-25F, all 28 of its multipliers at work
  ulx3s: {
    name: 'ulx3s',
    array: { rows: 7, columns: 4 },
    format: 'int8',
    addStages: 1,
    buffers: { dynamicBytes: 4096, stationaryBytes: 4096, accumulatorDepth: 128 },
    axi: { dataWidth: 32, addressWidth: 26, outstanding: 4 },
    engines: ['zerofree'],
    epilogueLanes: 1,
    limits: { map: 255, channels: 1023, kernel: 15, stride: 3, dilation: 3, rows: 255, instructions: 65535 },
    counters: 'none',
    prefix: 'bpi_',
  },
  // the smallest useful core: all of a Lattice iCE40 HX8K
  ice: {
    name: 'ice',
    array: { rows: 2, columns: 2 },
    format: 'int8',
    addStages: 1,
    buffers: { dynamicBytes: 256, stationaryBytes: 128, accumulatorDepth: 16 },
    axi: { dataWidth: 32, addressWidth: 20, outstanding: 2 },
    engines: ['zerofree'],
    epilogueLanes: 1,
    instructionSlots: 8,
    limits: { map: 31, channels: 63, kernel: 7, stride: 3, dilation: 1, rows: 31, instructions: 4095 },
    counters: 'none',
    prefix: 'bpi_',
  },
});
