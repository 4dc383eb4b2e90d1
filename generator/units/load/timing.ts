import type { Derived } from '../../description/derive.js';
import type { Load } from '../../isa/program.js';
import { AXI_BURST } from '../../timing/depths.js';
import { DMA, type MemoryPort } from '../../timing/memory.js';
import { earliestAfter, Schedule } from '../../timing/queue.js';

const { page: PAGE, beats: MOST_BEATS } = AXI_BURST;
/** A beat passes the arbiter's queue, is written, and (a LOAD's last one) is counted by the sequencer. */
const RECEIVED_CYCLES = 2;
const COUNTED_CYCLES = 3;

/** dma_read: rows of a command one a cycle, bursts of a row one a cycle, a number of bursts in flight. */
export class LoadUnit {
  /** LOADs completed, as the other queues see it. */
  done = 0;
  /** Whether the LOAD was opened in this cycle, and whether it left its queue: with its last row. */
  opened = false;
  taken = false;
  private readonly completions = new Schedule();
  private readonly received = new Schedule();
  /** For each burst that is owed: whether it closes its LOAD. */
  private readonly closes: boolean[] = [];
  private closesHead = 0;
  private load: Load | undefined;
  private i1 = 0;
  private i2 = 0;
  private rowOpen = false;
  private rowCloses = false;
  private beat = 0;
  private left = 0;
  private flight = 0;

  constructor(
    private readonly sizes: Derived,
    private readonly outstanding: number,
    private readonly memory: MemoryPort,
  ) {}

  get ready(): boolean {
    return this.load === undefined;
  }

  get idle(): boolean {
    return !this.load && !this.rowOpen && this.flight === 0;
  }

  /** What becomes visible in this cycle. */
  begin(cycle: number): boolean {
    const completed = this.completions.due(cycle);
    const arrived = this.received.due(cycle);
    this.done += completed;
    this.flight -= arrived;
    return completed > 0 || arrived > 0;
  }

  /** Carries out a cycle; `head` is the LOAD whose waits are over. Returns whether anything moved. */
  step(cycle: number, head: Load | undefined): boolean {
    this.opened = false;
    this.taken = false;
    let changed = false;
    const { beatBytes } = this.sizes;

    const open = this.load;
    let rowReady = !this.rowOpen;
    if (this.rowOpen && this.flight < this.outstanding && this.memory.free(cycle)) {
      const toPage = PAGE / beatBytes - (this.beat % (PAGE / beatBytes));
      const beats = Math.min(this.left, toPage, MOST_BEATS);
      this.memory.read(DMA, cycle, beats);
      this.beat += beats;
      this.left -= beats;
      this.flight++;
      const ends = this.left === 0;
      this.closes.push(ends && this.rowCloses);
      if (ends) {
        rowReady = true;
        this.rowOpen = false;
      }
      changed = true;
    }
    if (open && rowReady) {
      this.openRow(open);
      changed = true;
    }
    if (open || !head) return changed;
    this.load = head;
    this.i1 = 0;
    this.i2 = 0;
    this.opened = true;
    return true;
  }

  private openRow(load: Load): void {
    const { beatBytes } = this.sizes;
    const address = load.address + this.i1 * load.stride1 + this.i2 * load.stride2;
    this.beat = Math.floor(address / beatBytes);
    this.left = Math.floor((address + load.rowBytes - 1) / beatBytes) - this.beat + 1;
    this.rowOpen = true;
    this.i1++;
    if (this.i1 === load.n1) {
      this.i1 = 0;
      this.i2++;
    }
    this.rowCloses = this.i2 === load.n2;
    if (!this.rowCloses) return;
    this.load = undefined;
    this.taken = true;
  }

  /** The memory gave the last beat of a burst in this cycle. */
  burstReceived(cycle: number): void {
    this.received.add(cycle + RECEIVED_CYCLES);
    if (this.closes[this.closesHead++]) this.completions.add(cycle + COUNTED_CYCLES);
    if (this.closesHead > 1024) {
      this.closes.splice(0, this.closesHead);
      this.closesHead = 0;
    }
  }

  next(cycle: number): number {
    return earliestAfter(cycle, this.completions.next, this.received.next);
  }
}
