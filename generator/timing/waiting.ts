import { DEPTHS } from './depths.js';

/** A queue of the sequencer: instructions given to it, and when the first may be seen. */
export class Waiting<T> {
  given = 0;
  private readonly items: T[] = [];
  private readonly seen: number[] = [];
  private head = 0;
  private takenAt = -1;

  hasRoom(cycle: number): boolean {
    return this.items.length - this.head + (this.takenAt === cycle ? 1 : 0) < DEPTHS.instructions;
  }

  push(cycle: number, item: T): void {
    this.items.push(item);
    this.seen.push(cycle + 1);
    this.given++;
  }

  at(cycle: number): T | undefined {
    return this.head < this.items.length && this.seen[this.head]! <= cycle && this.takenAt !== cycle
      ? this.items[this.head]
      : undefined;
  }

  take(cycle: number): void {
    this.head++;
    this.takenAt = cycle;
  }
}
