import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Exec, Geometry } from '../../isa/program.js';
import { DEPTHS, operandTaps } from '../../timing/depths.js';
import type { BusyCycles } from '../../timing/queue.js';
import { lanesOf, type TapCounts, type TileShapes } from './tile.js';
import { NEVER, READ_CYCLES, Transposer } from './transposer.js';

const CREDITS = DEPTHS.vectors;
/** From the entry, which hands a vector on, to the array. */
const ARRAY_CYCLES = 2;

/** A generator behind its queue of taps: when it took the last two of them, and asked for the last vector. */
interface Generator {
  start: number;
  startBefore: number;
  finish: number;
}

const generator = (): Generator => ({ start: NEVER, startBefore: NEVER, finish: NEVER });

/** A tap is taken in the cycle after it was pushed, at the earliest with the last request of the one before. */
const take = (unit: Generator, pushed: number): number => {
  unit.startBefore = unit.start;
  unit.start = Math.max(pushed + 1, unit.finish);
  return unit.start;
};

export interface ExecTimes {
  /** Cycle in which the EXEC leaves its queue. */
  readonly popped: number;
  /** Cycle from which on other queues see it as completed. */
  readonly done: number;
}

/**
 * The EXEC queue's datapath, from tap_walker to the last sum of a tile. Nothing outside can delay it once an EXEC has
 * been opened, so its times follow from recurrences over taps and blocks: those of the registers and queues in tap_walker,
 * agu_*, transposer and issue. Drains never take its cycles: a plan drains other banks than the tile at work adds to.
 */
export class ExecPipeline {
  /** Cycles from the start of an EXEC to its first vector into the array, as the counter has them. */
  prologueCycles = 0;
  private readonly dynamic = generator();
  private readonly stationary = generator();
  private readonly accumulate = generator();
  private readonly weights: Transposer;
  private readonly blocks = new Transposer();
  private dynamicTaken = NEVER;
  private swapped = NEVER;
  private pushedLast = NEVER;
  private entered = NEVER;
  private ended = NEVER;
  private firstVector = NEVER;
  private infoTaken: number[] = [];
  private recent: { address: number; cycle: number }[] = [];
  private readonly rows: number;
  private readonly columns: number;
  private readonly hazard: number;
  private readonly drainDelay: number;
  private readonly single: boolean;

  constructor(
    config: Config,
    private readonly shapes: TileShapes,
    /** Takes the cycles in which blocks are read from the stationary buffer. */
    private readonly stationaryReads?: BusyCycles,
    /** Takes cycles in which vectors enter the array, both ends included; later ones later. */
    private readonly onVectors: (first: number, last: number) => void = () => undefined,
    /** Takes the cycles of a tile that is open, both ends included. */
    private readonly onTile: (first: number, last: number) => void = () => undefined,
  ) {
    this.weights = new Transposer(stationaryReads);
    const { arrayLatency, accumulatorHazard } = derive(config);
    this.rows = config.array.rows;
    this.columns = config.array.columns;
    this.hazard = accumulatorHazard;
    this.single = operandTaps(config) === 1;
    // x_end_q, the array, the ADD_STAGES + 4 cycles of the accumulator, the sequencer's count
    this.drainDelay = 1 + arrayLatency + config.addStages + 4 + 1;
  }

  /** Opens an EXEC whose waits are over in cycle `at`. */
  open(at: number, geometry: Geometry, exec: Exec): ExecTimes {
    const { walksH, walksW, taps } = this.shapes.of(geometry, exec);
    const reductions = exec.reducePixels ? 1 : exec.reductionTiles;
    this.stationaryReads?.forget(at);
    this.firstVector = Number.POSITIVE_INFINITY;
    let state = at + 1;
    for (let column = 0; column < exec.columnTiles; column++) {
      for (let reduction = 0; reduction < reductions; reduction++) {
        for (let kh = 0; kh < walksH.length; kh++) {
          const h = walksH[kh]!;
          // RANGE_H, and ADVANCE_H until the first position
          if (h.count === 0) {
            state += 1;
            continue;
          }
          state += 2 + h.first;
          for (let kw = 0; kw < walksW.length; kw++) {
            const w = walksW[kw]!;
            if (w.count === 0) {
              state += 1;
              continue;
            }
            const pushed = Math.max(state + 2 + w.first, this.room());
            state = pushed + 1;
            const tap = taps[kh * walksW.length + kw]!;
            const lanes = lanesOf(geometry, exec, column, reduction, kw);
            if (exec.reducePixels) this.pixelTap(pushed, exec, tap, lanes.row);
            else this.channelTap(pushed, geometry, exec, tap, column);
          }
        }
      }
    }
    const popped = Math.max(state, this.room());
    const end = Math.max(take(this.accumulate, popped) + 1, this.entered + 1);
    this.accumulate.finish = end;
    this.entered = end;
    this.prologueCycles += Math.max(0, Math.min(this.firstVector, end + 1) - Math.max(at, this.ended + 1));
    this.ended = end;
    this.onTile(at + 1, end);
    return { popped, done: end + this.drainDelay };
  }

  private noteVectors(first: number, last: number): void {
    this.onVectors(first + ARRAY_CYCLES, last + ARRAY_CYCLES);
  }

  /** First cycle in which there is room for a tap: two words for the sums, and for the others two or a register. */
  private room(): number {
    const { dynamic, stationary, accumulate } = this;
    const operands = this.single
      ? Math.max(dynamic.start, stationary.start)
      : 1 + Math.max(dynamic.startBefore, stationary.startBefore);
    return Math.max(operands, 1 + accumulate.startBefore);
  }

  /** A stationary block of some vectors on its way to the array. Returns when it has been loaded. */
  private loadBlock(request: number, vectors: number, byColumn: boolean): number {
    const { weights, columns } = this;
    this.stationary.finish = weights.fill(request, vectors, byColumn);
    const push = Math.max(weights.last + 2, this.swapped, this.pushedLast + 1);
    this.pushedLast = push + columns - 1;
    weights.leave(push, columns);
    return push + columns;
  }

  private channelTap(pushed: number, geometry: Geometry, exec: Exec, tap: TapCounts, column: number): void {
    const { positions } = tap;
    const loaded = this.loadBlock(
      take(this.stationary, pushed) + 1,
      exec.byColumn ? this.columns : this.rows,
      exec.byColumn,
    );
    const request = Math.max(take(this.dynamic, pushed) + 1, this.dynamicTaken - CREDITS + 2);
    const item = take(this.accumulate, pushed) + 1;
    const first = Math.max(item, request + READ_CYCLES, this.entered + 1, loaded);
    const last = this.enter(first, geometry, exec, tap, column);
    this.swapped = first;
    this.entered = last;
    this.accumulate.finish = last;
    this.dynamic.finish = Math.max(request + positions - 1, positions > CREDITS ? last - CREDITS + 1 : NEVER);
    this.dynamicTaken = last;
    this.firstVector = Math.min(this.firstVector, first);
  }

  /** Cycle of the last vector. Streams shorter than the hazard may have to wait for their own sums. */
  private enter(first: number, geometry: Geometry, exec: Exec, tap: TapCounts, column: number): number {
    const { positions } = tap;
    if (positions >= this.hazard || this.columns >= this.hazard) {
      this.recent.length = 0;
      this.noteVectors(first, first + positions - 1);
      return first + positions - 1;
    }
    const { walksH, walksW } = this.shapes.of(geometry, exec);
    const [h, w] = [walksH[tap.kh]!, walksW[tap.kw]!];
    const base = exec.pixBase + column * geometry.pixTile;
    let cycle = first - 1;
    for (let index = 0; index < positions; index++) {
      const image = Math.floor(index / (h.count * w.count));
      const row = Math.floor(index / w.count) % h.count;
      const address = (base + image * geometry.pixB + h.pixel[row]! + w.pixel[index % w.count]!) | 0;
      const clash = this.recent.find((other) => other.address === address);
      cycle = Math.max(cycle + 1, clash ? clash.cycle + this.hazard : 0);
      this.noteVectors(cycle, cycle);
      this.recent = [{ address, cycle }, ...this.recent.filter((other) => cycle - other.cycle < this.hazard - 1)];
    }
    return cycle;
  }

  private pixelTap(pushed: number, exec: Exec, tap: TapCounts, lanesLast: number): void {
    const { rows, blocks } = this;
    const tiles = exec.reductionTiles;
    let weightRequest = take(this.stationary, pushed) + 1;
    let request = take(this.dynamic, pushed) + 1;
    const item = take(this.accumulate, pushed) + 1;
    let before = NEVER;
    for (let group = 0; group < tap.groups; group++) {
      const loaded = this.loadBlock(weightRequest, rows, false);
      weightRequest = this.stationary.finish + 1;
      for (let tile = 0; tile < tiles; tile++) {
        const lanes = !exec.fused && tile < tiles - 1 ? rows : lanesLast;
        const oldInfo = this.infoTaken.length === DEPTHS.blocks ? this.infoTaken.shift()! : NEVER;
        const asked = blocks.fill(request, rows, false, oldInfo + 1);
        request = asked + 1;
        this.dynamicTaken = blocks.last;
        const ready = Math.max(item, this.entered + 1, blocks.last + 2, tile === 0 ? loaded : NEVER);
        // with one tile and few lanes the next group comes back to the same sums
        const first = tile === 0 && tiles === 1 ? Math.max(ready, before + this.hazard) : ready;
        if (tile === 0) {
          this.swapped = first;
          before = first;
        }
        this.firstVector = Math.min(this.firstVector, first);
        blocks.leave(first, lanes);
        this.entered = first + lanes - 1;
        this.noteVectors(first, this.entered);
        this.infoTaken.push(this.entered);
      }
    }
    this.dynamic.finish = request - 1;
    this.accumulate.finish = this.entered;
  }
}
