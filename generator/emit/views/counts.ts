import { bitsFor } from '../../base/bits.js';
import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';

/** Cycles of an EXEC from the tap walker to its end that are not in the array, and those that it takes the tap walker at least. */
const AROUND_ARRAY = 64;
const CYCLES_OF_EXEC = 4;

/** LOADs at work beyond those that have bursts in flight: rows that are cut into bursts, a last beat that is written. */
const LOADS_AROUND = 4;

/** Bits of counts of instructions. */
export interface CountsView {
  /** Of all of a program. */
  readonly countBits: number;
  /** Of EXECs at work: dispatch offers no more than fit. So many that none waits for it. */
  readonly tileBits: number;
  /** Of those of a queue that have not completed: 2^openBits at most. In the ring, with their unit, and at work. */
  readonly openBits: number;
}

export const countsView = (config: Config): CountsView => {
  const { arrayLatency, instructionSlots, widths } = derive(config);
  const tileBits = bitsFor(Math.ceil((arrayLatency + AROUND_ARRAY) / CYCLES_OF_EXEC) + 1);
  const atWork = Math.max(2 ** tileBits - 1, config.axi.outstanding + LOADS_AROUND);
  return { countBits: widths.instructions, tileBits, openBits: bitsFor(instructionSlots + 1 + atWork) };
};
