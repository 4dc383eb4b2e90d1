import type { Config } from '../../description/config.js';
import type { Derived } from '../../description/derive.js';
import type { Reorganize, Store } from '../../isa/program.js';
import { earliestAfter, TimedQueue } from '../../timing/queue.js';
import { runBytes } from './run.js';
import type { WriteUnit } from './writeUnit.js';

const CREDITS = 8;
/** From a drain or a buffer read to its entry into the queue behind it. */
const READ_CYCLES = 2;
/** Cycles of set-up before the first drain (IDLE, GROUP, RUN_BYTES), and before the first chunk (IDLE, SETUP). */
const STORE_SETUP = 3;
const REORGANIZE_SETUP = 2;
/** flush_q counts to 3. */
const FLUSH_CYCLES = 3;

/** A STORE or REORGANIZE as a stream: runs to announce, and vectors or chunks to read. */
interface Job {
  readonly store?: Store;
  /** Runs: n1 of them, n2 times. */
  readonly n1: number;
  readonly runs: number;
  readonly bytes: number;
  readonly address: number;
  readonly stride1: number;
  readonly stride2: number;
  /** Bytes of the `index`-th vector or chunk. */
  readonly bytesOf: (index: number) => number;
  readonly items: number;
  readonly begin: number;
}

/** The STORE queue's units: store with the accumulator's drain and epilogue, reorganize, and their end. */
export class StoreUnit {
  /** STOREs completed, as the other queues see it. */
  done = 0;
  /** Whether the head left its queue in this cycle. */
  ended = false;
  private job: Job | undefined;
  private run = 0;
  private item = 0;
  private credit = CREDITS;
  private returned = 0;
  private readonly vectors = new TimedQueue(CREDITS);
  /** Bytes left of the vector in the epilogue. */
  private held = 0;
  private flushFrom = Number.POSITIVE_INFINITY;
  private ending = false;
  private completed = false;

  constructor(
    private readonly config: Config,
    private readonly sizes: Derived,
    private readonly write: WriteUnit,
  ) {}

  get busy(): boolean {
    return this.job !== undefined;
  }

  /** What becomes visible in this cycle. */
  begin(): boolean {
    const { completed } = this;
    if (completed) this.done++;
    this.completed = false;
    return completed;
  }

  /** Carries out a cycle, after the write unit's. `head` is the instruction whose waits are over. Returns whether anything moved. */
  step(cycle: number, head: Store | Reorganize | undefined): boolean {
    this.ended = false;
    this.credit += this.returned;
    this.returned = 0;
    if (this.ending) {
      this.ending = false;
      this.end();
      return true;
    }
    if (!this.job) {
      if (!head) return false;
      this.job = head.kind === 'store' ? this.storeJob(cycle, head) : this.reorganizeJob(cycle, head);
      return true;
    }
    const changed = this.stream(cycle, this.job);
    return this.finish(cycle, this.job) || changed;
  }

  private storeJob(cycle: number, store: Store): Job {
    const { columns } = this.config.array;
    const laneBytes = store.narrow ? this.sizes.dataBytes : 4;
    const { vectorsPerGroup, lastLanes } = store;
    return {
      store,
      n1: store.n1,
      runs: store.n1 * store.n2,
      bytes: runBytes(this.config, store),
      address: store.address,
      stride1: store.stride1,
      stride2: store.stride2,
      bytesOf: (index) => (index % vectorsPerGroup === vectorsPerGroup - 1 ? lastLanes : columns) * laneBytes,
      items: store.n1 * store.n2 * store.groups * vectorsPerGroup,
      begin: cycle + STORE_SETUP,
    };
  }

  private reorganizeJob(cycle: number, step: Reorganize): Job {
    const { dataBytes, reorganizeElements } = this.sizes;
    const chunks = Math.ceil(step.elements / reorganizeElements);
    const last = (step.elements - (chunks - 1) * reorganizeElements) * dataBytes;
    return {
      n1: step.positionsH,
      runs: step.positionsH,
      bytes: step.positionsW * step.elements * dataBytes,
      address: step.address,
      stride1: step.rowStride,
      stride2: 0,
      bytesOf: (index) => (index % chunks === chunks - 1 ? last : reorganizeElements * dataBytes),
      items: step.positionsH * step.positionsW * chunks,
      begin: cycle + REORGANIZE_SETUP,
    };
  }

  /** From the last block to the first: chunks to the write unit, vectors to the epilogue, drains, runs. */
  private stream(cycle: number, job: Job): boolean {
    let changed = false;
    const { beatBytes } = this.sizes;
    if (job.store) {
      let free = this.held === 0;
      if (!free && this.write.canTake(cycle)) {
        const bytes = Math.min(this.held, beatBytes);
        this.write.take(cycle, bytes);
        this.held -= bytes;
        free = this.held === 0;
        changed = true;
      }
      if (free && this.vectors.valid(cycle)) {
        this.held = this.vectors.take(cycle);
        this.returned++;
        changed = true;
      }
    } else if (this.vectors.valid(cycle) && this.write.canTake(cycle)) {
      this.write.take(cycle, this.vectors.take(cycle));
      this.returned++;
      changed = true;
    }
    if (cycle < job.begin) return changed;
    if (this.item < job.items && this.credit > 0) {
      this.vectors.push(cycle + READ_CYCLES, job.bytesOf(this.item));
      this.item++;
      this.credit--;
      changed = true;
    }
    if (this.run < job.runs && this.write.canCommand(cycle)) {
      const i2 = Math.floor(this.run / job.n1);
      const address = job.address + (this.run - i2 * job.n1) * job.stride1 + i2 * job.stride2;
      this.write.command(cycle, address, job.bytes);
      this.run++;
      changed = true;
    }
    return changed;
  }

  private finish(cycle: number, job: Job): boolean {
    if (this.flushFrom === Number.POSITIVE_INFINITY) {
      // busy flags fall one cycle after the last run and drain, the state changes one later
      if (cycle < job.begin || this.run < job.runs || this.item < job.items) return false;
      this.flushFrom = cycle + 2;
      return true;
    }
    const flushed = cycle >= this.flushFrom + FLUSH_CYCLES;
    const empty = this.credit === CREDITS && !this.vectors.valid(cycle);
    if (!flushed || !empty || !this.write.idle) return false;
    if (job.store) {
      this.ending = true;
      return true;
    }
    this.end();
    return true;
  }

  private end(): void {
    this.job = undefined;
    this.run = 0;
    this.item = 0;
    this.flushFrom = Number.POSITIVE_INFINITY;
    this.completed = true;
    this.ended = true;
  }

  next(cycle: number): number {
    const { job } = this;
    const flush = this.flushFrom === Number.POSITIVE_INFINITY ? this.flushFrom : this.flushFrom + FLUSH_CYCLES;
    return earliestAfter(cycle, this.vectors.next, flush, job ? job.begin : Number.POSITIVE_INFINITY);
  }
}
