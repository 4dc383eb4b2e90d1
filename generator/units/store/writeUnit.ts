import type { Config } from '../../description/config.js';
import type { Derived } from '../../description/derive.js';
import { AXI_BURST } from '../../timing/depths.js';
import type { MemoryPort } from '../../timing/memory.js';
import { earliestAfter, Schedule, TimedQueue } from '../../timing/queue.js';

const { page: PAGE, beats: MOST_BEATS } = AXI_BURST;

/** dma_write: runs to bursts, chunks merged into beats, bursts acknowledged. */
export class WriteUnit {
  /** Whether a run can be taken in this cycle. */
  private takes = true;
  private readonly runBytes: TimedQueue;
  private readonly runFirst: number[] = [];
  private readonly sendBeats: TimedQueue;
  private readonly beats = new TimedQueue(1);
  private readonly acknowledged = new Schedule();
  private readonly outstanding: number;
  private readonly beatBytes: number;
  /** Bursts of the run at work. */
  private open = false;
  private beat = 0;
  private left = 0;
  private flight = 0;
  /** Place of the next chunk, once a run has begun. */
  private place = -1;
  private bytesLeft = 0;
  private index = 0;
  /** The chunk's register: whether it makes a beat, and whether another follows for what spills over. */
  private chunk = false;
  private emits = false;
  private spills = false;

  constructor(
    { axi }: Config,
    { beatBytes }: Derived,
    private readonly memory: MemoryPort,
  ) {
    this.outstanding = axi.outstanding;
    this.beatBytes = beatBytes;
    this.runBytes = new TimedQueue(axi.outstanding);
    this.sendBeats = new TimedQueue(axi.outstanding);
  }

  get idle(): boolean {
    return !this.open && this.flight === 0;
  }

  /** Whether a beat waits for the bus in this cycle, and whether it ends its burst. */
  offers(cycle: number): boolean {
    return this.beats.valid(cycle);
  }

  get offersLast(): boolean {
    return this.beats.value === 1;
  }

  canCommand(cycle: number): boolean {
    return this.takes && this.runBytes.hasRoom(cycle);
  }

  command(cycle: number, address: number, bytes: number): void {
    this.runBytes.push(cycle, bytes);
    this.runFirst.push(address % this.beatBytes);
    this.beat = Math.floor(address / this.beatBytes);
    this.left = Math.floor((address + bytes - 1) / this.beatBytes) - this.beat + 1;
    this.open = true;
    this.takes = false;
  }

  /** After the bus has moved: everything of this cycle but new chunks and commands. */
  step(cycle: number): boolean {
    let changed = false;
    if (this.memory.wroteBeat) {
      this.beats.take(cycle);
      changed = true;
    }
    const answers = this.memory.responses.due(cycle);
    for (let i = 0; i < answers; i++) this.acknowledged.add(cycle + 1);
    const acknowledged = this.acknowledged.due(cycle);
    this.flight -= acknowledged;
    if (answers > 0 || acknowledged > 0) changed = true;
    if (this.chunk && (!this.emits || (this.sendBeats.valid(cycle) && this.beats.hasRoom(cycle)))) {
      this.mergeChunk(cycle);
      changed = true;
    }
    return this.announce(cycle) || changed;
  }

  private mergeChunk(cycle: number): void {
    if (this.emits) {
      this.index++;
      const last = this.index === this.sendBeats.value;
      if (last) {
        this.sendBeats.take(cycle);
        this.index = 0;
      }
      this.beats.push(cycle, last ? 1 : 0);
    }
    this.chunk = this.spills;
    this.spills = false;
  }

  private announce(cycle: number): boolean {
    const { beatBytes } = this;
    this.takes = !this.open;
    if (!this.open || this.flight >= this.outstanding) return false;
    const pageBeats = PAGE / beatBytes;
    const burst = Math.min(this.left, pageBeats - (this.beat % pageBeats), MOST_BEATS);
    this.memory.write(cycle + 1);
    this.sendBeats.push(cycle, burst);
    this.flight++;
    this.beat += burst;
    this.left -= burst;
    this.open = this.left > 0;
    this.takes = !this.open;
    return true;
  }

  /** Whether a chunk is taken in this cycle, after {@link step}. */
  canTake(cycle: number): boolean {
    return !this.chunk && this.runBytes.valid(cycle);
  }

  take(cycle: number, bytes: number): void {
    if (this.place < 0) {
      this.place = this.runFirst[0]!;
      this.bytesLeft = this.runBytes.value;
    }
    const end = this.place + bytes;
    this.bytesLeft -= bytes;
    const closes = this.bytesLeft === 0;
    this.chunk = true;
    this.emits = end >= this.beatBytes || closes;
    this.spills = closes && end > this.beatBytes;
    this.place = end % this.beatBytes;
    if (!closes) return;
    this.runBytes.take(cycle);
    this.runFirst.shift();
    this.place = -1;
  }

  next(cycle: number): number {
    return earliestAfter(
      cycle,
      ...[this.acknowledged.next, this.memory.responses.next],
      ...[this.beats.next, this.sendBeats.next, this.runBytes.next],
    );
  }
}
