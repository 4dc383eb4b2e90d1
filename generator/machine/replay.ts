import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import {
  BYTES_PER_INSTRUCTION,
  type Exec,
  type Geometry,
  type Instruction,
  type Load,
  type Queue,
  queueOf,
  type Reorganize,
  type Store,
} from '../isa/program.js';
import { DMA, MemoryPort, type MemoryTiming } from '../timing/memory.js';
import { earliestAfter, Schedule } from '../timing/queue.js';
import type { TileShapes } from '../units/exec/tile.js';
import { ExecPipeline } from '../units/exec/timing.js';
import { FetchUnit } from '../units/fetch/timing.js';
import { LoadUnit } from '../units/load/timing.js';
import { StoreUnit } from '../units/store/timing.js';
import { WriteUnit } from '../units/store/writeUnit.js';

/** Instructions that a queue of the sequencer holds. */
const QUEUE_DEPTH = 4;

/** What depends on time. */
export interface Times {
  readonly cycles: number;
  /** Among them: those that START waits until the accumulator has cleared itself after a reset. */
  readonly startCycles: number;
  readonly reorganizeCycles: number;
  readonly prologueCycles: number;
}

/** Registers that the host writes before START, and the cycles that it takes for each (after the first: less set-up). */
const HOST_WRITES = { narrow: 4, wide: 7 } as const;
const HOST_CYCLES = 3;
const HOST_FIRST = -2;

/**
 * Cycles that a START waits when the host sets it right after a reset, as the benches do: the accumulator clears one entry
 * of each bank a cycle.
 */
const startDelay = ({ buffers, axi }: Config, banks: number): number => {
  const writes = 1 + (axi.addressWidth > 32 ? HOST_WRITES.wide : HOST_WRITES.narrow);
  return Math.max(0, buffers.accumulatorDepth / banks - (HOST_CYCLES * writes + HOST_FIRST));
};

/** One encoded instruction: a GEOMETRY is two, of which the second sets it. */
type Encoded = Exclude<Instruction, Geometry> | { readonly kind: 'half' } | Geometry;

const encoded = (instructions: readonly Instruction[]): readonly Encoded[] =>
  instructions.flatMap((one): readonly Encoded[] => (one.kind === 'geometry' ? [{ kind: 'half' }, one] : [one]));

const queueOfEncoded = (one: Encoded): Queue | undefined => (one.kind === 'half' ? 'exec' : queueOf(one));

/** A queue of the sequencer: instructions given to it, and when the first may be seen. */
class Waiting<T> {
  given = 0;
  private readonly items: T[] = [];
  private readonly seen: number[] = [];
  private head = 0;
  private takenAt = -1;

  hasRoom(cycle: number): boolean {
    return this.items.length - this.head + (this.takenAt === cycle ? 1 : 0) < QUEUE_DEPTH;
  }

  push(cycle: number, item: T): void {
    this.items.push(item);
    this.seen.push(cycle + 1);
    this.given++;
  }

  at(cycle: number): T | undefined {
    return this.head < this.items.length && this.seen[this.head]! <= cycle && this.takenAt !== cycle
      ? this.items[this.head]
      : undefined;
  }

  take(cycle: number): void {
    this.head++;
    this.takenAt = cycle;
  }
}

/** The EXEC queue: geometry waits for the tiles before it, an EXEC for its counts, and then runs by itself. */
class ExecUnit {
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

  step(cycle: number, loads: number, stores: number): boolean {
    const head = this.queue.at(cycle);
    if (!head || cycle < this.popAt) return false;
    if (cycle === this.popAt) {
      this.pop(cycle);
      return true;
    }
    if (head.kind === 'exec') return this.open(cycle, head, loads, stores);
    if (this.taken !== this.done) return false;
    if (head.kind === 'geometry') this.geometry = head;
    this.completions.add(cycle + 1);
    this.pop(cycle);
    return true;
  }

  private open(cycle: number, exec: Exec, loads: number, stores: number): boolean {
    if (exec.waitLoad > loads || exec.waitStore > stores) return false;
    const { popped, done } = this.pipeline.open(cycle, this.geometry!, exec);
    this.popAt = popped;
    this.completions.add(done);
    return true;
  }

  private pop(cycle: number): void {
    this.taken++;
    this.queue.take(cycle);
  }

  next(cycle: number): number {
    return earliestAfter(cycle, this.completions.next, this.popAt);
  }
}

/**
 * Replays a program in time: the queues of the sequencer, fetch, DMA and memory cycle by cycle without data (cycles in which
 * nothing moves are skipped), the EXEC queue tile by tile. Constants are depths of queues and registers of the templates.
 * @param base address of the program.
 */
export const replay = (
  config: Config,
  instructions: readonly Instruction[],
  base: number,
  timing: MemoryTiming,
  shapes: TileShapes,
): Times => {
  const sizes = derive(config);
  const startCycles = startDelay(config, sizes.accumulatorBanks);
  const program = encoded(instructions);
  const memory = new MemoryPort(sizes.beatBytes, timing);
  const fetch = new FetchUnit(sizes, base / BYTES_PER_INSTRUCTION, program.length, memory);
  const load = new LoadUnit(sizes, config.axi.outstanding, memory);
  const write = new WriteUnit(config, sizes, memory);
  const store = new StoreUnit(config, sizes, write);
  const pipeline = new ExecPipeline(config, shapes);
  const loads = new Waiting<Load>();
  const stores = new Waiting<Store | Reorganize>();
  const execs = new Waiting<Encoded>();
  const exec = new ExecUnit(pipeline, execs);
  const queues: Readonly<Record<Queue, unknown>> = { load: loads, exec: execs, store: stores };

  const units = [memory, load, write, store, exec, fetch];
  const earliest = (cycle: number): number =>
    units.reduce((time, unit) => Math.min(time, unit.next(cycle)), Number.POSITIVE_INFINITY);
  let at = 0;
  let draining = false;
  let reorganizeEnd = 0;
  let loadsTaken = 0;
  let loading = false;
  let reorganizeCycles = 0;

  const dispatch = (cycle: number): boolean => {
    if (draining || !fetch.valid) return false;
    const one = program[at]!;
    const queue = queueOfEncoded(one);
    if (queue) {
      const waiting = queues[queue] as Waiting<Encoded>;
      if (!waiting.hasRoom(cycle)) return false;
      waiting.push(cycle, one);
    }
    at++;
    return true;
  };

  for (let cycle = 0; ; ) {
    memory.step(cycle, write.offers(cycle), write.offers(cycle) && write.offersLast);
    let changed = memory.readBeat !== undefined;
    if (memory.readBeat === DMA) {
      if (memory.readLast) load.burstReceived(cycle);
    } else if (memory.readBeat !== undefined) fetch.beatReceived(cycle);

    changed = load.begin(cycle) || changed;
    changed = exec.begin(cycle) || changed;
    changed = store.begin() || changed;
    const loadsDone = load.done;
    const execsDone = exec.done;
    const storesDone = store.done;
    const loadHead = loads.at(cycle);
    const loadReady = loadHead && loadHead.waitExec <= execsDone && loadHead.waitStore <= storesDone;
    const storeHead = stores.at(cycle);
    const storeReady = storeHead && storeHead.waitExec <= execsDone && storeHead.waitLoad <= loadsDone;

    changed = write.step(cycle) || changed;
    changed = store.step(cycle, storeReady ? storeHead : undefined) || changed;
    changed = load.step(cycle, loadReady ? loadHead : undefined) || changed;
    changed = exec.step(cycle, loadsDone, storesDone) || changed;
    // the counter sees what is loaded for it one cycle later
    const loadingNow = reorganizeEnd > loadsDone;
    const storing = storeReady && storeHead.kind === 'reorganize';
    const reorganizing = storing || loading;
    if (load.taken) {
      loads.take(cycle);
      loadsTaken++;
      if (loadHead!.reorganize) reorganizeEnd = loadsTaken;
    }
    if (store.ended) stores.take(cycle);
    const taken = dispatch(cycle);
    changed = fetch.step(cycle, taken) || changed;

    if (draining) {
      const ended = load.done === loads.given && exec.done === execs.given && store.done === stores.given;
      if (ended && load.idle && write.idle) {
        return {
          cycles: startCycles + cycle + 1,
          startCycles,
          reorganizeCycles,
          prologueCycles: pipeline.prologueCycles,
        };
      }
    }
    if (taken && program[at - 1]!.kind === 'end') draining = true;
    const next = changed ? cycle + 1 : earliest(cycle);
    if (next === Number.POSITIVE_INFINITY) throw new Error(`the replay stands still in cycle ${cycle}`);
    reorganizeCycles += (reorganizing ? 1 : 0) + (storing || loadingNow ? next - cycle - 1 : 0);
    loading = loadingNow;
    cycle = next;
  }
};
