import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { BATCH_CHUNKS, type Operands, type Store } from '../../isa/program.js';
import { type BusyCycles, TimedQueue } from '../../timing/queue.js';
import type { WriteUnit } from '../store/writeUnit.js';
import { storeChunks } from './shape.js';
import type { Setting } from './state.js';

/** From the start of a chunk-operation to its result: two cycles of reading, the lane (two of product, the sum, clipping), and a register at either side of it. */
export const vectorLatency = (config: Config): number => 2 + (2 + derive(config).vectorAddStages + 1) + 1;

/** Chunks that may wait for the write master. */
const ROOM = BATCH_CHUNKS;

/** Lanes of the chunks of a STORE, one after the other; batch by batch. */
interface Chunks {
  /** Chunks of the STORE. */
  readonly all: number;
  /** Whether a chunk is the last of its vector. */
  readonly ends: (chunk: number) => boolean;
  readonly lanes: (chunk: number) => number;
}

const chunksOf = (config: Config, store: Store, lanes: number): Chunks => {
  const { columns } = config.array;
  const { vector, last, group, all } = storeChunks(config, store);
  const within = (chunk: number): readonly [at: number, chunks: number, lanes: number] => {
    const at = chunk % group;
    const whole = (store.vectorsPerGroup - 1) * vector;
    return at < whole ? [at % vector, vector, columns] : [at - whole, last, store.lastLanes];
  };
  return {
    all,
    ends: (chunk) => {
      const [at, chunks] = within(chunk);
      return at === chunks - 1;
    },
    lanes: (chunk) => {
      const [at, , all] = within(chunk);
      return Math.min(lanes, all - at * lanes);
    },
  };
};

/** A STORE under way in the vector unit: batches, operation by operation. */
export class PostJob {
  private readonly chunks: Chunks;
  private readonly latency: number;
  private readonly narrowBytes: number;
  private readonly out = new TimedQueue(ROOM);
  /** Chunk-operations whose chunk has not been taken by the write master. */
  private owed = 0;
  private first = 0;
  private count = 0;
  private operation = 0;
  private slot = 0;
  /** With several outputs: from when on a batch's runs are announced, one operation after the other; the operation; elements of the batch; and when all were. */
  private runsFrom = Number.POSITIVE_INFINITY;
  private runsOf = 0;
  private runElements = 0;
  private runsEnd = 0;
  /** Bytes of an output so far, by its number. */
  private readonly written = [0, 0, 0];
  private readonly several: boolean;
  /** When the last result is there that is written nowhere. */
  private kept = 0;

  constructor(
    config: Config,
    private readonly store: Store,
    private readonly setting: Setting,
    private readonly operands: Operands,
    lanes: number,
    /** Cycles in which an EXEC reads the stationary buffer, which has one port. */
    private readonly stationaryReads: BusyCycles,
  ) {
    this.chunks = chunksOf(config, store, lanes);
    this.latency = vectorLatency(config);
    this.narrowBytes = derive(config).dataBytes;
    this.outputs = setting.operations.filter(({ output }) => output !== undefined).length;
    this.several = this.outputs > 1;
  }

  readonly outputs: number;

  /** Runs that the STORE's unit announces: those of its only output. */
  get runs(): number {
    return this.outputs === 1 ? this.store.n1 * this.store.n2 : 0;
  }

  /** Nothing is under way, and nothing is to come. */
  idle(cycle: number): boolean {
    return (
      this.first === this.chunks.all &&
      this.owed === 0 &&
      this.runsFrom === Number.POSITIVE_INFINITY &&
      cycle >= this.kept
    );
  }

  private narrow(index: number, narrow: boolean): boolean {
    return index === 0 ? this.store.narrow : narrow;
  }

  /**
   * A cycle. `vectors`: those that the accumulator has given, where it gives any; taken with their last chunk.
   * Returns whether anything moved.
   */
  step(cycle: number, vectors: TimedQueue, takeVector: () => void, write: WriteUnit): boolean {
    let changed = false;
    if (this.out.valid(cycle) && write.canTake(cycle)) {
      write.take(cycle, this.out.take(cycle));
      this.owed--;
      changed = true;
    }
    if (cycle >= this.runsFrom) changed = this.announce(cycle, write) || changed;
    return this.issue(cycle, vectors, takeVector) || changed;
  }

  /** The start of the pipeline: one chunk-operation. */
  private issue(cycle: number, vectors: TimedQueue, takeVector: () => void): boolean {
    const { operations } = this.setting;
    if (this.first === this.chunks.all) return false;
    const { output, narrow, q } = operations[this.operation]!;
    if (this.operation === 0 && this.slot === 0) this.count = Math.min(BATCH_CHUNKS, this.chunks.all - this.first);
    if (this.slot < this.count) {
      const chunk = this.first + this.slot;
      if (output !== undefined && this.owed === ROOM) return false;
      // the next cycle may be free of it
      if ((q === 'stationary0' || q === 'stationary1' || q === 'tag') && this.stationaryReads.has(cycle)) return true;
      if (this.operation === 0) {
        if (!vectors.valid(cycle)) return false;
        if (this.several && this.slot === this.count - 1) {
          if (this.runsFrom !== Number.POSITIVE_INFINITY || cycle < this.runsEnd) return false;
          this.runsFrom = cycle + 1;
          this.runElements = this.batchElements();
        }
        if (this.chunks.ends(chunk)) takeVector();
      }
      if (output !== undefined) {
        const size = this.narrow(output, narrow) ? this.narrowBytes : 4;
        // the queue adds its own latency
        this.out.push(cycle + this.latency, this.chunks.lanes(chunk) * size);
        this.owed++;
      } else this.kept = cycle + this.latency + 1;
    }
    this.slot++;
    if (this.slot < Math.max(this.count, this.latency)) return true;
    this.slot = 0;
    this.operation = (this.operation + 1) % operations.length;
    if (this.operation === 0) this.first += this.count;
    return true;
  }

  private batchElements(): number {
    let elements = 0;
    for (let chunk = this.first; chunk < this.first + this.count; chunk++) elements += this.chunks.lanes(chunk);
    return elements;
  }

  /** The run of the next operation that has an output, when the write master takes it. */
  private announce(cycle: number, write: WriteUnit): boolean {
    const { operations } = this.setting;
    const { output, narrow } = operations[this.runsOf]!;
    if (output !== undefined) {
      if (!write.canCommand(cycle)) return false;
      const offset = [0, this.operands.offset1, this.operands.offset2][output]!;
      const bytes = this.runElements * (this.narrow(output, narrow) ? this.narrowBytes : 4);
      write.command(cycle, this.store.address + offset + this.written[output]!, bytes);
      this.written[output]! += bytes;
    }
    this.runsOf++;
    if (this.runsOf === operations.length) {
      this.runsOf = 0;
      this.runsFrom = Number.POSITIVE_INFINITY;
      this.runsEnd = cycle + 1;
    }
    return true;
  }

  /** Cycles in which something happens next, if they lie ahead. */
  get next(): readonly [number, number] {
    return [this.out.next, this.kept];
  }
}
