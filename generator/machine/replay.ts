import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { BYTES_PER_INSTRUCTION, type Exec, type Instruction, type Load, type Queue } from '../isa/program.js';
import { DMA, MemoryPort, type MemoryTiming } from '../timing/memory.js';
import { BusyCycles } from '../timing/queue.js';
import { DispatchUnit } from '../units/dispatch/timing.js';
import type { TileShapes } from '../units/exec/tile.js';
import { ExecPipeline } from '../units/exec/timing.js';
import { ExecUnit, encoded, queueOfEncoded } from '../units/exec/unit.js';
import { FetchUnit } from '../units/fetch/timing.js';
import { LoadUnit } from '../units/load/timing.js';
import { type StoreInstruction, StoreUnit } from '../units/store/timing.js';
import { WriteUnit } from '../units/store/writeUnit.js';

/** What depends on time. */
export interface Times {
  readonly cycles: number;
  /** Among them: those that START waits until the accumulator has cleared itself after a reset. */
  readonly startCycles: number;
  readonly reorganizeCycles: number;
  readonly prologueCycles: number;
}

/** Instructions of each queue: a mark is reached when so many have completed. */
export type Mark = Readonly<Record<Queue, number>>;

/** Registers that the host writes before START, and the cycles that it takes for each (after the first: less set-up). */
const HOST_WRITES = { narrow: 4, wide: 7 } as const;
const BASE_REGISTERS = 3;
const HOST_CYCLES = 3;
const HOST_FIRST = -2;

/**
 * Cycles that a START waits when the host sets it right after a reset, as the benches do: the accumulator clears one entry
 * of each bank a cycle.
 */
const startDelay = ({ buffers, axi }: Config, banks: number, bases: boolean): number => {
  const wide = axi.addressWidth > 32;
  const writes = 1 + (wide ? HOST_WRITES.wide : HOST_WRITES.narrow) + (bases ? BASE_REGISTERS * (wide ? 2 : 1) : 0);
  return Math.max(0, buffers.accumulatorDepth / banks - (HOST_CYCLES * writes + HOST_FIRST));
};

/** What a timeline shows: beats of reads and writes, open tiles, vectors that enter the array, STOREs and REORGANIZEs. */
export const ACTIVITIES = Object.freeze(['readBeats', 'writeBeats', 'execOpen', 'arrayBusy', 'store'] as const);

export type ActivityName = (typeof ACTIVITIES)[number];

/** Takes cycles from START in which something was active, both ends included; of each activity later ones later. */
export type Watch = (what: ActivityName, first: number, last: number) => void;

export interface ReplayOptions {
  /** Told what was active when. */
  readonly watch?: Watch;
  readonly marks?: readonly Mark[];
  readonly onMark?: (cycles: number) => void;
  readonly bases?: boolean;
}

const isReached = (mark: Mark, { load, exec, store }: Mark): boolean =>
  load >= mark.load && exec >= mark.exec && store >= mark.store;

/**
 * Replays a program in time: fetch, dispatch, DMA and memory cycle by cycle without data (cycles in which
 * nothing moves are skipped), the EXEC queue tile by tile. Constants are depths of queues and registers of the templates.
 * @param base address of the program.
 * @param options.marks in order of time; `onMark` takes the cycles, from START, in which they were reached.
 * @param options.bases whether the host writes the base registers before START.
 * @param options.watch told what was active when.
 */
export const replay = (
  config: Config,
  instructions: readonly Instruction[],
  base: number,
  timing: MemoryTiming,
  shapes: TileShapes,
  { marks = [], onMark = () => undefined, bases = false, watch }: ReplayOptions = {},
): Times => {
  const sizes = derive(config);
  const startCycles = startDelay(config, sizes.accumulatorBanks, bases);
  const program = encoded(instructions);
  const memory = new MemoryPort(sizes.beatBytes, timing);
  const first = base / BYTES_PER_INSTRUCTION;
  const fetch = new FetchUnit(sizes, first, program.length, memory);
  const load = new LoadUnit(sizes, config.axi.outstanding, memory);
  const write = new WriteUnit(config, sizes, memory);
  const stationaryReads = new BusyCycles();
  const store = new StoreUnit(config, write, stationaryReads);
  const active = (what: ActivityName) =>
    watch && ((first: number, last: number) => watch(what, startCycles + first, startCycles + last));
  const reads = sizes.vectorLanes > 0 ? stationaryReads : undefined;
  const pipeline = new ExecPipeline(config, shapes, reads, active('arrayBusy'), active('execOpen'));
  const [readBeat, writeBeat, storing] = [active('readBeats'), active('writeBeats'), active('store')];
  const exec = new ExecUnit(pipeline);
  const dispatch = new DispatchUnit(sizes, program);

  const units = [memory, load, write, store, exec, fetch];
  const earliest = (cycle: number): number =>
    units.reduce((time, unit) => Math.min(time, unit.next(cycle)), Number.POSITIVE_INFINITY);
  const given: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  const completed: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  let at = 0;
  let draining = false;
  let reorganizeEnd = 0;
  let loadsTaken = 0;
  let loading = false;
  let reorganizeCycles = 0;
  let reached = 0;

  for (let cycle = 0; ; ) {
    memory.step(cycle, write.offers(cycle), write.offers(cycle) && write.offersLast);
    let changed = memory.readBeat !== undefined;
    if (changed) readBeat?.(cycle, cycle);
    if (memory.wroteBeat) writeBeat?.(cycle, cycle);
    if (memory.readBeat === DMA) {
      if (memory.readLast) load.burstReceived(cycle);
    } else if (memory.readBeat !== undefined) fetch.beatReceived(cycle);

    changed = load.begin(cycle) || changed;
    changed = exec.begin(cycle) || changed;
    changed = store.begin() || changed;
    completed.load = load.done;
    completed.exec = exec.done;
    completed.store = store.done;
    for (let mark = marks[reached]; mark && isReached(mark, completed); mark = marks[++reached])
      onMark(startCycles + cycle + 1);
    const loadHead = dispatch.offered('load') as Load | undefined;
    const storeHead = dispatch.offered('store') as StoreInstruction | undefined;

    changed = write.step(cycle) || changed;
    changed = store.step(cycle, storeHead) || changed;
    changed = load.step(cycle, loadHead) || changed;
    changed = exec.step(cycle, dispatch.offered('exec') as Exec | undefined) || changed;
    // the counter sees what is loaded for it one cycle later
    const loadingNow = reorganizeEnd > completed.load;
    const reorganizesNow = storeHead?.kind === 'reorganize';
    const reorganizing = reorganizesNow || loading;
    if (load.opened) {
      loadsTaken++;
      if (loadHead!.reorganize) reorganizeEnd = loadsTaken;
    }
    const committed = !draining && fetch.valid ? program[at++]! : undefined;
    const taken = { load: load.taken, exec: exec.taken, store: store.ended };
    changed = dispatch.step(completed, exec.tilesDone, taken, committed !== undefined) || changed;
    exec.end(cycle, dispatch.geometryDone);
    if (dispatch.freed !== undefined) fetch.free(first + dispatch.freed);
    changed = fetch.step(cycle) || changed;

    if (draining) {
      const ended = load.done === given.load && exec.done === given.exec && store.done === given.store;
      if (ended && load.idle && write.idle) {
        return {
          cycles: startCycles + cycle + 1,
          startCycles,
          reorganizeCycles,
          prologueCycles: pipeline.prologueCycles,
        };
      }
    }
    const queue = committed && queueOfEncoded(committed);
    if (queue) given[queue]++;
    if (committed?.kind === 'end') draining = true;
    const next = changed ? cycle + 1 : earliest(cycle);
    if (next === Number.POSITIVE_INFINITY) throw new Error(`the replay stands still in cycle ${cycle}`);
    if (storeHead) storing?.(cycle, next - 1);
    reorganizeCycles += (reorganizing ? 1 : 0) + (reorganizesNow || loadingNow ? next - cycle - 1 : 0);
    loading = loadingNow;
    cycle = next;
  }
};
