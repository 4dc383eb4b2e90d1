import type { Derived } from '../../description/derive.js';
import { BYTES_PER_INSTRUCTION } from '../../isa/program.js';
import { DEPTHS } from '../../timing/depths.js';
import { FETCH, type MemoryPort } from '../../timing/memory.js';
import { earliestAfter, Schedule, TimedQueue } from '../../timing/queue.js';

const { fetchBurst: INSTRUCTIONS_PER_BURST, fetched: ROOM_INSTRUCTIONS } = DEPTHS;
const ADDRESS_CYCLES = 2;
/** A beat passes the arbiter's queue. */
const BEAT_CYCLES = 1;

/** fetch and decode: bursts of up to 4 instructions ahead, a beat a cycle into instructions, one register of decode. */
export class FetchUnit {
  private readonly beats: TimedQueue;
  private readonly arriving = new Schedule();
  private readonly perInstruction: number;
  /** Instructions in a beat that is wider than one. */
  private readonly perBeat: number;
  private next_: number;
  private left: number;
  private due: number;
  private room: number;
  private freed = 0;
  private part = 0;
  private fetched = false;
  private decoded = false;

  /** @param instruction address of the program in instructions; `count` 64-byte instructions. */
  constructor(
    { beatBytes }: Derived,
    instruction: number,
    count: number,
    private readonly memory: MemoryPort,
  ) {
    this.perInstruction = Math.max(1, BYTES_PER_INSTRUCTION / beatBytes);
    this.perBeat = Math.max(1, beatBytes / BYTES_PER_INSTRUCTION);
    this.room = beatBytes > BYTES_PER_INSTRUCTION ? ROOM_INSTRUCTIONS : ROOM_INSTRUCTIONS * this.perInstruction;
    this.beats = new TimedQueue(this.room);
    this.next_ = instruction;
    this.left = count;
    this.due = count;
    this.part = beatBytes > BYTES_PER_INSTRUCTION ? instruction % this.perBeat : 0;
  }

  /** Whether an instruction is decoded, to be given to its queue in this cycle. */
  get valid(): boolean {
    return this.decoded;
  }

  /** @param taken whether the decoded instruction leaves in this cycle. Returns whether anything moved. */
  step(cycle: number, taken: boolean): boolean {
    let changed = taken;
    this.room += this.freed;
    this.freed = 0;
    if (taken) this.decoded = false;
    const pass = this.fetched && !this.decoded;
    if (pass) {
      this.decoded = true;
      this.fetched = false;
      changed = true;
    }
    if (this.beats.valid(cycle) && !this.fetched) {
      changed = true;
      this.step_(cycle);
    }
    for (let arrived = this.arriving.due(cycle); arrived > 0; arrived--) {
      this.beats.push(cycle, 0);
      changed = true;
    }
    return this.announce(cycle) || changed;
  }

  private step_(cycle: number): void {
    this.part++;
    if (this.perBeat > 1) {
      this.fetched = true;
      this.due--;
      if (this.part === this.perBeat || this.due === 0) {
        this.part = 0;
        this.beats.take(cycle);
        this.freed = 1;
      }
      return;
    }
    this.beats.take(cycle);
    this.freed = 1;
    if (this.part === this.perInstruction) {
      this.part = 0;
      this.fetched = true;
      this.due--;
    }
  }

  private announce(cycle: number): boolean {
    if (this.left === 0) return false;
    const count = Math.min(this.left, INSTRUCTIONS_PER_BURST - (this.next_ % INSTRUCTIONS_PER_BURST));
    const beatOf = (instruction: number): number =>
      this.perBeat > 1 ? Math.floor(instruction / this.perBeat) : instruction * this.perInstruction;
    const beats =
      this.perBeat > 1 ? beatOf(this.next_ + count - 1) - beatOf(this.next_) + 1 : count * this.perInstruction;
    if (this.room < beats) return false;
    this.room -= beats;
    this.next_ += count;
    this.left -= count;
    this.memory.read(FETCH, cycle + ADDRESS_CYCLES, beats);
    return true;
  }

  /** The memory gave a beat in this cycle. */
  beatReceived(cycle: number): void {
    this.arriving.add(cycle + BEAT_CYCLES);
  }

  next(cycle: number): number {
    return earliestAfter(cycle, this.arriving.next, this.fetched ? Number.POSITIVE_INFINITY : this.beats.next);
  }
}
