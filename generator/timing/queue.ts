/**
 * A first-in first-out queue of the hardware, of numbers: up to 4 words in registers, seen one cycle later; more in a memory,
 * seen two cycles later, with one word more at the output. Room is that of the cycle's start, as it is registered; that of a single
 * register is there as soon as its word is taken.
 */
export class TimedQueue {
  private readonly values: Float64Array;
  private readonly seenFrom: Float64Array;
  private readonly latency: number;
  private head = 0;
  private used = 0;
  private takenAt = -1;

  constructor(depth: number) {
    const words = depth > 4 ? depth + 1 : depth;
    this.latency = depth > 4 ? 2 : 1;
    this.values = new Float64Array(words);
    this.seenFrom = new Float64Array(words);
  }

  get length(): number {
    return this.used;
  }

  hasRoom(cycle: number): boolean {
    const taken = this.takenAt === cycle && this.values.length > 1 ? 1 : 0;
    return this.used + taken < this.values.length;
  }

  push(cycle: number, value: number): void {
    const at = (this.head + this.used) % this.values.length;
    this.values[at] = value;
    this.seenFrom[at] = cycle + this.latency;
    this.used++;
  }

  valid(cycle: number): boolean {
    return this.used > 0 && this.seenFrom[this.head]! <= cycle && this.takenAt !== cycle;
  }

  get value(): number {
    return this.values[this.head]!;
  }

  take(cycle: number): number {
    const value = this.values[this.head]!;
    this.head = (this.head + 1) % this.values.length;
    this.used--;
    this.takenAt = cycle;
    return value;
  }

  /** When the first word is seen; infinity when there is none. */
  get next(): number {
    return this.used > 0 ? this.seenFrom[this.head]! : Number.POSITIVE_INFINITY;
  }
}

/** Events that happen at known cycles, in order. */
export class Schedule {
  private readonly times: number[] = [];
  private head = 0;

  add(cycle: number): void {
    this.times.push(cycle);
  }

  /** How many are due by this cycle, each once. */
  due(cycle: number): number {
    let count = 0;
    while (this.head < this.times.length && this.times[this.head]! <= cycle) {
      this.head++;
      count++;
    }
    if (this.head > 1024) {
      this.times.splice(0, this.head);
      this.head = 0;
    }
    return count;
  }

  get next(): number {
    return this.head < this.times.length ? this.times[this.head]! : Number.POSITIVE_INFINITY;
  }

  get empty(): boolean {
    return this.head === this.times.length;
  }
}

/** Cycles in which a port is taken, known ahead and given in order. */
export class BusyCycles {
  /** Stretches: first cycles, and those after the last ones. */
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private head = 0;

  add(cycle: number): void {
    const last = this.to.length - 1;
    if (last >= 0 && this.to[last] === cycle) {
      this.to[last] = cycle + 1;
      return;
    }
    this.from.push(cycle);
    this.to.push(cycle + 1);
  }

  /** Forgets what lies before a cycle. */
  forget(cycle: number): void {
    while (this.head < this.to.length && this.to[this.head]! <= cycle) this.head++;
    if (this.head < 1024) return;
    this.from.splice(0, this.head);
    this.to.splice(0, this.head);
    this.head = 0;
  }

  /** Asked of cycles in order. */
  has(cycle: number): boolean {
    this.forget(cycle);
    return this.head < this.to.length && this.from[this.head]! <= cycle;
  }
}

/** The earliest of some cycles that lies after this one. */
export const earliestAfter = (cycle: number, ...times: readonly number[]): number => {
  let earliest = Number.POSITIVE_INFINITY;
  for (const time of times) if (time > cycle && time < earliest) earliest = time;
  return earliest;
};
