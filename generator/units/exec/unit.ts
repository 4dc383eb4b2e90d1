import type { Exec, Geometry, Instruction, Queue } from '../../isa/program.js';
import { queueOf, waitsOf } from '../../isa/program.js';
import { earliestAfter, Schedule } from '../../timing/queue.js';
import type { ExecPipeline } from './timing.js';

/** One encoded instruction: a GEOMETRY is two, of which the second sets it. */
export type Encoded = Exclude<Instruction, Geometry> | { readonly kind: 'half' } | Geometry;

export const encoded = (instructions: readonly Instruction[]): readonly Encoded[] =>
  instructions.flatMap((one): readonly Encoded[] => (one.kind === 'geometry' ? [{ kind: 'half' }, one] : [one]));

export const queueOfEncoded = (one: Encoded): Queue | undefined => (one.kind === 'half' ? 'exec' : queueOf(one));

export const waitsOfEncoded = (one: Encoded): ReturnType<typeof waitsOf> => (one.kind === 'half' ? [] : waitsOf(one));

/** The EXEC queue's unit: an EXEC that it is offered runs by itself; a GEOMETRY is set when it has been sent. */
export class ExecUnit {
  /** Instructions completed, as the other queues see it. */
  done = 0;
  /** Whether the EXEC leaves its queue in this cycle. */
  taken = false;
  private tiles = 0;
  private tilesDone_ = 0;
  private geometry: Geometry | undefined;
  private popAt = -1;
  private readonly completions = new Schedule();
  private readonly set = new Schedule();

  constructor(private readonly pipeline: ExecPipeline) {}

  /** What becomes visible in this cycle. */
  begin(cycle: number): boolean {
    const completed = this.completions.due(cycle);
    const set = this.set.due(cycle);
    this.tilesDone_ += completed;
    this.done += completed + set;
    return completed + set > 0;
  }

  /** Whether no EXEC that has left its queue is at work. */
  get tilesDone(): boolean {
    return this.tiles === this.tilesDone_;
  }

  /** @param head the EXEC that is offered in this cycle. Returns whether anything moved. */
  step(cycle: number, head: Exec | undefined): boolean {
    this.taken = false;
    if (!head) return false;
    if (this.popAt < 0) {
      const { popped, done } = this.pipeline.open(cycle, this.geometry!, head);
      this.popAt = popped;
      this.completions.add(done);
      return true;
    }
    if (cycle < this.popAt) return false;
    this.popAt = -1;
    this.taken = true;
    return true;
  }

  /** What ends a cycle: an EXEC that was taken in it counts, half a GEOMETRY that was sent in it is set. */
  end(cycle: number, sent: Encoded | undefined): void {
    if (this.taken) this.tiles++;
    if (!sent) return;
    if (sent.kind === 'geometry') this.geometry = sent;
    this.set.add(cycle + 1);
  }

  next(cycle: number): number {
    return earliestAfter(cycle, this.completions.next, this.set.next, this.popAt);
  }
}
