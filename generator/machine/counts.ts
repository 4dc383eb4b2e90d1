import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { BYTES_PER_INSTRUCTION, encodedCount, type Instruction } from '../isa/program.js';
import { type Counts, noCounts } from '../units/counts.js';
import { TileShapes } from '../units/exec/tile.js';
import { handlerOf, type Tally } from '../units/units.js';

/**
 * The counters of a program that do not depend on time, without carrying it out: equal to the executor's in every count,
 * and thousands of times as fast.
 */
export const countsOf = (
  config: Config,
  instructions: readonly Instruction[],
  shapes = new TileShapes(config),
): Counts => {
  const tally: Tally = { config, counts: noCounts(), shapes };
  let words = 0;
  for (const instruction of instructions) {
    handlerOf(instruction).count(tally, instruction);
    words += encodedCount(instruction);
  }
  const { beatBytes } = derive(config);
  tally.counts.dramBytesRead += Math.ceil((words * BYTES_PER_INSTRUCTION) / beatBytes) * beatBytes;
  return tally.counts;
};
