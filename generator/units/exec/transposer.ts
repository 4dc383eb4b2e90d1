import { DEPTHS } from '../../timing/depths.js';
import type { BusyCycles } from '../../timing/queue.js';

const CREDITS = DEPTHS.vectors;
/** From a request to the vector at the output of the generator's queue: 2 cycles of buffer, 2 of the queue. */
export const READ_CYCLES = 4;

export const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Times of a transposer and of the generator's queue before it. A block's vectors go in without a gap but for one behind the first: vector i
 * takes the cells of column i of the block before, in the cycle in which that column is read or later. The first column
 * is read ahead of its use, the others as their predecessors leave.
 */
export class Transposer {
  /** Cycle in which the last vector went in. */
  last = NEVER;
  /** Of the block that went in before: the cycles in which its first, second and last columns were read, and its last one left. */
  private readFirst = NEVER;
  private readSecond = NEVER;
  private readLast = NEVER;
  private left = NEVER;
  private byColumn = false;
  /** When the last CREDITS vectors went in: a ring, its oldest one at `oldest`. */
  private readonly taken = new Float64Array(CREDITS).fill(NEVER);
  private oldest = 0;

  /** @param reads takes the cycles of the requests, where anyone asks for them. */
  constructor(private readonly reads?: BusyCycles) {}

  /**
   * A block of some vectors, the first one asked for in cycle `request`, and the last one not before `lastRequest`.
   * Returns the cycle of its last request.
   */
  fill(request: number, vectors: number, byColumn: boolean, lastRequest = NEVER): number {
    // blocks by rows and by columns do not meet
    const free = byColumn === this.byColumn ? this.readFirst : this.readLast + 1;
    const first = Math.max(request + READ_CYCLES, this.last + 1, free);
    const inner = vectors - 1;
    const end = inner === 0 ? first : Math.max(first + inner, this.readSecond + inner - 1);
    // the last request needs the credit that a vector CREDITS before gives back
    const credit =
      inner > CREDITS ? end - CREDITS : inner === CREDITS ? first : this.taken[(this.oldest + inner) % CREDITS]!;
    const asked = Math.max(request + inner, credit + 1, lastRequest);
    this.last = Math.max(end, asked + READ_CYCLES);
    if (this.reads) this.note(this.reads, request, vectors, first, end);
    for (let vector = Math.max(0, vectors - CREDITS); vector < vectors; vector++) {
      this.taken[this.oldest] = vector === inner ? this.last : vector === 0 ? first : end - inner + vector;
      this.oldest = (this.oldest + 1) % CREDITS;
    }
    this.byColumn = byColumn;
    return asked;
  }

  /** Each vector is asked for in the cycle after the one before, or in that after the return of its credit. */
  private note(reads: BusyCycles, request: number, vectors: number, first: number, end: number): void {
    let at = request - 1;
    for (let vector = 0; vector < vectors; vector++) {
      const before = vector - CREDITS;
      const credit =
        before < 0
          ? this.taken[(this.oldest + vector) % CREDITS]!
          : before === 0
            ? first
            : end - (vectors - 1) + before;
      at = Math.max(at + 1, credit + 1);
      reads.add(at);
    }
  }

  /** The block that went in leaves: its first column in cycle `first`, the others behind it without a gap. */
  leave(first: number, columns: number): void {
    this.readFirst = Math.max(this.last + 1, this.left);
    this.readSecond = columns > 1 ? first : NEVER;
    this.readLast = columns > 1 ? first + columns - 2 : this.readFirst;
    this.left = first + columns - 1;
  }
}
