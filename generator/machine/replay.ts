import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import {
  BYTES_PER_INSTRUCTION,
  type Instruction,
  type Load,
  type Queue,
  type Reorganize,
  type Store,
  waitsOf,
} from '../isa/program.js';
import { DMA, MemoryPort, type MemoryTiming } from '../timing/memory.js';
import { Waiting } from '../timing/waiting.js';
import type { TileShapes } from '../units/exec/tile.js';
import { ExecPipeline } from '../units/exec/timing.js';
import { type Encoded, ExecUnit, encoded, queueOfEncoded, waitsOfEncoded } from '../units/exec/unit.js';
import { FetchUnit } from '../units/fetch/timing.js';
import { LoadUnit } from '../units/load/timing.js';
import { StoreUnit } from '../units/store/timing.js';
import { WriteUnit } from '../units/store/writeUnit.js';

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
  const loads = new Waiting<Load>(waitsOf);
  const stores = new Waiting<Store | Reorganize>(waitsOf);
  const execs = new Waiting<Encoded>(waitsOfEncoded);
  const exec = new ExecUnit(pipeline, execs);
  const queues: Readonly<Record<Queue, unknown>> = { load: loads, exec: execs, store: stores };

  const units = [memory, load, write, store, exec, fetch];
  const earliest = (cycle: number): number =>
    units.reduce((time, unit) => Math.min(time, unit.next(cycle)), Number.POSITIVE_INFINITY);
  const completed: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
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
    completed.load = load.done;
    completed.exec = exec.done;
    completed.store = store.done;
    const loadHead = loads.ready(cycle, completed);
    const storeHead = stores.ready(cycle, completed);

    changed = write.step(cycle) || changed;
    changed = store.step(cycle, storeHead) || changed;
    changed = load.step(cycle, loadHead) || changed;
    changed = exec.step(cycle, completed) || changed;
    // the counter sees what is loaded for it one cycle later
    const loadingNow = reorganizeEnd > completed.load;
    const storing = storeHead?.kind === 'reorganize';
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
