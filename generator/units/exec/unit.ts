import type { Exec, Geometry, Instruction, Queue } from '../../isa/program.js';
import { queueOf, waitsOf } from '../../isa/program.js';
import { earliestAfter, Schedule } from '../../timing/queue.js';
import type { Completed, Waiting } from '../../timing/waiting.js';
import type { ExecPipeline } from './timing.js';

/** One encoded instruction: a GEOMETRY is two, of which the second sets it. */
export type Encoded = Exclude<Instruction, Geometry> | { readonly kind: 'half' } | Geometry;

export const encoded = (instructions: readonly Instruction[]): readonly Encoded[] =>
  instructions.flatMap((one): readonly Encoded[] => (one.kind === 'geometry' ? [{ kind: 'half' }, one] : [one]));

export const queueOfEncoded = (one: Encoded): Queue | undefined => (one.kind === 'half' ? 'exec' : queueOf(one));

export const waitsOfEncoded = (one: Encoded): ReturnType<typeof waitsOf> => (one.kind === 'half' ? [] : waitsOf(one));

/** The EXEC queue: geometry waits for the tiles before it, an EXEC for its counts, and then runs by itself. */
export class ExecUnit {
  done = 0;
  private taken = 0;
  private geometry: Geometry | undefined;
  private popAt = -1;
  private readonly completions = new Schedule();

  constructor(
    private readonly pipeline: ExecPipeline,
    private readonly queue: Waiting<Encoded>,
  ) {}

  /** What becomes visible in this cycle. */
  begin(cycle: number): boolean {
    const completed = this.completions.due(cycle);
    this.done += completed;
    return completed > 0;
  }

  step(cycle: number, completed: Completed): boolean {
    const head = this.queue.at(cycle);
    if (!head || cycle < this.popAt) return false;
    if (cycle === this.popAt) {
      this.pop(cycle);
      return true;
    }
    if (head.kind === 'exec') {
      if (!this.queue.ready(cycle, completed)) return false;
      this.open(cycle, head);
      return true;
    }
    if (this.taken !== this.done) return false;
    if (head.kind === 'geometry') this.geometry = head;
    this.completions.add(cycle + 1);
    this.pop(cycle);
    return true;
  }

  private open(cycle: number, exec: Exec): void {
    const { popped, done } = this.pipeline.open(cycle, this.geometry!, exec);
    this.popAt = popped;
    this.completions.add(done);
  }

  private pop(cycle: number): void {
    this.taken++;
    this.queue.take(cycle);
  }

  next(cycle: number): number {
    return earliestAfter(cycle, this.completions.next, this.popAt);
  }
}
