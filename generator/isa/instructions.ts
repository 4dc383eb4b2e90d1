/**
 * What each instruction says, as types. Where its fields lie: {@link INSTRUCTION_SET}. What they do: `generator/machine/executor.ts`.
 * Names ending in H and W are the vertical and horizontal halves of a pair.
 */
import type { WaitsOf } from './queues.js';

/** Loop-independent strides and bounds of the EXECs that follow. Encodes to two instructions. */
export interface Geometry {
  readonly kind: 'geometry';
  /** A position is inside the tensor when 0 ≤ x < bound. */
  readonly boundH: number;
  readonly boundW: number;
  /** Change of x from tap to tap, and from position to position. */
  readonly xTapH: number;
  readonly xTapW: number;
  readonly xStepH: number;
  readonly xStepW: number;
  /** Positions lie on the grid when their phase, counted modulo phaseMod, is 0; a tap lowers it by phaseTap. */
  readonly phaseModH: number;
  readonly phaseModW: number;
  readonly phaseTapH: number;
  readonly phaseTapW: number;
  /** Element address steps in the dynamic buffer, modulo 2^32. */
  readonly dynB: number;
  readonly dynTile: number;
  readonly dynPosH: number;
  readonly dynWrapH: number;
  readonly dynTapH: number;
  readonly dynBorrowH: number;
  readonly dynPosW: number;
  readonly dynWrapW: number;
  readonly dynTapW: number;
  readonly dynBorrowW: number;
  /** Steps of the pixel address: accumulator vectors, or stationary elements when pixels are reduced. */
  readonly pixB: number;
  readonly pixTile: number;
  readonly pixPosH: number;
  readonly pixWrapH: number;
  readonly pixTapH: number;
  readonly pixPosW: number;
  readonly pixWrapW: number;
  readonly pixTapW: number;
  /** Steps of the tile address: stationary elements, or accumulator vectors when pixels are reduced. */
  readonly tileTapH: number;
  readonly tileTapW: number;
  readonly tileReduction: number;
  readonly tileColumn: number;
  readonly tileInner: number;
  /**
   * Groups side by side, 0 without: input channels of a group, which are the vectors of a stationary block (of X in wgrad), and output
   * channels, which are its lanes. Vectors of group b meet lanes b·groupLanes … (b+1)·groupLanes−1 and no other.
   */
  readonly groupVectors: number;
  readonly groupLanes: number;
  /** Lanes of channel tiles but the last. */
  readonly rowLanes: number;
  readonly columnLanes: number;
}

/** What an address of memory counts from: 0, absent too, nothing; 1 to 3, a base register. Of accelerators with a vector unit. */
interface Based {
  readonly base?: number;
}

/** Three-dimensional strided copy from DRAM into a buffer. */
export interface Load extends WaitsOf<'load'>, Based {
  readonly kind: 'load';
  /** Destination: the stationary buffer, else the dynamic one. */
  readonly stationary: boolean;
  /** Part of the reorganize step (for the counters only). */
  readonly reorganize: boolean;
  /** Byte address. */
  readonly address: number;
  readonly bufElement: number;
  readonly rowBytes: number;
  readonly n1: number;
  readonly n2: number;
  /** Bytes in DRAM. */
  readonly stride1: number;
  readonly stride2: number;
  /** Elements in the buffer. */
  readonly bufStride1: number;
  readonly bufStride2: number;
}

/** One tile: taps, channel tiles and pixels are enumerated by the hardware. */
export interface Exec extends WaitsOf<'exec'> {
  readonly kind: 'exec';
  /** Sum over pixels (wgrad), else over channels. */
  readonly reducePixels: boolean;
  /** The stationary block arrives column by column (dgrad). */
  readonly byColumn: boolean;
  /** Enumerate only the rectangle of valid positions of each tap (zerofree). */
  readonly rect: boolean;
  /** A tap along w is a run of lanes over (kw, channel): coordinates along w count elements, lanes are checked one by one. */
  readonly fused: boolean;
  /**
   * An entry keeps the greater of what it holds and the data, of which it takes the upper 16 bits, and below them the number of the tap, kh · 256 + kw:
   * the first of equal ones, and a NaN before numbers. One that holds nothing takes the data. Absent: it sums. Only with a vector unit, with `rect`,
   * neither over pixels nor fused.
   */
  readonly maximum?: boolean;
  readonly nb: number;
  readonly columnTiles: number;
  readonly positionsH: number;
  readonly positionsW: number;
  readonly reductionTiles: number;
  readonly rowLanesLast: number;
  readonly columnLanesLast: number;
  readonly dynBase: number;
  readonly pixBase: number;
  readonly tileBase: number;
  readonly xH: number;
  readonly xW: number;
  readonly lastH: number;
  readonly lastW: number;
  readonly phaseH: number;
  readonly phaseW: number;
  readonly lastPhaseH: number;
  readonly lastPhaseW: number;
  readonly tapsH: number;
  readonly tapsW: number;
  /** `fused` only: element coordinate along w of the first lane, at the first position of the first tap. */
  readonly edgeW: number;
}

/** Drains accumulator vectors into DRAM runs. */
export interface Store extends WaitsOf<'store'>, Based {
  readonly kind: 'store';
  /** Round to the operand format, else write 32-bit sums. */
  readonly narrow: boolean;
  /** int8 only: the sum is divided by 2^shift. */
  readonly shift: number;
  readonly address: number;
  readonly accBase: number;
  readonly groups: number;
  readonly vectorsPerGroup: number;
  readonly n1: number;
  readonly n2: number;
  /** Bytes in DRAM. */
  readonly stride1: number;
  readonly stride2: number;
  /** Vectors in the accumulator. */
  readonly accStride1: number;
  readonly accStride2: number;
  readonly accGroupStride: number;
  /** Lanes of the last vector of a group; the others have all. */
  readonly lastLanes: number;
  /** Every vector goes through the vector unit's operations. Absent: no. */
  readonly post?: boolean;
  /** With `post`: nothing is drained, vectors are only counted, and their sums read as 0. Absent: no. */
  readonly elementwise?: boolean;
}

/** The vector unit's operations and constants for the STOREs that follow. Operations are words: `isa/vectorOperation.ts`. */
export interface Operations extends WaitsOf<'store'> {
  readonly kind: 'operations';
  /** How many operations there are, 1 to 8; words beyond are 0. */
  readonly count: number;
  readonly operation0: number;
  readonly operation1: number;
  readonly operation2: number;
  readonly operation3: number;
  readonly operation4: number;
  readonly operation5: number;
  readonly operation6: number;
  readonly operation7: number;
  /** fp32, as bits. */
  readonly constant0: number;
  readonly constant1: number;
  readonly constant2: number;
  readonly constant3: number;
}

/** Where the operands of the vector unit's operations lie, for the STOREs that follow. */
export interface Operands extends WaitsOf<'store'> {
  readonly kind: 'operands';
  /** Bit n: stream n is fp32, else operands. Streams are those of the dynamic buffer, 0 and 1, and of the stationary one, 2 and 3. */
  readonly wide: number;
  /** Element addresses in the buffers. */
  readonly dynamic0: number;
  readonly dynamic1: number;
  readonly stationary0: number;
  readonly stationary1: number;
  /** Entry of both coefficient banks for the first chunk of a group; first entry of the sums, in bank 1. */
  readonly coefficientBase: number;
  readonly sumBase: number;
  /** Chunks after which sums repeat, {@link LEAST_PERIOD} or more: chunk n of a STORE adds to entry n mod period. */
  readonly period: number;
  /** Where the second and third output begin: bytes from the STORE's address. */
  readonly offset1: number;
  readonly offset2: number;
}

/** Writes a zero-inserted slab of the tensor in the dynamic buffer to DRAM. */
export interface Reorganize extends WaitsOf<'store'>, Based {
  readonly kind: 'reorganize';
  readonly address: number;
  /** Element address of the source pixel floor(x / stride) of the first position. */
  readonly bufElement: number;
  readonly elements: number;
  readonly positionsH: number;
  readonly positionsW: number;
  readonly xH: number;
  readonly xW: number;
  readonly boundH: number;
  readonly boundW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly phaseH: number;
  readonly phaseW: number;
  /** Elements from source row to source row, from source pixel to source pixel. */
  readonly bufStepH: number;
  readonly bufStepW: number;
  /** Bytes from output row to output row. */
  readonly rowStride: number;
}

export interface End {
  readonly kind: 'end';
}

export type Instruction = Geometry | Load | Exec | Store | Reorganize | Operations | Operands | End;
