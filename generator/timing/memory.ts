import { earliestAfter, Schedule } from './queue.js';

/** Memory behind the bus, as the benches have it. */
export interface MemoryTiming {
  /** Cycles from an accepted address to its first beat. */
  readonly readLatency: number;
  /** Cycles from the last beat to the response. */
  readonly writeLatency: number;
  /** Bytes a cycle that reads and writes share. */
  readonly bytesPerCycle: number;
}

/** Who reads: the id on the bus. */
export const FETCH = 0;
export const DMA = 1;
export type Reader = typeof FETCH | typeof DMA;

/** From a LOAD's or the fetch's address to the bus: the arbiter's register, and for the fetch one of its own. */
const ADDRESS_CYCLES = [2, 1] as const;

interface Burst {
  readyAt: number;
  beats: number;
}

class Bursts {
  private readonly list: Burst[] = [];
  private head = 0;

  get first(): Burst | undefined {
    return this.list[this.head];
  }

  add(burst: Burst): void {
    this.list.push(burst);
  }

  drop(): void {
    this.head++;
    if (this.head > 1024) {
      this.list.splice(0, this.head);
      this.head = 0;
    }
  }
}

/** AXI4 memory with latency and shared bandwidth: beat by beat, what tb/harness/axi_memory.cpp does without stalls. */
export class MemoryPort {
  /** Whether a read or a write moved a beat in this cycle; whose read, and whether it ended its burst. */
  readBeat: Reader | undefined;
  readLast = false;
  wroteBeat = false;
  /** Write responses, at the cycle in which they come. */
  readonly responses = new Schedule();
  private readonly reads = [new Bursts(), new Bursts()] as const;
  private readonly announced = new Schedule();
  private turn: Reader = FETCH;
  /** The cycle in which the arbiter takes the address of the fetch, which comes first. */
  private fetchAt = -1;
  private writeTurn = false;
  private tokens = 0;
  private writesOpen = 0;
  private last = -1;
  private readonly mostTokens: number;

  constructor(
    private readonly beatBytes: number,
    private readonly timing: MemoryTiming,
  ) {
    const { bytesPerCycle } = timing;
    this.mostTokens = Math.max(beatBytes, bytesPerCycle + (bytesPerCycle % beatBytes === 0 ? 0 : beatBytes));
  }

  /** Whether the arbiter takes a LOAD's address in this cycle. */
  free(cycle: number): boolean {
    return cycle !== this.fetchAt;
  }

  /** An address that is asked for in this cycle. */
  read(reader: Reader, cycle: number, beats: number): void {
    this.reads[reader].add({ readyAt: cycle + ADDRESS_CYCLES[reader] + this.timing.readLatency, beats });
    if (reader === FETCH) this.fetchAt = cycle + 1;
  }

  /** A write address that the bus takes in this cycle. */
  write(cycle: number): void {
    this.announced.add(cycle + 1);
  }

  /** @param offered whether a beat of write data waits; `lastOfBurst` whether it ends its burst. */
  step(cycle: number, offered: boolean, lastOfBurst: boolean): void {
    this.tokens = Math.min(this.tokens + (cycle - this.last) * this.timing.bytesPerCycle, this.mostTokens);
    this.last = cycle;
    this.writesOpen += this.announced.due(cycle);
    const reader = this.nextReader(cycle);
    let read = reader !== undefined;
    let write = offered && this.writesOpen > 0;
    if (read && write && this.tokens < 2 * this.beatBytes) {
      read = !this.writeTurn;
      write = this.writeTurn;
      this.writeTurn = !this.writeTurn;
    }
    if (this.tokens < this.beatBytes) {
      read = false;
      write = false;
    }
    this.tokens -= this.beatBytes * (Number(read) + Number(write));
    this.readBeat = read ? reader : undefined;
    this.readLast = read && this.takeBeat(reader!);
    this.wroteBeat = write;
    if (write && lastOfBurst) {
      this.writesOpen--;
      this.responses.add(cycle + this.timing.writeLatency);
    }
  }

  private nextReader(cycle: number): Reader | undefined {
    const ready = (reader: Reader): boolean => (this.reads[reader].first?.readyAt ?? Number.POSITIVE_INFINITY) <= cycle;
    if (ready(this.turn)) return this.turn;
    const other = this.turn === FETCH ? DMA : FETCH;
    if (!ready(other)) return undefined;
    this.turn = other;
    return other;
  }

  /** Whether the beat ended its burst; then the other reader has its turn. */
  private takeBeat(reader: Reader): boolean {
    const burst = this.reads[reader].first!;
    if (--burst.beats > 0) return false;
    this.reads[reader].drop();
    const other = reader === FETCH ? DMA : FETCH;
    if (this.reads[other].first) this.turn = other;
    return true;
  }

  /** The next cycle in which something can happen here by itself. */
  next(cycle: number): number {
    // with less than a beat a cycle, what is ready may wait for bandwidth
    if (this.timing.bytesPerCycle < this.beatBytes) return cycle + 1;
    const at = (reader: Reader): number => this.reads[reader].first?.readyAt ?? Number.POSITIVE_INFINITY;
    return earliestAfter(cycle, at(FETCH), at(DMA), this.fetchAt + 1, this.announced.next);
  }
}
