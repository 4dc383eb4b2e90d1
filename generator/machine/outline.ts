import type { Config } from '../description/config.js';
import { type Derived, derive } from '../description/derive.js';
import type { Exec, Geometry, Instruction, Load, Reorganize, Store } from '../isa/program.js';
import { copyBeats } from '../timing/beats.js';
import { noCounts } from '../units/counts.js';
import { outlineCycles } from '../units/exec/outline.js';
import { groupChunks, runBytes } from '../units/store/run.js';
import { addPost } from '../units/vector/counts.js';
import { storeChunks } from '../units/vector/shape.js';
import { type Setting, settingOf } from '../units/vector/state.js';

/** What a program is predicted to cost. Cycles of the core clock, bytes on the bus. */
export interface Cost {
  /** From START to END. */
  readonly cycles: number;
  /** From memory, the program among them. */
  readonly bytesRead: number;
  /** To memory. */
  readonly bytesWritten: number;
}

/** Thrown where a program under construction is already slower than one that is known. */
export class TooSlow extends Error {}

/** A DRAM latency that programs are outlined for, in cycles. Results never depend on it. */
const LATENCY = 110;
/** Beats of a burst that keeps the bus busy beside others. */
const BURST_BEATS = 128;
/** Cycles from one instruction of a queue to the next. */
const NEXT_CYCLES = 4;
/** A GEOMETRY waits until the EXECs before it have left the array. */
const GEOMETRY_CYCLES = 20;
/** From the array's last sum to the drain, and from the last beat to the end of a STORE. */
const DRAIN_CYCLES = 10;
const END_CYCLES = 40;

/**
 * A program in time, roughly, as it is being made: each queue by itself, an instruction after what it waits for. It is there to
 * compare candidates quickly; {@link replay} is exact.
 */
export class Outline {
  private readonly sizes: Derived;
  private geometry: Geometry | undefined;
  private setting: Setting | undefined;
  private loadEnd = 0;
  private readonly execEnds = [0];
  private readonly storeEnds = [0];
  private bytesRead = 0;
  private bytesWritten = 0;
  private busBusy = 0;

  /** @param limit cycles beyond which the program is not worth finishing: then {@link TooSlow} is thrown. */
  constructor(
    private readonly config: Config,
    private readonly limit = Number.POSITIVE_INFINITY,
  ) {
    this.sizes = derive(config);
  }

  /** Appends an instruction to its queue. */
  add(instruction: Instruction): void {
    (this.handlers[instruction.kind] as (instruction: Instruction) => void)(instruction);
  }

  /** End of the last instruction, and bytes moved. */
  cost(): Cost {
    const cycles = Math.max(this.loadEnd, this.execEnds.at(-1)!, this.storeEnds.at(-1)!, this.busBusy);
    return { cycles, bytesRead: this.bytesRead, bytesWritten: this.bytesWritten };
  }

  private readonly handlers: {
    readonly [K in Instruction['kind']]: (instruction: Extract<Instruction, { readonly kind: K }>) => void;
  } = {
    geometry: (geometry) => {
      this.geometry = geometry;
      const end = this.execEnds.at(-1)! + GEOMETRY_CYCLES;
      this.execEnds.push(end, end);
    },
    load: (load) => this.addLoad(load),
    exec: (exec) => this.addExec(exec),
    store: (store) => (store.post ? this.addPost(store) : this.addStore(store)),
    reorganize: (step) => this.addReorganize(step),
    operations: (operations) => {
      this.setting = settingOf(operations);
      this.addSetting();
    },
    operands: () => this.addSetting(),
    end: () => undefined,
  };

  private addLoad({ address, rowBytes, n1, n2, stride1, stride2, waitExec, waitStore }: Load): void {
    const { beatBytes } = this.sizes;
    const rows = n1 * n2;
    const beats = copyBeats(address, rowBytes, [n1, stride1], [n2, stride2], beatBytes);
    const bursts = rows * Math.ceil(beats / rows / BURST_BEATS);
    const cycles = Math.max(beats, (bursts * LATENCY) / this.config.axi.outstanding);
    const start = Math.max(this.loadEnd, this.execEnds[waitExec] ?? 0, this.storeEnds[waitStore] ?? 0);
    this.loadEnd = start + cycles + NEXT_CYCLES;
    this.bytesRead += beats * beatBytes;
    this.busBusy += beats;
  }

  private addExec(exec: Exec): void {
    const cycles = outlineCycles(this.config.array, this.geometry!, exec);
    const start = Math.max(this.execEnds.at(-1)!, this.loadEnd + LATENCY, this.storeEnds[exec.waitStore]!);
    this.execEnds.push(start + cycles + NEXT_CYCLES);
    if (start > this.limit) throw new TooSlow();
  }

  private addSetting(): void {
    this.storeEnds.push(this.storeEnds.at(-1)! + NEXT_CYCLES);
  }

  private addStore(store: Store): void {
    const { beatBytes, arrayLatency } = this.sizes;
    const bytes = runBytes(this.config, store);
    const { n1, n2, stride1, stride2, groups, address, waitExec } = store;
    const beats = copyBeats(address, bytes, [n1, stride1], [n2, stride2], beatBytes);
    const chunks = n1 * n2 * groups * groupChunks(this.config, store);
    const start = Math.max(this.execEnds[waitExec]! + arrayLatency + DRAIN_CYCLES, this.storeEnds.at(-1)!);
    this.storeEnds.push(start + Math.max(beats, chunks) + END_CYCLES);
    this.bytesWritten += n1 * n2 * bytes;
    this.busBusy += beats;
  }

  private addPost(store: Store): void {
    const { beatBytes, arrayLatency } = this.sizes;
    const { operations } = this.setting!;
    const counts = noCounts();
    addPost(counts, this.config, store, this.setting!);
    const bytes = counts.dramBytesWritten;
    const beats = Math.ceil(bytes / beatBytes) + store.n1 * store.n2;
    const from = store.elementwise ? this.loadEnd + LATENCY : this.execEnds[store.waitExec]! + arrayLatency;
    const start = Math.max(from + DRAIN_CYCLES, this.storeEnds.at(-1)!);
    const chunks = storeChunks(this.config, store).all;
    this.storeEnds.push(start + Math.max(beats, chunks * operations.length) + END_CYCLES);
    this.bytesWritten += bytes;
    this.busBusy += beats;
  }

  private addReorganize({ positionsH, positionsW, elements }: Reorganize): void {
    const { dataBytes, beatBytes, beatElements, reorganizeElements } = this.sizes;
    const bytes = positionsH * positionsW * elements * dataBytes;
    const beats = bytes / beatBytes;
    const start = Math.max(this.storeEnds.at(-1)!, this.loadEnd);
    this.storeEnds.push(start + beats * (beatElements / reorganizeElements) + END_CYCLES);
    this.bytesWritten += bytes;
    this.busBusy += beats;
  }
}
