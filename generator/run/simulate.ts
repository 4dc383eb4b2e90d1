import type { Config } from '../description/config.js';
import { type EmittedFile, rtlFiles } from '../emit/rtl.js';
import { inPlaceOf } from './inPlace.js';
import { withCells } from './simulators/cells.js';
import { runIcarus } from './simulators/icarus.js';
import type { Cells, SimJob, SimResult, Simulator, WaveFormat } from './simulators/job.js';
import { buildVerilator, isVerilatorBuilt, runVerilator, verilatorKey } from './simulators/verilator.js';

export interface SimulateOptions {
  /** Default `verilator`. */
  readonly simulator?: Simulator;
  /** Sources to simulate; default: those of the configuration. */
  readonly rtl?: readonly EmittedFile[];
  /** Default `verilog`; `c` is for Verilator only. */
  readonly cells?: Cells;
}

/**
 * Simulates an accelerator with its memory and host. The simulator is built when the cache does not have it.
 * @throws when a tool fails, or (Icarus) when the job's addresses lie too far apart. What the hardware does wrong is in the result: see `faults`.
 */
export const simulate = (config: Config, job: SimJob, options: SimulateOptions = {}): Promise<SimResult> => {
  const { cells = 'verilog' } = options;
  if (options.simulator === 'icarus' && cells === 'c') throw new Error('Icarus calls no C functions');
  const simulator = options.simulator === 'icarus' ? runIcarus : runVerilator;
  const rtl = withCells(config, options.rtl ?? rtlFiles(config), cells);
  const run = (waves?: string): Promise<SimResult> =>
    simulator(config, waves === undefined ? job : { ...job, waves }, rtl);
  return job.waves === undefined ? run() : inPlaceOf(job.waves, run);
};

/** Whether Verilator has built this configuration. Icarus is always ready: it compiles in a second or two. */
export const isReady = (
  config: Config,
  simulator: Simulator,
  waves?: WaveFormat,
  cells: Cells = 'verilog',
): Promise<boolean> =>
  simulator === 'icarus'
    ? Promise.resolve(true)
    : isVerilatorBuilt(config, withCells(config, rtlFiles(config), cells), waves);

/** Changes when Verilator's simulator of a configuration does. */
export const simulatorKey = (config: Config): Promise<string> => verilatorKey(config, rtlFiles(config));

/** Builds Verilator's simulator of a configuration ahead of the first job. */
export const prepare = async (config: Config): Promise<void> => {
  await buildVerilator(config, rtlFiles(config));
};
