import {
  encode,
  encodedCount,
  type Instruction,
  type Queue,
  queueCount,
  queueOf,
  WORDS_PER_INSTRUCTION,
  waitsOf,
} from '../../isa/program.js';
import { waitField } from '../../isa/queues.js';
import type { NetworkProgram, NetworkStep } from './compiled.js';

/** An instruction of a program that is not linked yet: of an OPERATIONS which constant is the learning rate, where one is. */
export type Unlinked = Instruction & { readonly rate?: number };

/** Counts an instruction to its queue. */
const countIn = (counts: Record<Queue, number>, instruction: Instruction): void => {
  const queue = queueOf(instruction);
  if (queue) counts[queue] += queueCount(instruction);
};

/** An instruction that waits for what it does, and for so many before that. */
const waitingAfter = (instruction: Unlinked, before: Readonly<Record<Queue, number>>): Unlinked => ({
  ...instruction,
  ...Object.fromEntries(waitsOf(instruction).map(([queue, count]) => [waitField(queue), count + before[queue]])),
});

/** Programs that count from 0 as one: what instructions of one wait for is all of those before it that is in other queues, and more of its own. */
export const inSequence = (programs: readonly (readonly Unlinked[])[]): readonly Unlinked[] => {
  const counts: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  return programs.flatMap((program) => {
    const before = { ...counts };
    for (const instruction of program) countIn(counts, instruction);
    return program.map((instruction) => waitingAfter(instruction, before));
  });
};

/** Puts programs one behind the other. */
export class Linker {
  private readonly instructions: Instruction[] = [];
  private readonly steps: NetworkStep[] = [];
  private readonly rates: { readonly instruction: number; readonly constant: number }[] = [];
  private readonly counts: Record<Queue, number> = { load: 0, exec: 0, store: 0 };

  /**
   * Appends a program that counts from 0. What its instructions wait for is shifted by all that came before: so each waits for all of that which is in
   * other queues, and a step for the one before it.
   */
  append(program: readonly Unlinked[], step: Omit<NetworkStep, 'first' | 'end'>): void {
    const before = { ...this.counts };
    const first = this.instructions.length;
    for (const unlinked of program) {
      const { rate, ...instruction } = waitingAfter(unlinked, before);
      if (rate !== undefined) this.rates.push({ instruction: this.instructions.length, constant: rate });
      this.instructions.push(instruction);
      countIn(this.counts, instruction);
    }
    this.steps.push({ ...step, first, end: this.instructions.length });
  }

  /** The whole, with its END. */
  program(): NetworkProgram {
    const instructions: readonly Instruction[] = [...this.instructions, { kind: 'end' }];
    const places: number[] = [];
    let at = 0;
    for (const instruction of instructions) {
      places.push(at);
      at += encodedCount(instruction) * WORDS_PER_INSTRUCTION;
    }
    const rateWords = this.rates.map(({ instruction, constant }) => places[instruction]! + FIRST_CONSTANT + constant);
    return { instructions, words: encode(instructions), steps: this.steps, rateWords };
  }
}

/** The word of an OPERATIONS that holds its first constant. */
const FIRST_CONSTANT = 11;
