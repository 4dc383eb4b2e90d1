import type { Config } from '../description/config.js';
import {
  BYTES_PER_INSTRUCTION,
  type Decoded,
  decode,
  encodedCount,
  type Queue,
  queueCount,
  queueOf,
  WORDS_PER_INSTRUCTION,
  waitsOf,
} from '../isa/program.js';
import type { Counts } from '../units/counts.js';
import { type Fail, ProgramError } from '../units/fault.js';
import { type Bases, makeMachine } from '../units/machine.js';
import type { Region } from '../units/memory.js';
import { handlerOf } from '../units/units.js';

/**
 * Carries out a program bit for bit as the hardware must, one instruction after the other: buffers wrap, sums take the
 * contract's order and rounding, NaN is canonical. Writes to the regions in place and returns the counters.
 * @param bases what the base registers hold; zeros where left out.
 * @param before a program that was decoded before and is much the same, which saves time.
 * @throws ProgramError on an illegal program, naming the instruction; memory then holds what was written before it.
 */
export const execute = (
  config: Config,
  program: Uint32Array,
  memory: readonly Region[],
  bases?: Bases,
  before?: Decoded,
): Counts => {
  let index = 0;
  const fail: Fail = (code, message) => {
    throw new ProgramError(code, index, message);
  };
  const machine = makeMachine(config, memory, fail, bases);
  const instructions = decode(program, before);
  const dispatched: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  for (const instruction of instructions) {
    for (const [queue, count] of waitsOf(instruction)) {
      if (count > dispatched[queue]) {
        fail('WAIT', `waits for ${count} ${queue} instructions, only ${dispatched[queue]} precede it`);
      }
    }
    if (instruction.kind === 'end' && instruction !== instructions.at(-1)) {
      fail('NO_END', 'END is not the last instruction');
    }
    // a GEOMETRY is two, and takes effect with the second
    index += encodedCount(instruction) - 1;
    handlerOf(instruction).run(machine, instruction);
    const queue = queueOf(instruction);
    if (queue) dispatched[queue] += queueCount(instruction);
    index += 1;
  }
  if (instructions.at(-1)?.kind !== 'end') fail('NO_END', 'the program does not end with END');
  const { beatBytes } = machine.sizes;
  const programBytes = (program.length / WORDS_PER_INSTRUCTION) * BYTES_PER_INSTRUCTION;
  machine.counts.dramBytesRead += Math.ceil(programBytes / beatBytes) * beatBytes;
  return machine.counts;
};
