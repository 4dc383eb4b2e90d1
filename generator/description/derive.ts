import { bitsFor } from '../base/bits.js';
import { formatOf, formats } from '../formats/index.js';
import type { Config } from './config.js';
import { type Widths, widthsOf } from './widths.js';

/** Sizes that follow from a {@link Config}. "Elements" are operands, "lanes" are elements of a vector. */
export interface Derived {
  /** Bits of an operand. */
  readonly dataBits: number;
  /** Bytes of an operand. */
  readonly dataBytes: number;
  /** Bytes of an AXI beat. */
  readonly beatBytes: number;
  /** Elements of an AXI beat. */
  readonly beatElements: number;
  /** Elements that the reorganize step of `traditional` writes in a cycle. */
  readonly reorganizeElements: number;
  /** Whether other parts of the pass run beside the reorganize step. */
  readonly reorganizeOverlap: boolean;
  /** Lanes that the epilogue converts in a cycle. */
  readonly epilogueLanes: number;
  /** The most of them that are of use: a power of two, which may exceed the columns. */
  readonly mostEpilogueLanes: number;
  /** Instructions that are fetched before their units take them. */
  readonly instructionSlots: number;
  /** Elements of a word of the dynamic buffer (each buffer has an even and an odd bank of words). */
  readonly dynamicWord: number;
  /** Elements of a word of the stationary buffer. */
  readonly stationaryWord: number;
  /** Lanes of a vector that is read from the dynamic buffer. */
  readonly dynamicLanes: number;
  /** Lanes of a vector that is read from the stationary buffer. */
  readonly stationaryLanes: number;
  /** Elements that the dynamic buffer holds. */
  readonly dynamicElements: number;
  /** Elements that the stationary buffer holds. */
  readonly stationaryElements: number;
  /** Bits of an element's address in the dynamic buffer. */
  readonly dynamicAddressBits: number;
  /** Bits of an element's address in the stationary buffer. */
  readonly stationaryAddressBits: number;
  /** Bits of a vector's address in the accumulator. */
  readonly accumulatorAddressBits: number;
  /**
   * Bits in which EXEC counts pixel and tile addresses, of either memory: two more than either needs, so that an address beyond the
   * accumulator is noticed.
   */
  readonly blockAddressBits: number;
  /** Bits of counters, coordinates and registers. */
  readonly widths: Widths;
  /** Parts that the accelerator has, of those that it may be without. */
  readonly parts: {
    /** The vector unit. */
    readonly vector: boolean;
  };
  /** Lanes of the vector unit, 0 without. */
  readonly vectorLanes: number;
  /** Cycles of an addition in the vector unit: in fp32, whatever the array sums in. */
  readonly vectorAddStages: number;
  /** Entries of each of its two banks of coefficients, of a word for each lane. */
  readonly coefficients: number;
  /** Banks of the accumulator, selected by the top address bits: its halves, or halves of these. */
  readonly accumulatorBanks: number;
  /** Bits of a sum that leaves the array; the accumulator widens it. */
  readonly partialBits: number;
  /** Cycles from a vector entering the array to its deskewed sums. */
  readonly arrayLatency: number;
  /** Two uses of one accumulator address must be at least this many cycles apart. */
  readonly accumulatorHazard: number;
}

/** Slots of the ring of instructions, unless fewer are asked for. */
export const MOST_SLOTS = 16;

/** Entries of a bank of coefficients, unless others are asked for. */
export const USUAL_COEFFICIENTS = 256;

/** Entries of a bank of the accumulator that may take a START after a reset so many cycles to clear. */
const MOST_CLEARED = 128;

/** Smallest power of two that is at least `value`. */
export const ceilPow2 = (value: number): number => 2 ** Math.ceil(Math.log2(value));

const known = new WeakMap<Config, Derived>();

/** Every size that follows from a valid configuration, which must not change: each is worked out once. */
export const derive = (config: Config): Derived => {
  const before = known.get(config);
  if (before) return before;
  const derived = Object.freeze(sizesOf(config));
  known.set(config, derived);
  return derived;
};

const sizesOf = (config: Config): Derived => {
  const { rows, columns } = config.array;
  // both operands have the same width in every format so far
  const { special, operands } = formatOf(config);
  const dataBits = operands.dynamic.bits;
  const dataBytes = dataBits / 8;
  const beatBytes = config.axi.dataWidth / 8;
  const beatElements = beatBytes / dataBytes;
  const dynamicLanes = Math.max(rows, beatElements);
  const stationaryLanes = Math.max(rows, columns);
  const mostEpilogueLanes = Math.min(beatElements, ceilPow2(columns));
  const vectorLanes = config.vector?.lanes ?? 0;
  const dynamicElements = config.buffers.dynamicBytes / dataBytes;
  const stationaryElements = config.buffers.stationaryBytes / dataBytes;
  return {
    dataBits,
    dataBytes,
    beatBytes,
    beatElements,
    reorganizeElements: config.reorganize?.elementsPerCycle ?? beatElements,
    reorganizeOverlap: config.reorganize?.overlap ?? true,
    epilogueLanes: config.epilogueLanes ?? mostEpilogueLanes,
    mostEpilogueLanes,
    instructionSlots: config.instructionSlots ?? MOST_SLOTS,
    dynamicWord: ceilPow2(dynamicLanes),
    stationaryWord: Math.max(ceilPow2(stationaryLanes), beatElements),
    dynamicLanes,
    stationaryLanes,
    dynamicElements,
    stationaryElements,
    dynamicAddressBits: bitsFor(dynamicElements),
    stationaryAddressBits: bitsFor(stationaryElements),
    accumulatorAddressBits: bitsFor(config.buffers.accumulatorDepth),
    blockAddressBits: Math.min(24, Math.max(bitsFor(stationaryElements), bitsFor(config.buffers.accumulatorDepth)) + 2),
    parts: Object.freeze({ vector: vectorLanes > 0 }),
    vectorLanes,
    vectorAddStages: special ? config.addStages : formats.bf16.addStages.usual,
    coefficients: vectorLanes > 0 ? (config.vector?.coefficients ?? USUAL_COEFFICIENTS) : 0,
    widths: widthsOf(config, {
      ...{ dynamic: dynamicElements, stationary: stationaryElements },
      accumulator: config.buffers.accumulatorDepth,
    }),
    accumulatorBanks: config.buffers.accumulatorDepth > 2 * MOST_CLEARED ? 4 : 2,
    partialBits: formatOf(config).partialBits(rows),
    arrayLatency: rows * config.addStages + columns,
    accumulatorHazard: config.addStages + 2,
  };
};

/** Bytes of both buffers and the accumulator. */
export const onChipBytes = ({ array, buffers }: Pick<Config, 'array' | 'buffers'>): number =>
  buffers.dynamicBytes + buffers.stationaryBytes + buffers.accumulatorDepth * array.columns * 4;
