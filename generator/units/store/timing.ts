import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Operands, Operations, Reorganize, Store } from '../../isa/program.js';
import { DEPTHS, storeVectors } from '../../timing/depths.js';
import { type BusyCycles, earliestAfter, TimedQueue } from '../../timing/queue.js';
import { reorganizeStream } from '../reorganize/stream.js';
import type { Stream } from '../stream.js';
import { type Setting, settingOf } from '../vector/state.js';
import { PostJob } from '../vector/timing.js';
import { storeStream } from './stream.js';
import type { WriteUnit } from './writeUnit.js';

/** From a drain or a buffer read to its entry into the queue behind it. */
const READ_CYCLES = 2;
/** flush_q counts to 3. */
const FLUSH_CYCLES = 3;

const streams = {
  store: storeStream,
  reorganize: reorganizeStream,
} as const satisfies Record<(Store | Reorganize)['kind'], unknown>;

const streamOf = (config: Config, instruction: Store | Reorganize): Stream =>
  (streams[instruction.kind] as (config: Config, instruction: Store | Reorganize) => Stream)(config, instruction);

/** What the STORE queue carries out. */
export type StoreInstruction = Store | Reorganize | Operations | Operands;

/** A stream under way, from a cycle on. */
interface Job extends Stream {
  readonly begin: number;
}

/** The STORE queue's units: store with the accumulator's drain and epilogue, reorganize, and their end. */
export class StoreUnit {
  /** STOREs completed, as the other queues see it. */
  done = 0;
  /** Whether the head left its queue in this cycle. */
  ended = false;
  private job: Job | undefined;
  /** What goes on in the vector unit, and what it was set to. */
  private post: PostJob | undefined;
  private setting: Setting | undefined;
  private operands: Operands | undefined;
  private run = 0;
  private item = 0;
  /** Vectors, or chunks of a REORGANIZE, that may have been asked for, and the queue that they come into. */
  private credits: number;
  private credit: number;
  private vectors: TimedQueue;
  private readonly queues: Readonly<Record<(Store | Reorganize)['kind'], TimedQueue>>;
  private readonly most: Readonly<Record<(Store | Reorganize)['kind'], number>>;
  private returned = 0;
  /** Bytes of the chunk in the epilogue's register, and those of the vector before it that have gone into chunks. */
  private chunk = 0;
  private gone = 0;
  private flushFrom = Number.POSITIVE_INFINITY;
  private ending = false;
  private completed = false;

  constructor(
    private readonly config: Config,
    private readonly write: WriteUnit,
    private readonly stationaryReads: BusyCycles,
  ) {
    this.most = { store: storeVectors(config), reorganize: DEPTHS.chunks };
    this.queues = { store: new TimedQueue(this.most.store), reorganize: new TimedQueue(this.most.reorganize) };
    this.vectors = this.queues.store;
    this.credits = this.most.store;
    this.credit = this.credits;
  }

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
  step(cycle: number, head: StoreInstruction | undefined): boolean {
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
      if (head.kind === 'operations' || head.kind === 'operands') {
        this.set(head);
        return true;
      }
      const stream = streamOf(this.config, head);
      this.job = { ...stream, begin: cycle + stream.setup };
      if (head.kind === 'store' && head.post) this.begins(head);
      this.vectors = this.queues[head.kind];
      this.credits = this.most[head.kind];
      this.credit = this.credits;
      return true;
    }
    const changed = this.stream(cycle, this.job);
    return this.finish(cycle, this.job) || changed;
  }

  /** An OPERATIONS or OPERANDS, which is taken at once. */
  private set(head: Operations | Operands): void {
    if (head.kind === 'operations') this.setting = settingOf(head);
    else this.operands = head;
    this.completed = true;
    this.ended = true;
  }

  /** A STORE through the vector unit: its vectors are drained or, of an elementwise one, only counted; it may have no runs to announce here. */
  private begins(store: Store): void {
    const job = this.job!;
    this.post = new PostJob(
      this.config,
      store,
      this.setting!,
      this.operands!,
      derive(this.config).vectorLanes,
      this.stationaryReads,
    );
    this.job = { ...job, runs: this.post.runs };
  }

  /** From the last block to the first: chunks to the write unit, vectors to the epilogue, drains, runs. */
  private stream(cycle: number, job: Job): boolean {
    let changed = false;
    if (this.post) {
      const taken = (): void => {
        this.vectors.take(cycle);
        this.returned++;
      };
      if (cycle >= job.begin) changed = this.post.step(cycle, this.vectors, taken, this.write);
    } else if (job.epilogueBytes > 0) {
      if (this.chunk > 0 && this.write.canTake(cycle)) {
        this.write.take(cycle, this.chunk);
        this.chunk = 0;
        changed = true;
      }
      if (this.chunk === 0 && this.vectors.valid(cycle)) {
        const left = this.vectors.value - this.gone;
        this.chunk = Math.min(left, job.epilogueBytes);
        this.gone += this.chunk;
        if (this.chunk === left) {
          this.vectors.take(cycle);
          this.returned++;
          this.gone = 0;
        }
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
    if (this.run < job.runs && cycle >= job.begin + job.announces && this.write.canCommand(cycle)) {
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
    const empty = this.credit === this.credits && !this.vectors.valid(cycle) && (this.post?.idle(cycle) ?? true);
    if (!flushed || !empty || !this.write.idle) return false;
    if (job.epilogueBytes > 0) {
      this.ending = true;
      return true;
    }
    this.end();
    return true;
  }

  private end(): void {
    this.job = undefined;
    this.post = undefined;
    this.run = 0;
    this.item = 0;
    this.flushFrom = Number.POSITIVE_INFINITY;
    this.completed = true;
    this.ended = true;
  }

  next(cycle: number): number {
    const { job } = this;
    const flush = this.flushFrom === Number.POSITIVE_INFINITY ? this.flushFrom : this.flushFrom + FLUSH_CYCLES;
    const begin = job ? job.begin : Number.POSITIVE_INFINITY;
    const post = this.post ? this.post.next : [];
    return earliestAfter(cycle, this.vectors.next, flush, begin, begin + (job?.announces ?? 0), ...post);
  }
}
