/** Rows of a tensor as they lie in a buffer: equal pitch, one after the other, modulo the buffer. */
export interface RowRequest {
  /** Which rows these are: tensor, channels, columns. Rows of one key follow each other. */
  readonly key: string;
  readonly first: number;
  readonly last: number;
  /** Elements from row to row; agrees with the pitch in DRAM modulo a beat. */
  readonly pitch: number;
  /** DRAM element address of row `first`, modulo a beat. */
  readonly residue: number;
}

/** A load must wait until so many of the EXEC queue, and of the STORE queue, have completed: they read what it overwrites. */
export interface RingWaits {
  readonly waitExec: number;
  readonly waitStore: number;
}

export interface RowGrant {
  /** Buffer element address of row `first`, modulo the buffer. */
  readonly base: number;
  /** Rows to load; empty when last < first. */
  readonly load: { readonly first: number; readonly last: number };
  /** What the load of each part of these rows must wait for. */
  readonly waits: readonly RingWaits[];
}

interface Sequence {
  origin: number;
  readonly pitch: number;
  first: number;
  next: number;
}

/** More rows at once than a buffer holds: no program can be made of this tiling. */
export class NoRoom extends Error {}

/**
 * Space in a circular buffer. Rows are placed one behind the other; what is overwritten last was placed first.
 * Rows that are still there are found again, so a sliding window loads only its new rows.
 */
export class Ring {
  private pointer = 0;
  private readonly sequences = new Map<string, Sequence>();
  private uses: { start: number; exec: number; store: number }[] = [];
  private pending: number[] = [];
  private taken: number[] = [];

  /**
   * @param capacity elements of the buffer; `beat` elements of a DRAM beat.
   * @param part where the ring begins, when it is only a part of its buffer: then addresses do not go round, and nothing lies across its end.
   */
  constructor(
    private readonly capacity: number,
    private readonly beat: number,
    private readonly part?: { readonly first: number },
  ) {}

  /** Whether elements from one place to before another lie one behind the other. */
  private isWhole(start: number, end: number): boolean {
    return !this.part || Math.floor(start / this.capacity) === Math.floor((end - 1) / this.capacity);
  }

  /** The next place for so many elements that agrees with DRAM modulo a beat. */
  private nextPlace(elements: number, residue: number): number {
    const aligned = (from: number): number => from + ((((residue - from) % this.beat) + this.beat) % this.beat);
    const start = aligned(this.pointer);
    if (this.isWhole(start, start + elements)) return start;
    const next = aligned(Math.ceil(this.pointer / this.capacity) * this.capacity);
    if (!this.isWhole(next, next + elements)) throw new NoRoom();
    return next;
  }

  /**
   * Finds or makes room for rows.
   * @param part rows of a part: it waits for its own room only.
   * @throws {@link NoRoom} where they are more than the buffer holds.
   */
  acquire(request: RowRequest, part = request.last - request.first + 1): RowGrant {
    const { key, first, last, pitch, residue } = request;
    if ((last - first + 1) * pitch > this.capacity) throw new NoRoom();
    let sequence = this.sequences.get(key);
    const extends_ = (s: Sequence): boolean => s.origin + s.next * s.pitch === this.pointer;
    const usable =
      sequence &&
      first >= sequence.first &&
      (last < sequence.next || (first <= sequence.next && extends_(sequence))) &&
      sequence.origin + Math.max(last + 1, sequence.next) * pitch - this.capacity <= sequence.origin + first * pitch &&
      this.isWhole(sequence.origin + first * pitch, sequence.origin + (last + 1) * pitch);
    if (!sequence || !usable) {
      const start = this.nextPlace((last - first + 1) * pitch, residue);
      sequence = { origin: start - first * pitch, pitch, first, next: first };
      this.sequences.set(key, sequence);
    }
    const loadFirst = sequence.next;
    const waits: RingWaits[] = [];
    sequence.next = Math.max(last + 1, loadFirst);
    for (let next = loadFirst; next <= last; ) {
      next = Math.min(next + part, last + 1);
      this.pointer = sequence.origin + next * pitch;
      waits.push(this.evict());
    }
    const start = sequence.origin + first * pitch;
    this.pending.push(start);
    return { base: this.address(start), load: { first: loadFirst, last }, waits };
  }

  private address(place: number): number {
    return (this.part?.first ?? 0) + (((place % this.capacity) + this.capacity) % this.capacity);
  }

  /**
   * Makes room for elements that no row is found among again, and that a STORE reads.
   * @throws {@link NoRoom} where the STORE reads more than the buffer holds.
   */
  take(elements: number, residue: number): Pick<RowGrant, 'base'> & RingWaits {
    if (elements > this.capacity) throw new NoRoom();
    const start = this.nextPlace(elements, residue);
    this.pointer = start + elements;
    // what the same STORE reads besides stays
    if (this.taken.some((before) => before < this.pointer - this.capacity)) throw new NoRoom();
    const waits = this.evict();
    this.taken.push(start);
    return { base: this.address(start), ...waits };
  }

  /** Says which STORE-queue instruction (counted from 1) reads what was taken since the last call. */
  usedByStore(store: number): void {
    for (const start of this.taken) this.uses.push({ start, exec: 0, store });
    this.taken = [];
  }

  /** Says which EXEC-queue instruction (counted from 1) reads the rows acquired since the last call. */
  used(exec: number): void {
    for (const start of this.pending) this.uses.push({ start, exec, store: 0 });
    this.pending = [];
  }

  private evict(): RingWaits {
    const oldest = this.pointer - this.capacity;
    const waits = { waitExec: 0, waitStore: 0 };
    this.uses = this.uses.filter(({ start, exec, store }) => {
      if (start >= oldest) return true;
      waits.waitExec = Math.max(waits.waitExec, exec);
      waits.waitStore = Math.max(waits.waitStore, store);
      return false;
    });
    for (const [key, sequence] of this.sequences) {
      const lost = Math.ceil((oldest - sequence.origin) / sequence.pitch);
      if (lost > sequence.first) sequence.first = lost;
      if (sequence.first >= sequence.next) this.sequences.delete(key);
    }
    return waits;
  }
}
