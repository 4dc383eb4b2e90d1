import type { Config } from '../description/config.js';
import { type Derived, derive } from '../description/derive.js';
import { limitOf } from '../description/widths.js';
import type { Exec, Geometry, Instruction, Load, Operands, Operations, Reorganize, Store } from '../isa/program.js';
import { type Cost, Outline } from '../machine/outline.js';
import { Ring } from './ring.js';

/** One dimension of a copy: how many, and the step in DRAM (elements) and in the buffer (elements). */
export interface CopyDimension {
  readonly count: number;
  readonly dram: number;
  readonly buffer: number;
}

/**
 * Sums over pixels in memory, fp32: of each region of channels its first sums and then its second ones, each [rows][channels]. The sum of
 * the rows is meant.
 */
export interface KeptSums {
  readonly regions: number;
  /** Of a region. */
  readonly channels: number;
  readonly rows: number;
  /** Values from one row to the next: those of whole chunks. */
  readonly rowValues: number;
}

/** Room in the accumulator: the base vector, and the STOREs that must have drained what was there. */
export interface Accumulator {
  readonly base: number;
  readonly waitStore: number;
  readonly halves: readonly number[];
}

/** Longest program, 64 MiB: five of them are held at a time. */
export const MAX_INSTRUCTIONS = 2 ** 20;

/** Longest program of an accelerator. */
export const mostInstructions = (config: Config): number => Math.min(MAX_INSTRUCTIONS, limitOf(config, 'instructions'));

/** Thrown where a plan under construction has more instructions than that. */
export class TooLong extends Error {}

const MAX_ROW_BYTES = 2 ** 23;

/** Part of the stationary buffer that is kept for what STOREs read: two tiles of sums, in the usual proportions. */
const SIDE_PART = 1 / 4;

/** Elements of a buffer. */
export interface Room {
  readonly first: number;
  readonly elements: number;
}

/** The part of the stationary buffer that passes leave to what STOREs read besides. */
export const sideRoom = ({ stationaryElements }: Derived): Room => ({
  first: stationaryElements * (1 - SIDE_PART),
  elements: stationaryElements * SIDE_PART,
});

/** EXECs that go ahead of a STORE: about as many as their queue holds. */
const STORE_DELAY = 2;

/**
 * Builds a program: numbers the instructions of each queue, and works out what each waits for.
 */
export class Builder {
  readonly derived: Derived;
  readonly dynamic: Ring;
  readonly stationary: Ring;
  /** For what STOREs read: a part of the stationary buffer, or nothing of it. */
  readonly side: Ring;
  /** Elements of the stationary buffer that operands may take. */
  readonly stationaryRoom: number;
  private readonly emitted: Instruction[] = [];
  /** Instructions of the STORE queue that have their numbers but not yet their place, and the EXECs that come before them. */
  private late: { readonly store: Store | Operations | Operands; readonly number: number; readonly after: number }[] =
    [];
  private tiles = 0;
  private loads = 0;
  private execs = 0;
  private stores = 0;
  private geometry: Geometry | undefined;
  private half = 0;
  /** STOREs that every LOAD waits for. */
  private barrier = 0;
  private readonly halfStores = [0, 0];
  /** How sums over pixels lie that the STOREs kept and wrote, where they did. */
  keptSums?: KeptSums;
  private readonly outline: Outline;

  /**
   * @param limit predicted cycles beyond which the plan is not worth finishing: then {@link TooSlow} is thrown.
   * @param besides whether STOREs read streams of the stationary buffer besides.
   * @param most instructions that the program may have: beyond them {@link TooLong} is thrown.
   */
  constructor(
    readonly config: Config,
    limit = Number.POSITIVE_INFINITY,
    besides = false,
    readonly most = mostInstructions(config),
  ) {
    this.derived = derive(config);
    this.outline = new Outline(config, limit);
    this.dynamic = new Ring(this.derived.dynamicElements, this.derived.beatElements);
    const { stationaryElements, beatElements } = this.derived;
    const side = sideRoom(this.derived);
    // what STOREs read has a part of its own, so that it drives no weights out
    this.stationaryRoom = besides ? side.first : stationaryElements;
    this.stationary = new Ring(this.stationaryRoom, beatElements, besides ? { first: 0 } : undefined);
    this.side = new Ring(side.elements, beatElements, { first: side.first });
  }

  private emit(instruction: Instruction): void {
    if (this.emitted.length >= this.most) throw new TooLong();
    this.emitted.push(instruction);
  }

  /** The program so far. */
  get instructions(): readonly Instruction[] {
    this.place(Number.POSITIVE_INFINITY);
    return this.emitted;
  }

  /** Predicted end of the last instruction, and bytes moved. */
  cost(): Cost {
    return this.outline.cost();
  }

  get storeCount(): number {
    return this.stores;
  }

  get loadCount(): number {
    return this.loads;
  }

  /** Number that the next EXEC-queue instruction will have (counted from 1) after its geometry, if that is new. */
  setGeometry(geometry: Geometry): void {
    const present = this.geometry;
    if (present && Object.entries(geometry).every(([key, value]) => present[key as keyof Geometry] === value)) return;
    this.geometry = geometry;
    this.emit(geometry);
    this.outline.add(geometry);
    this.execs += 2;
  }

  /** Copies `row` contiguous elements times the given dimensions, innermost first, merging what lies contiguous. */
  load(options: {
    readonly stationary: boolean;
    readonly reorganize?: boolean;
    readonly address: number;
    readonly bufElement: number;
    readonly row: number;
    readonly dimensions: readonly CopyDimension[];
    readonly waitExec: number;
    readonly waitStore?: number;
  }): void {
    const { dataBytes } = this.derived;
    let row = options.row;
    const outer: CopyDimension[] = [];
    for (const dimension of options.dimensions.filter(({ count }) => count > 1)) {
      const previous = outer.at(-1);
      if (
        !previous &&
        dimension.dram === row &&
        dimension.buffer === row &&
        row * dimension.count * dataBytes <= MAX_ROW_BYTES
      ) {
        row *= dimension.count;
      } else if (
        previous &&
        dimension.dram === previous.dram * previous.count &&
        dimension.buffer === previous.buffer * previous.count &&
        previous.count * dimension.count < 65536
      ) {
        outer[outer.length - 1] = { ...previous, count: previous.count * dimension.count };
      } else outer.push(dimension);
    }
    const waitStore = Math.max(options.waitStore ?? 0, this.barrier);
    this.placeUpTo(waitStore);
    const [d1 = { count: 1, dram: 0, buffer: 0 }, d2 = { count: 1, dram: 0, buffer: 0 }, ...rest] = outer;
    const each = (index: number, dram: number, buffer: number): void => {
      if (index === rest.length) {
        const instruction: Load = {
          kind: 'load',
          waitExec: options.waitExec,
          waitStore,
          stationary: options.stationary,
          reorganize: options.reorganize ?? false,
          address: options.address + dram * dataBytes,
          bufElement:
            (options.bufElement + buffer) %
            (options.stationary ? this.derived.stationaryElements : this.derived.dynamicElements),
          rowBytes: row * dataBytes,
          n1: d1.count,
          n2: d2.count,
          stride1: d1.dram * dataBytes,
          stride2: d2.dram * dataBytes,
          bufStride1: d1.buffer,
          bufStride2: d2.buffer,
        };
        this.emit(instruction);
        this.outline.add(instruction);
        this.loads += 1;
        return;
      }
      const dimension = rest[index]!;
      for (let i = 0; i < dimension.count; i++)
        each(index + 1, dram + i * dimension.dram, buffer + i * dimension.buffer);
    };
    each(0, 0, 0);
  }

  /** Room for a tile of sums; two parts take a half each, so that one is drained while the other one fills. */
  accumulator(vectors: number, parts: number): readonly Accumulator[] {
    if (parts === 2) return [this.takeHalf(0), this.takeHalf(1)];
    if (vectors > this.config.buffers.accumulatorDepth / 2) {
      return [{ base: 0, waitStore: Math.max(...this.halfStores), halves: [0, 1] }];
    }
    return [this.takeHalf(1 - this.half)];
  }

  private takeHalf(half: number): Accumulator {
    this.half = half;
    const base = (half * this.config.buffers.accumulatorDepth) / 2;
    return { base, waitStore: this.halfStores[half]!, halves: [half] };
  }

  /** Appends an EXEC that waits for all loads so far. Returns its number in the EXEC queue, counted from 1. */
  exec(instruction: Omit<Exec, 'kind' | 'waitLoad'>): number {
    this.placeUpTo(instruction.waitStore);
    // addresses of pixels far outside the image wrap, as in the hardware
    const [dynBase, pixBase] = [instruction.dynBase | 0, instruction.pixBase | 0];
    const exec: Exec = { kind: 'exec', waitLoad: this.loads, ...instruction, dynBase, pixBase };
    this.emit(exec);
    this.execs += 1;
    this.tiles += 1;
    this.place(this.tiles);
    this.dynamic.used(this.execs);
    this.stationary.used(this.execs);
    this.outline.add(exec);
    return this.execs;
  }

  get execCount(): number {
    return this.execs;
  }

  /** Gives all their place before one of them is waited for. */
  private placeUpTo(store: number): void {
    if (this.late.some(({ number }) => number <= store)) this.place(Number.POSITIVE_INFINITY);
  }

  /** Appends the STOREs whose place has come. */
  private place(tiles: number): void {
    while (this.late.length > 0 && this.late[0]!.after <= tiles) this.emit(this.late.shift()!.store);
  }

  /**
   * Adds a STORE that waits for an EXEC and those before it: by default all so far. It takes its place behind the next tile's first LOADs and EXECs, which it
   * would keep from their queues otherwise.
   */
  store(
    instruction: Omit<Store, 'kind' | 'waitExec' | 'waitLoad'>,
    halves: readonly number[],
    waitExec = this.execs,
    waitLoad = 0,
  ): void {
    const store: Store = { kind: 'store', waitExec, waitLoad, ...instruction };
    this.append(store);
    for (const half of halves) this.halfStores[half] = this.stores;
  }

  /** Adds what the STOREs that follow go by. */
  post(instruction: Operations | Operands): void {
    this.append(instruction);
  }

  private append(instruction: Store | Operations | Operands): void {
    this.stores += 1;
    this.late.push({ store: instruction, number: this.stores, after: this.tiles + STORE_DELAY });
    this.outline.add(instruction);
  }

  /** Every LOAD from here on, and so every EXEC, waits for all STOREs so far. */
  waitForStores(): void {
    this.barrier = this.stores;
  }

  /** Appends a REORGANIZE that waits for all loads so far. Returns its number in the STORE queue. */
  reorganize(instruction: Omit<Reorganize, 'kind' | 'waitExec' | 'waitLoad'>): number {
    const step: Reorganize = { kind: 'reorganize', waitExec: 0, waitLoad: this.loads, ...instruction };
    this.emit(step);
    this.outline.add(step);
    this.stores += 1;
    this.halfStores[0] = this.stores;
    this.halfStores[1] = this.stores;
    return this.stores;
  }
}
