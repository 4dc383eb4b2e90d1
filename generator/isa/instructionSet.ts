/**
 * The instruction set as one table: opcodes, queues, and the place of every field. Made from it: the codec ({@link encode}), the fields and
 * checks of the Verilog (`generator/emit/views/isa.ts`), the header for C, and the tables in `generator/README.md`.
 */

import type { Widths } from '../description/widths.js';
import type { Exec, Geometry, Instruction, Load, Operands, Operations, Reorganize, Store } from './instructions.js';
import { QUEUES, type Queue, type WaitsOf, waitField } from './queues.js';

export const WORDS_PER_INSTRUCTION = 16;
export const BYTES_PER_INSTRUCTION = 64;

/** Bits of the opcode, the lowest of w0. */
export const OPCODE_BITS = 8;

/**
 * A GEOMETRY is two instructions. Bit {@link GEOMETRY_SECOND} of w0 tells them apart; each holds this many of its words, from the
 * first one given.
 */
export const GEOMETRY_HALF = 14;
export const GEOMETRY_FIRST = 2;
export const GEOMETRY_SECOND = 8;

const SHIFT_BITS = 5;
/** Greatest shift of a STORE. */
export const MOST_SHIFT = 2 ** SHIFT_BITS - 1;

/**
 * How a field is read. `count`: unsigned, at least 1. `offset`: an address modulo 2^32, read back as unsigned.
 * `step`: a difference modulo 2^32, read back as signed. `address`: 64 bits, of which 53 can be used.
 */
export type Reading = 'flag' | 'unsigned' | 'count' | 'signed' | 'offset' | 'step' | 'address';

/** Place of one field: first word, lowest bit, width. `holds`: what it is, for the tables. */
export interface Field {
  readonly name: string;
  readonly word: number;
  readonly low: number;
  readonly bits: number;
  readonly reading: Reading;
  readonly holds: string;
  /** What is counted: an accelerator may hold fewer bits of it. */
  readonly width?: keyof Widths;
  /** The part of an accelerator without which it must be 0. */
  readonly needs?: Part;
}

/** A part that an accelerator may be built without. */
export type Part = 'vector';

type Place = Omit<Field, 'name'>;
type Names<T> = Exclude<keyof T, 'kind'> & string;
type Layout<T> = Readonly<Record<Names<Required<T>>, Place>>;

const part =
  (reading: Reading) =>
  (word: number, low: number, bits: number, holds: string, width?: keyof Widths): Place => ({
    ...{ word, low, bits, reading, holds },
    ...(width === undefined ? {} : { width }),
  });
const unsigned = part('unsigned');
const count = part('count');
const signed = part('signed');
const flag = (low: number, holds: string) => part('flag')(0, low, 1, holds);
/** A field that only accelerators with a vector unit have; absent, it is 0. */
const ofVector = (place: Place): Place => ({ ...place, needs: 'vector' });
const offset = (word: number, holds: string) => part('offset')(word, 0, 32, holds);
const step = (word: number, holds: string) => part('step')(word, 0, 32, holds);
const address = (word: number) => part('address')(word, 0, 64, 'DRAM address, bytes');

/** w1 and w2: the counts that an instruction of a queue waits for. */
const waits = <Q extends Queue>(queue: Q): Layout<WaitsOf<Q>> =>
  Object.fromEntries(
    QUEUES[queue].waits.map((other, i) => [
      waitField(other),
      unsigned(1 + i, 0, 32, `waits for so many of ${other.toUpperCase()}`, 'instructions'),
    ]),
  ) as unknown as Layout<WaitsOf<Q>>;

const geometryLayout: Layout<Geometry> = {
  boundH: unsigned(0, 0, 16, 'bound h: a position is inside when 0 ≤ x < bound', 'map'),
  boundW: unsigned(0, 16, 16, 'bound w', 'map'),
  xTapH: signed(1, 0, 16, 'change of x at each tap, h', 'dilation'),
  xTapW: signed(1, 16, 16, 'w', 'dilation'),
  xStepH: unsigned(2, 0, 8, 'change of x at each position, h', 'stride'),
  xStepW: unsigned(2, 8, 8, 'w', 'stride'),
  phaseModH: count(2, 16, 8, 'phases of the grid, h', 'stride'),
  phaseModW: count(2, 24, 8, 'w', 'stride'),
  phaseTapH: unsigned(3, 0, 8, 'fall of the phase at each tap, h', 'stride'),
  phaseTapW: unsigned(3, 8, 8, 'w', 'stride'),
  dynB: step(4, 'dynamic address: step of an image'),
  dynTile: step(5, 'of a channel tile'),
  dynPosH: step(6, 'of a position, h'),
  dynWrapH: step(7, 'of a position where the phase wraps, h'),
  dynTapH: step(8, 'of a tap, h'),
  dynBorrowH: step(9, 'more of a tap where the phase borrows, h'),
  dynPosW: step(10, 'of a position, w'),
  dynWrapW: step(11, 'of a position where the phase wraps, w'),
  dynTapW: step(12, 'of a tap, w'),
  dynBorrowW: step(13, 'more of a tap where the phase borrows, w'),
  pixB: step(14, 'pixel address: step of an image'),
  pixTile: step(15, 'of a column tile'),
  pixPosH: step(16, 'of a position, h'),
  pixWrapH: step(17, 'of a position where the phase wraps, h'),
  pixTapH: step(18, 'of a tap, h'),
  pixPosW: step(19, 'of a position, w'),
  pixWrapW: step(20, 'of a position where the phase wraps, w'),
  pixTapW: step(21, 'of a tap, w'),
  tileTapH: step(22, 'tile address: step of a tap, h'),
  tileTapW: step(23, 'of a tap, w'),
  tileReduction: step(24, 'of a reduction tile'),
  tileColumn: step(25, 'of a column tile'),
  tileInner: step(26, 'of a vector of a block'),
  groupVectors: unsigned(27, 0, 8, 'groups side by side: vectors of a group; 0 without'),
  groupLanes: unsigned(27, 8, 8, 'its lanes; 0 without'),
  rowLanes: count(27, 16, 8, 'row lanes of a channel tile that is not the last'),
  columnLanes: count(27, 24, 8, 'column lanes of a column tile that is not the last'),
};

const base = ofVector(unsigned(0, 22, 2, 'base register, 1 to 3, that is added to the address; 0: none'));

const loadLayout: Layout<Load> = {
  base,
  stationary: flag(8, '0 dynamic, 1 stationary'),
  reorganize: flag(9, 'part of the reorganize step, for the counters'),
  ...waits('load'),
  address: address(3),
  bufElement: offset(5, 'buffer element'),
  rowBytes: count(6, 0, 24, 'bytes of a row'),
  n1: count(7, 0, 16, 'n1', 'rows'),
  n2: count(7, 16, 16, 'n2', 'rows'),
  stride1: step(8, 'DRAM step of n1, bytes'),
  stride2: step(9, 'DRAM step of n2, bytes'),
  bufStride1: step(10, 'buffer step of n1, elements'),
  bufStride2: step(11, 'buffer step of n2, elements'),
};

const execLayout: Layout<Exec> = {
  reducePixels: flag(8, 'sum over pixels (wgrad)'),
  byColumn: flag(9, 'block arrives by columns (dgrad)'),
  rect: flag(10, 'only the rectangle of valid positions (`zerofree`)'),
  fused: flag(11, 'fused'),
  maximum: ofVector(
    flag(12, 'the greatest in place of the sum, and the number of its tap; needs `rect`, not over pixels, not fused'),
  ),
  ...waits('exec'),
  nb: count(3, 0, 16, 'images', 'images'),
  columnTiles: count(3, 16, 16, 'column tiles', 'columnTiles'),
  positionsH: count(4, 0, 16, 'positions h', 'map'),
  positionsW: count(4, 16, 16, 'positions w', 'map'),
  reductionTiles: count(5, 0, 16, 'reduction tiles', 'reductionTiles'),
  rowLanesLast: count(5, 16, 8, 'row lanes of the last'),
  columnLanesLast: count(5, 24, 8, 'column lanes of the last column tile'),
  dynBase: offset(6, 'first dynamic address'),
  pixBase: offset(7, 'first pixel address'),
  tileBase: offset(8, 'first tile address'),
  xH: signed(9, 0, 16, 'x of the first position, h', 'coordinate'),
  xW: signed(9, 16, 16, 'w', 'coordinate'),
  lastH: signed(10, 0, 16, 'rectangle only: last valid position, h', 'coordinate'),
  lastW: signed(10, 16, 16, 'w', 'coordinate'),
  phaseH: unsigned(11, 0, 8, 'phase h', 'stride'),
  phaseW: unsigned(11, 8, 8, 'phase w', 'stride'),
  lastPhaseH: unsigned(11, 16, 8, 'phase of the last h', 'stride'),
  lastPhaseW: unsigned(11, 24, 8, 'of the last w', 'stride'),
  tapsH: count(12, 0, 8, 'taps h', 'kernel'),
  tapsW: count(12, 8, 8, 'taps w', 'kernel'),
  edgeW: signed(13, 0, 18, 'fused: element coordinate of the first lane at the first tap and position', 'x'),
};

const storeLayout: Layout<Store> = {
  base,
  post: ofVector(flag(9, 'through the operations of the vector unit')),
  elementwise: ofVector(flag(10, 'with that: nothing is drained, sums are 0')),
  narrow: flag(8, 'operand format, else 32-bit sums'),
  shift: unsigned(0, 16, SHIFT_BITS, 'shift, int8: [`epilogue`](#epilogue-sums-to-the-bytes-of-a-chunk-stream)'),
  ...waits('store'),
  address: address(3),
  accBase: offset(5, 'first accumulator vector'),
  groups: count(6, 0, 16, 'groups', 'drained'),
  vectorsPerGroup: count(6, 16, 16, 'vectors of a group', 'drained'),
  n1: count(7, 0, 16, 'n1', 'drained'),
  n2: count(7, 16, 16, 'n2', 'drained'),
  stride1: step(8, 'DRAM step of n1, bytes'),
  stride2: step(9, 'DRAM step of n2, bytes'),
  accStride1: step(10, 'accumulator step of n1, vectors'),
  accStride2: step(11, 'accumulator step of n2, vectors'),
  lastLanes: count(12, 0, 8, "lanes of a group's last vector"),
  accGroupStride: step(13, 'accumulator step of a group, vectors'),
};

/** Operations of the vector unit, at most. */
export const MOST_OPERATIONS = 8;
/** Chunks of a batch of the vector unit, which one operation goes over after the other; and the least period of its sums. */
export const BATCH_CHUNKS = 16;
export const LEAST_PERIOD = BATCH_CHUNKS;

const operation = (n: number): Place => offset(3 + n, `operation ${n}`);
const constant = (n: number): Place => offset(11 + n, `constant ${n}, fp32`);

const operationsLayout: Layout<Operations> = {
  ...waits('store'),
  count: count(0, 8, 4, 'operations, 1 to 8'),
  ...{ operation0: operation(0), operation1: operation(1), operation2: operation(2), operation3: operation(3) },
  ...{ operation4: operation(4), operation5: operation(5), operation6: operation(6), operation7: operation(7) },
  ...{ constant0: constant(0), constant1: constant(1), constant2: constant(2), constant3: constant(3) },
};

const operandsLayout: Layout<Operands> = {
  ...waits('store'),
  wide: unsigned(0, 8, 4, 'bit n: stream n is fp32'),
  dynamic0: offset(3, 'dynamic buffer: element of stream 0'),
  dynamic1: offset(4, 'of stream 1'),
  stationary0: offset(5, 'stationary buffer: element of stream 2'),
  stationary1: offset(6, 'of stream 3'),
  coefficientBase: unsigned(7, 0, 16, 'first entry of the coefficients'),
  sumBase: unsigned(7, 16, 16, 'of the sums'),
  period: count(8, 0, 16, 'chunks after which sums repeat, 16 or more'),
  offset1: step(9, 'bytes from the address to the second output'),
  offset2: step(10, 'to the third'),
};

const reorganizeLayout: Layout<Reorganize> = {
  base,
  ...waits('store'),
  address: address(3),
  bufElement: offset(5, "buffer element of the first position's source pixel"),
  elements: count(6, 0, 24, 'elements of a position', 'pixel'),
  // the runs lie as those of a STORE: n1, stride1
  positionsH: count(7, 0, 16, 'positions h', 'map'),
  positionsW: count(7, 16, 16, 'positions w', 'map'),
  rowStride: step(8, 'bytes from output row to output row'),
  boundW: unsigned(9, 0, 16, 'bound w', 'map'),
  boundH: unsigned(9, 16, 16, 'bound h', 'map'),
  strideW: count(10, 0, 8, 'stride w', 'stride'),
  strideH: count(10, 8, 8, 'stride h', 'stride'),
  phaseW: unsigned(10, 16, 8, 'phase w', 'stride'),
  phaseH: unsigned(10, 24, 8, 'phase h', 'stride'),
  bufStepW: step(11, 'elements from source pixel to source pixel'),
  bufStepH: step(12, 'elements from source row to source row'),
  xW: signed(13, 0, 16, 'first x, w', 'coordinate'),
  xH: signed(13, 16, 16, 'first x, h', 'coordinate'),
};

/** One kind of instruction. */
export interface InstructionKind {
  readonly opcode: number;
  /** The queue that carries it out; the sequencer itself carries out END. */
  readonly queue: Queue | undefined;
  /** 64-byte instructions that it encodes to. */
  readonly encoded: number;
  readonly does: string;
  readonly fields: readonly Field[];
  /** The part of an accelerator without which it is no instruction. */
  readonly needs?: Part;
}

const kind = <T>(
  opcode: number,
  queue: Queue | undefined,
  encoded: number,
  does: string,
  layout: Layout<T>,
  needs?: Part,
): InstructionKind => ({
  ...(needs === undefined ? {} : { needs }),
  opcode,
  queue,
  encoded,
  does,
  fields: Object.entries<Place>(layout).map(([name, place]) => ({ name, ...place })),
});

/** Every kind. The words of `geometry` are g0…g27, the others' those of the instruction. */
export const INSTRUCTION_SET: Readonly<Record<Instruction['kind'], InstructionKind>> = {
  geometry: kind<Geometry>(1, 'exec', 2, 'sets half of the 28 geometry words `g0`…`g27`', geometryLayout),
  load: kind<Load>(2, 'load', 1, 'three-dimensional strided copy from DRAM into a buffer', loadLayout),
  exec: kind<Exec>(3, 'exec', 1, 'one tile: taps, channel tiles and positions are enumerated by hardware', execLayout),
  store: kind<Store>(4, 'store', 1, 'drains accumulator vectors into DRAM', storeLayout),
  reorganize: kind<Reorganize>(
    5,
    'store',
    1,
    'writes a slab of the zero-inserted tensor (engine `traditional`)',
    reorganizeLayout,
  ),
  operations: kind<Operations>(7, 'store', 1, 'sets the operations of the vector unit', operationsLayout, 'vector'),
  operands: kind<Operands>(8, 'store', 1, 'sets where their operands lie', operandsLayout, 'vector'),
  end: kind<{ kind: 'end' }>(6, undefined, 1, 'the run is over when every queue and the bus are empty', {}),
};

export const KINDS = Object.keys(INSTRUCTION_SET) as readonly Instruction['kind'][];

/** The queue that carries out an instruction; END has none. */
export const queueOf = ({ kind: name }: Instruction): Queue | undefined => INSTRUCTION_SET[name].queue;

/** Parts that an accelerator has, of those that it may be without. */
export type Parts = Readonly<Record<Part, boolean>>;

const isIn = (parts: Parts, { needs }: { readonly needs?: Part }): boolean => needs === undefined || parts[needs];

/** The instructions that an accelerator with these parts has. */
export const kindsOf = (parts: Parts): readonly Instruction['kind'][] =>
  KINDS.filter((name) => isIn(parts, INSTRUCTION_SET[name]));

/** The fields of an instruction that it has. */
export const fieldsOf = (name: Instruction['kind'], parts: Parts): readonly Field[] =>
  INSTRUCTION_SET[name].fields.filter((field) => isIn(parts, field));

/** The last word that holds a field of these kinds. */
const lastWord = (kinds: readonly Instruction['kind'][]): number =>
  Math.max(
    ...kinds.flatMap((name) => INSTRUCTION_SET[name].fields.map(({ word, bits }) => word + Math.ceil(bits / 32) - 1)),
  );

/** The instruction that is longer than the others of its queue. */
export const LONG_KIND = 'operations';

/**
 * The last word that holds a field, of the instructions of a queue, or of an OPERATIONS, which alone goes beyond: so a STORE takes as long where there
 * is one. A GEOMETRY apart, which fills both of its own.
 */
export const lastWordOf = (queue: Queue, name?: Instruction['kind']): number =>
  lastWord(
    name === LONG_KIND
      ? [LONG_KIND]
      : KINDS.filter((one) => one !== LONG_KIND && INSTRUCTION_SET[one].queue === queue).filter(
          (one) => INSTRUCTION_SET[one].encoded === 1,
        ),
  );

/** Encoded 64-byte instructions of a typed one. */
export const encodedCount = ({ kind: name }: Instruction): number => INSTRUCTION_SET[name].encoded;

/** By how much an instruction raises its queue's count of completed instructions, which the wait fields compare with. */
export const queueCount = (instruction: Instruction): number =>
  queueOf(instruction) === undefined ? 0 : encodedCount(instruction);

/** Of each queue those that its instructions wait for, and the fields that say so. */
const WAIT_FIELDS = Object.fromEntries(
  Object.entries(QUEUES).map(([queue, { waits: others }]) => [
    queue,
    others.map((other) => [other, waitField(other)] as const),
  ]),
) as unknown as Readonly<Record<Queue, readonly (readonly [queue: Queue, field: string])[]>>;

/** What an instruction waits for: queues, and their counts. */
export const waitsOf = (instruction: Instruction): readonly (readonly [queue: Queue, count: number])[] => {
  const queue = queueOf(instruction);
  if (queue === undefined) return [];
  const values = instruction as unknown as Readonly<Record<string, number | undefined>>;
  const found: (readonly [queue: Queue, count: number])[] = [];
  for (const [other, field] of WAIT_FIELDS[queue]) {
    const count = values[field];
    if (count !== undefined) found.push([other, count]);
  }
  return found;
};

/** Bits of a field that an accelerator holds. */
export const heldBits = ({ bits, width }: Pick<Field, 'bits' | 'width'>, widths: Widths): number =>
  width === undefined ? bits : Math.min(bits, widths[width]);

/** Values a field can hold: the instruction set's, or those of an accelerator with these widths. */
export const fieldRange = (
  field: Pick<Field, 'reading' | 'bits' | 'width'>,
  widths?: Widths,
): readonly [number, number] => {
  const { reading } = field;
  const bits = widths ? heldBits(field, widths) : field.bits;
  if (reading === 'address') return [0, Number.MAX_SAFE_INTEGER];
  if (reading === 'offset' || reading === 'step') return [-(2 ** 31), 2 ** 32 - 1];
  if (reading === 'signed') return [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return [reading === 'count' ? 1 : 0, 2 ** bits - 1];
};
