import type { Format } from '../formats/index.js';

export type { Format } from '../formats/index.js';

/** Address-generation engines: how the (pixel, tap) pairs of a convolution are enumerated. */
export type Engine = 'traditional' | 'bp' | 'zerofree';

/** All engines, in the order of what they spare. */
export const ENGINES: readonly Engine[] = Object.freeze(['traditional', 'bp', 'zerofree'] as const);

/**
 * Performance counters that are built. `basic`: cycles, arrayBusy, usefulMacs, and the bytes read from and written to memory.
 * The table in `generator/isa/registers.ts` says which each has.
 */
export type CounterSet = 'all' | 'basic' | 'none';

/** All sets of counters. */
export const COUNTER_SETS: readonly CounterSet[] = Object.freeze(['all', 'basic', 'none'] as const);

/**
 * Greatest values that the hardware is built for, each one less than a power of two: widths follow. What is beyond is refused, by the compiler and by
 * the decoder. What is left out is as the instruction set has it.
 */
export interface Limits {
  /** Rows and columns of a map; with fused lanes (few channels), elements of a row. */
  readonly map?: number;
  /** Channels. */
  readonly channels?: number;
  /** Taps of the kernel along an axis. */
  readonly kernel?: number;
  /** Stride, with fused lanes times the channels. */
  readonly stride?: number;
  /** Dilation. */
  readonly dilation?: number;
  /** Rows of a transfer, in each of a LOAD's two loops. */
  readonly rows?: number;
  /** Instructions of a program, of 64 bytes. */
  readonly instructions?: number;
}

/** The three passes of training one convolution. */
export type Pass = 'fprop' | 'dgrad' | 'wgrad';

/** All passes, in the order of training. */
export const PASSES: readonly Pass[] = Object.freeze(['fprop', 'dgrad', 'wgrad'] as const);

/** One accelerator. Every derived size is in {@link derive}. */
export interface Config {
  /** Of the accelerator, and of its output folder. */
  readonly name: string;
  /** Processing elements, 1…128 a side. */
  readonly array: {
    /** Reduction lanes. */
    readonly rows: number;
    /** Output lanes. */
    readonly columns: number;
  };
  /** Number format of operands and sums. */
  readonly format: Format;
  /** Cycles of one addition into a partial sum, which is also the hop from row to row. int8: 1, bf16: 1…4. */
  readonly addStages: number;
  /** Memories on the chip, powers of two. */
  readonly buffers: {
    /** Bytes of the buffer of the operand that streams through the array. */
    readonly dynamicBytes: number;
    /** Bytes of the buffer of the operand that stays in the array. */
    readonly stationaryBytes: number;
    /** Vectors of `columns` 32-bit sums. */
    readonly accumulatorDepth: number;
  };
  /** AXI4 master. */
  readonly axi: {
    /** Bits of a beat. */
    readonly dataWidth: number;
    /** Bits of an address, 20 to 64. */
    readonly addressWidth: number;
    /** Bursts in flight. */
    readonly outstanding: number;
  };
  /** Those that are built, one at least; each run chooses one of them. */
  readonly engines: readonly Engine[];
  /** The step with which `traditional` writes its zero-inserted tensor. When left out: as good as the bus allows. */
  readonly reorganize?: {
    /** Elements written in a cycle: a power of two up to those of a beat. When left out: a beat. */
    readonly elementsPerCycle?: number;
    /** False: nothing else of the pass runs until the tensor is written. When left out: true. */
    readonly overlap?: boolean;
  };
  /**
   * Lanes of a vector that a STORE converts to the operand format in a cycle: a power of two. When left out: as many as a beat holds, or
   * all; more would not be faster.
   */
  readonly epilogueLanes?: number;
  /** The vector unit, with which STOREs do more than store, and the base registers. When left out, or of no lanes: neither is built. */
  readonly vector?: {
    /** Lanes of fp32: 0 or a power of two. */
    readonly lanes: number;
    /** Entries, of a value for each lane, of each of two banks of coefficients: a power of two. When left out: 256. */
    readonly coefficients?: number;
  };
  /** Instructions that are fetched before their units take them: 8, or when left out 16. */
  readonly instructionSlots?: number;
  /** When left out: all that the instruction set holds. */
  readonly limits?: Limits;
  /** Performance counters that are built. */
  readonly counters: CounterSet;
  /** Prefix of every Verilog module name. */
  readonly prefix: string;
}
