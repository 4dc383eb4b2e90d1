import type { Derived } from '../../description/derive.js';
import { BYTES_PER_INSTRUCTION } from '../../isa/program.js';
import { DEPTHS } from '../../timing/depths.js';
import { FETCH, type MemoryPort } from '../../timing/memory.js';
import { earliestAfter, Schedule, TimedQueue } from '../../timing/queue.js';

const { fetchBurst: BURST } = DEPTHS;
/** A beat passes the arbiter's queue. */
const BEAT_CYCLES = 1;

/** fetch and decode: bursts of up to 4 instructions into free slots of the ring; the verdict a cycle after the last part. */
export class FetchUnit {
  private readonly arriving = new Schedule();
  /** Beats of an instruction, and instructions in a beat that is wider than one. */
  private readonly perInstruction: number;
  private readonly perBeat: number;
  /** Of beats with two instructions: those that wait for the second one's turn. */
  private readonly held: TimedQueue | undefined;
  /** Of each burst of the ring the slots that hold an instruction, or will. */
  private readonly busy: Uint8Array;
  private readonly slots: number;
  private freed: number[] = [];
  private ask: number;
  private left: number;
  private put: number;
  private readonly end: number;
  private part = 0;
  private verdict = false;

  /** @param first number of the first instruction, counted from address 0; `count` 64-byte instructions. */
  constructor(
    { beatBytes, instructionSlots }: Derived,
    first: number,
    count: number,
    private readonly memory: MemoryPort,
  ) {
    this.perInstruction = Math.max(1, BYTES_PER_INSTRUCTION / beatBytes);
    this.perBeat = Math.max(1, beatBytes / BYTES_PER_INSTRUCTION);
    this.held = this.perBeat > 1 ? new TimedQueue(instructionSlots / this.perBeat) : undefined;
    this.slots = instructionSlots;
    this.busy = new Uint8Array(instructionSlots / BURST);
    this.ask = first;
    this.put = first;
    this.left = count;
    this.end = first + count;
  }

  /** Whether an instruction is found good in this cycle. */
  get valid(): boolean {
    return this.verdict;
  }

  /** The slot of an instruction is free from the next cycle on. */
  free(instruction: number): void {
    this.freed.push(Math.floor((instruction % this.slots) / BURST));
  }

  /** Returns whether anything moved. */
  step(cycle: number): boolean {
    let changed = this.verdict || this.freed.length > 0;
    const announced = this.announce(cycle);
    for (const burst of this.freed) this.busy[burst]!--;
    this.freed.length = 0;
    this.verdict = false;
    if (this.held?.valid(cycle)) {
      this.put++;
      if (this.put % this.perBeat === 0 || this.put === this.end) this.held.take(cycle);
      this.verdict = true;
    }
    for (let arrived = this.arriving.due(cycle); arrived > 0; arrived--) {
      changed = true;
      if (this.held) {
        this.held.push(cycle, 0);
        continue;
      }
      this.part++;
      if (this.part < this.perInstruction) continue;
      this.part = 0;
      this.verdict = true;
    }
    return announced || changed || this.verdict;
  }

  private announce(cycle: number): boolean {
    if (this.left === 0) return false;
    const burst = Math.floor((this.ask % this.slots) / BURST);
    if (this.busy[burst]! > 0) return false;
    const count = Math.min(this.left, BURST - (this.ask % BURST));
    const beatOf = (instruction: number): number =>
      this.perBeat > 1 ? Math.floor(instruction / this.perBeat) : instruction * this.perInstruction;
    const beats = this.perBeat > 1 ? beatOf(this.ask + count - 1) - beatOf(this.ask) + 1 : count * this.perInstruction;
    this.busy[burst] = count;
    this.ask += count;
    this.left -= count;
    this.memory.read(FETCH, cycle, beats);
    return true;
  }

  /** The memory gave a beat in this cycle. */
  beatReceived(cycle: number): void {
    this.arriving.add(cycle + BEAT_CYCLES);
  }

  next(cycle: number): number {
    return earliestAfter(cycle, this.arriving.next, this.held?.next ?? Number.POSITIVE_INFINITY);
  }
}
