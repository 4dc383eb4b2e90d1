import type { Queue } from '../isa/program.js';
import { DEPTHS } from './depths.js';

/** Instructions completed, by queue. */
export type Completed = Readonly<Record<Queue, number>>;

/** A queue of the sequencer: instructions given to it, when the first may be seen, and what it waits for. */
export class Waiting<T> {
  given = 0;
  private readonly items: T[] = [];
  private readonly waits: (readonly (readonly [queue: Queue, count: number])[])[] = [];
  private readonly seen: number[] = [];
  private head = 0;
  private takenAt = -1;

  constructor(private readonly waitsOf: (item: T) => readonly (readonly [queue: Queue, count: number])[]) {}

  hasRoom(cycle: number): boolean {
    return this.items.length - this.head + (this.takenAt === cycle ? 1 : 0) < DEPTHS.instructions;
  }

  push(cycle: number, item: T): void {
    this.items.push(item);
    this.waits.push(this.waitsOf(item));
    this.seen.push(cycle + 1);
    this.given++;
  }

  /** The first instruction, whether its waits are over or not. */
  at(cycle: number): T | undefined {
    return this.head < this.items.length && this.seen[this.head]! <= cycle && this.takenAt !== cycle
      ? this.items[this.head]
      : undefined;
  }

  /** The first instruction, when all that it waits for has completed. */
  ready(cycle: number, completed: Completed): T | undefined {
    const first = this.at(cycle);
    if (first === undefined) return undefined;
    for (const [queue, count] of this.waits[this.head]!) if (count > completed[queue]) return undefined;
    return first;
  }

  take(cycle: number): void {
    this.head++;
    this.takenAt = cycle;
  }
}
