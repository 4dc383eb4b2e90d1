import type { Derived } from '../../description/derive.js';
import { BYTES_PER_INSTRUCTION, lastWordOf } from '../../isa/program.js';
import { QUEUE_NAMES, type Queue } from '../../isa/queues.js';
import { type Encoded, queueOfEncoded, waitsOfEncoded } from '../exec/unit.js';

/** Instructions completed, by queue. */
type Completed = Readonly<Record<Queue, number>>;

type Head = 'walk' | 'found' | 'read' | 'known';

/** What the reader asks the ring for in a cycle. */
interface Read {
  readonly queue: Queue;
  readonly sends: boolean;
  readonly last: boolean;
}

interface QueueState {
  /** The instruction that the queue has walked to. */
  at: number;
  head: Head;
  /** The unit has an instruction that it has not taken. */
  full: Encoded | undefined;
}

const WORDS = BYTES_PER_INSTRUCTION / 4;

/** dispatch: heads of the queues in the ring, and the reader that fetches what they wait for and streams them to their units. */
export class DispatchUnit {
  /** Instructions that have been found good. */
  private filled = 0;
  private readonly queues: Readonly<Record<Queue, QueueState>>;
  /** The instruction of a queue that is on its way to its unit. */
  private readonly sending: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  private reads: Read | undefined;
  private came: Read | undefined;
  /** Parts still to be asked for, with this one. */
  private parts = 0;
  /** Words of a part. */
  private readonly words: number;
  /** Of each instruction its queue, whether it is half of a GEOMETRY, and what it waits for, by queue: looked at in every cycle. */
  private readonly queueOf: readonly (Queue | undefined)[];
  private readonly isGeometry: Uint8Array;
  private readonly waits: readonly ReturnType<typeof waitsOfEncoded>[];
  /** An instruction whose slot is free after this cycle, and the half of a GEOMETRY that has been sent whole in it. */
  freed: number | undefined;
  geometryDone: Encoded | undefined;

  constructor(
    { beatBytes }: Derived,
    private readonly program: readonly Encoded[],
  ) {
    this.words = Math.min(WORDS, beatBytes / 4);
    this.queueOf = program.map(queueOfEncoded);
    this.isGeometry = Uint8Array.from(program, ({ kind }) => Number(kind === 'half' || kind === 'geometry'));
    this.waits = program.map(waitsOfEncoded);
    const queue = (): QueueState => ({ at: 0, head: 'walk', full: undefined });
    this.queues = { load: queue(), exec: queue(), store: queue() };
  }

  /** The instruction that a unit is offered. */
  offered(queue: Queue): Encoded | undefined {
    return this.queues[queue].full;
  }

  /** Cycles in which the reader asks for what an instruction waits for, or for the whole of it. */
  private partsOf(at: number, sends: boolean): number {
    const part = (word: number): number => Math.floor(word / this.words);
    if (!sends) return part(2) - part(1) + 1;
    const one = this.program[at]!;
    if (one.kind === 'half' || one.kind === 'geometry') return part(WORDS - 1) + 1;
    // words 1 and 2 are passed over where they are parts of their own
    return part(lastWordOf(this.queueOf[at]!, one.kind)) + 1 - (this.words === 1 ? 2 : 0);
  }

  /** Whether what an instruction waits for has completed. */
  private isOver(at: number, completed: Completed, tilesDone: boolean): boolean {
    if (this.isGeometry[at]) return tilesDone;
    for (const [queue, count] of this.waits[at]!) if (count > completed[queue]) return false;
    return true;
  }

  /** The reader's choice, by the state at the start of a cycle: first heads that must be asked for their waits. */
  private choice(completed: Completed, tilesDone: boolean): Queue | undefined {
    for (const name of QUEUE_NAMES) if (this.queues[name].head === 'found') return name;
    for (const name of QUEUE_NAMES) {
      const { head, full, at } = this.queues[name];
      if (head === 'known' && full === undefined && this.isOver(at, completed, tilesDone)) return name;
    }
    return undefined;
  }

  /**
   * Carries out a cycle: what has completed as it is seen in it, whether no EXEC is at work, what the units take in it, and whether
   * an instruction is found good. Returns whether anything moved.
   */
  step(completed: Completed, tilesDone: boolean, taken: Readonly<Record<Queue, boolean>>, commits: boolean): boolean {
    const { program, queues, came, reads } = this;
    let changed = commits || came !== undefined || reads !== undefined;
    this.freed = undefined;
    this.geometryDone = undefined;
    const chosen = reads ? undefined : this.choice(completed, tilesDone);
    const asks = chosen !== undefined && queues[chosen].head === 'found';

    for (const name of QUEUE_NAMES) {
      const queue = queues[name];
      const arrives = came?.queue === name ? came : undefined;
      const retires = reads !== undefined && reads.queue === name && reads.sends && reads.last;
      const sent = arrives?.sends && arrives.last ? arrives : undefined;
      if (queue.full !== undefined && taken[name]) {
        queue.full = undefined;
        changed = true;
      }
      if (sent) {
        const at = this.sending[name];
        if (this.isGeometry[at]) this.geometryDone = program[at];
        else queue.full = program[at];
      }
      if (queue.head === 'walk') {
        if (queue.at < this.filled) {
          if (this.queueOf[queue.at] !== name) queue.at++;
          else queue.head = this.isGeometry[queue.at] ? 'known' : 'found';
          changed = true;
        }
      } else if (queue.head === 'found' && chosen === name) queue.head = 'read';
      else if (queue.head === 'read' && arrives?.last && !arrives.sends) queue.head = 'known';
      if (retires) {
        this.freed = queue.at;
        this.sending[name] = queue.at;
        queue.head = 'walk';
        queue.at++;
      }
    }
    if (commits) this.filled++;

    this.came = reads;
    if (reads) {
      this.parts--;
      this.reads = this.parts === 0 ? undefined : { ...reads, last: this.parts === 1 };
    } else if (chosen) {
      this.parts = this.partsOf(queues[chosen].at, !asks);
      this.reads = { queue: chosen, sends: !asks, last: this.parts === 1 };
      changed = true;
    }
    return changed;
  }
}
