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
  append(program: readonly Instruction[], step: Omit<NetworkStep, 'first' | 'end'>, rate?: number): void {
    const before = { ...this.counts };
    const first = this.instructions.length;
    for (const instruction of program) {
      const waits = waitsOf(instruction).map(([queue, count]) => [waitField(queue), count + before[queue]]);
      if (instruction.kind === 'operations' && rate !== undefined)
        this.rates.push({ instruction: this.instructions.length, constant: rate });
      this.instructions.push({ ...instruction, ...Object.fromEntries(waits) });
      const queue = queueOf(instruction);
      if (queue) this.counts[queue] += queueCount(instruction);
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
