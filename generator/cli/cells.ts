import { Option } from 'commander';
import { CELLS } from '../run/simulators/job.js';

/** `--cells`, of the commands that run on the RTL. */
export const cellsOption = (): Option =>
  new Option(
    '--cells <kind>',
    "the array's cells in Verilator: as generated, or C functions that give the same, for long runs",
  )
    .choices(CELLS)
    .default('verilog');
