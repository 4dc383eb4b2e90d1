/**
 * The instruction set: typed instructions, and their encoding as 64-byte instructions of 16 little-endian words.
 * Names ending in H and W are the vertical and horizontal halves of a pair. What the fields do: `generator/machine/executor.ts`.
 */
import type { Config } from '../description/config.js';

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
}

/** Three-dimensional strided copy from DRAM into a buffer. */
export interface Load {
  readonly kind: 'load';
  readonly waitExec: number;
  readonly waitStore: number;
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
export interface Exec {
  readonly kind: 'exec';
  readonly waitLoad: number;
  readonly waitStore: number;
  /** Sum over pixels (wgrad), else over channels. */
  readonly reducePixels: boolean;
  /** The stationary block arrives column by column (dgrad). */
  readonly byColumn: boolean;
  /** Enumerate only the rectangle of valid positions of each tap (zerofree). */
  readonly rect: boolean;
  /** A tap along w is a run of lanes over (kw, channel): coordinates along w count elements, lanes are checked one by one. */
  readonly fused: boolean;
  /** Depthwise: each reduction lane goes to its own output lane, a stationary vector is the diagonal of its block. */
  readonly diagonal: boolean;
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
export interface Store {
  readonly kind: 'store';
  readonly waitExec: number;
  readonly waitLoad: number;
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
}

/** Writes a zero-inserted slab of the tensor in the dynamic buffer to DRAM. */
export interface Reorganize {
  readonly kind: 'reorganize';
  readonly waitExec: number;
  readonly waitLoad: number;
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

export type Instruction = Geometry | Load | Exec | Store | Reorganize | End;
export type Queue = 'load' | 'exec' | 'store';

export const WORDS_PER_INSTRUCTION = 16;
export const BYTES_PER_INSTRUCTION = 64;

const SHIFT_BITS = 5;
/** Greatest shift of a STORE. */
export const MOST_SHIFT = 2 ** SHIFT_BITS - 1;

/** The queue that carries out an instruction; END has none. */
export const queueOf = ({ kind }: Instruction): Queue | undefined => {
  if (kind === 'end') return undefined;
  if (kind === 'load') return 'load';
  return kind === 'geometry' || kind === 'exec' ? 'exec' : 'store';
};

/** By how much an instruction raises its queue's count of completed instructions, which the wait fields compare with. */
export const queueCount = ({ kind }: Instruction): number => (kind === 'geometry' ? 2 : kind === 'end' ? 0 : 1);

const bitLength = (value: number): number => 32 - Math.clz32(value);

/**
 * Whether the decoder refuses a STORE or REORGANIZE as its runs may have 2^32 bytes or more. It goes by the bits of the two
 * factors of a run, and takes all lanes as full and 32 bits wide.
 */
export const isRunTooLong = ({ array, format }: Config, instruction: Instruction): boolean => {
  if (instruction.kind === 'store') {
    const { groups, vectorsPerGroup } = instruction;
    return bitLength(groups) + bitLength(vectorsPerGroup) > 30 - bitLength(array.columns - 1);
  }
  if (instruction.kind !== 'reorganize') return false;
  return bitLength(instruction.elements) + bitLength(instruction.positionsW) > (format === 'int8' ? 32 : 31);
};

/** Encoded 64-byte instructions of a typed one. */
export const encodedCount = ({ kind }: Instruction): number => (kind === 'geometry' ? 2 : 1);

/**
 * How a field is read. `count`: unsigned, at least 1. `offset`: an address modulo 2^32, read back as unsigned.
 * `step`: a difference modulo 2^32, read back as signed. `address`: 64 bits, of which 53 can be used.
 */
type Reading = 'flag' | 'unsigned' | 'count' | 'signed' | 'offset' | 'step' | 'address';

/** Place of one field: first word, lowest bit, width. */
export interface Field {
  readonly name: string;
  readonly word: number;
  readonly low: number;
  readonly bits: number;
  readonly reading: Reading;
}

type Names<T> = Exclude<keyof T, 'kind'> & string;
type Layout<T> = Readonly<Record<Names<T>, Omit<Field, 'name'>>>;

const part = (reading: Reading) => (word: number, low: number, bits: number) => ({ word, low, bits, reading });
const unsigned = part('unsigned');
const count = part('count');
const signed = part('signed');
const flag = (low: number) => part('flag')(0, low, 1);
const whole = (word: number) => unsigned(word, 0, 32);
const offset = (word: number) => part('offset')(word, 0, 32);
const step = (word: number) => part('step')(word, 0, 32);
const address = (word: number) => part('address')(word, 0, 64);

const geometryLayout: Layout<Geometry> = {
  boundH: unsigned(0, 0, 16),
  boundW: unsigned(0, 16, 16),
  xTapH: signed(1, 0, 16),
  xTapW: signed(1, 16, 16),
  xStepH: unsigned(2, 0, 8),
  xStepW: unsigned(2, 8, 8),
  phaseModH: count(2, 16, 8),
  phaseModW: count(2, 24, 8),
  phaseTapH: unsigned(3, 0, 8),
  phaseTapW: unsigned(3, 8, 8),
  dynB: step(4),
  dynTile: step(5),
  dynPosH: step(6),
  dynWrapH: step(7),
  dynTapH: step(8),
  dynBorrowH: step(9),
  dynPosW: step(10),
  dynWrapW: step(11),
  dynTapW: step(12),
  dynBorrowW: step(13),
  pixB: step(14),
  pixTile: step(15),
  pixPosH: step(16),
  pixWrapH: step(17),
  pixTapH: step(18),
  pixPosW: step(19),
  pixWrapW: step(20),
  pixTapW: step(21),
  tileTapH: step(22),
  tileTapW: step(23),
  tileReduction: step(24),
  tileColumn: step(25),
  tileInner: step(26),
};

const loadLayout: Layout<Load> = {
  stationary: flag(8),
  reorganize: flag(9),
  waitExec: whole(1),
  waitStore: whole(2),
  address: address(3),
  bufElement: offset(5),
  rowBytes: count(6, 0, 24),
  n1: count(7, 0, 16),
  n2: count(7, 16, 16),
  stride1: step(8),
  stride2: step(9),
  bufStride1: step(10),
  bufStride2: step(11),
};

const execLayout: Layout<Exec> = {
  reducePixels: flag(8),
  byColumn: flag(9),
  rect: flag(10),
  fused: flag(11),
  diagonal: flag(12),
  waitLoad: whole(1),
  waitStore: whole(2),
  nb: count(3, 0, 16),
  columnTiles: count(3, 16, 16),
  positionsH: count(4, 0, 16),
  positionsW: count(4, 16, 16),
  reductionTiles: count(5, 0, 16),
  rowLanesLast: count(5, 16, 8),
  columnLanesLast: count(5, 24, 8),
  dynBase: offset(6),
  pixBase: offset(7),
  tileBase: offset(8),
  xH: signed(9, 0, 16),
  xW: signed(9, 16, 16),
  lastH: signed(10, 0, 16),
  lastW: signed(10, 16, 16),
  phaseH: unsigned(11, 0, 8),
  phaseW: unsigned(11, 8, 8),
  lastPhaseH: unsigned(11, 16, 8),
  lastPhaseW: unsigned(11, 24, 8),
  tapsH: count(12, 0, 8),
  tapsW: count(12, 8, 8),
  edgeW: signed(13, 0, 18),
};

const storeLayout: Layout<Store> = {
  narrow: flag(8),
  shift: unsigned(0, 16, SHIFT_BITS),
  waitExec: whole(1),
  waitLoad: whole(2),
  address: address(3),
  accBase: offset(5),
  groups: count(6, 0, 16),
  vectorsPerGroup: count(6, 16, 16),
  n1: count(7, 0, 16),
  n2: count(7, 16, 16),
  stride1: step(8),
  stride2: step(9),
  accStride1: step(10),
  accStride2: step(11),
  lastLanes: count(12, 0, 8),
  accGroupStride: step(13),
};

const reorganizeLayout: Layout<Reorganize> = {
  waitExec: whole(1),
  waitLoad: whole(2),
  address: address(3),
  bufElement: offset(5),
  elements: count(6, 0, 32),
  positionsW: count(7, 0, 16),
  positionsH: count(7, 16, 16),
  xW: signed(8, 0, 16),
  xH: signed(8, 16, 16),
  boundW: unsigned(9, 0, 16),
  boundH: unsigned(9, 16, 16),
  strideW: count(10, 0, 8),
  strideH: count(10, 8, 8),
  phaseW: unsigned(10, 16, 8),
  phaseH: unsigned(10, 24, 8),
  bufStepW: step(11),
  bufStepH: step(12),
  rowStride: step(13),
};

const fields = <T>(layout: Layout<T>): readonly Field[] =>
  Object.entries<Omit<Field, 'name'>>(layout).map(([name, place]) => ({ name, ...place }));

/** Opcode and fields of each kind. The words of `geometry` are g0…g27, the others' those of the instruction. */
export const INSTRUCTION_SET: Readonly<
  Record<Instruction['kind'], { readonly opcode: number; readonly fields: readonly Field[] }>
> = {
  geometry: { opcode: 1, fields: fields<Geometry>(geometryLayout) },
  load: { opcode: 2, fields: fields<Load>(loadLayout) },
  exec: { opcode: 3, fields: fields<Exec>(execLayout) },
  store: { opcode: 4, fields: fields<Store>(storeLayout) },
  reorganize: { opcode: 5, fields: fields<Reorganize>(reorganizeLayout) },
  end: { opcode: 6, fields: [] },
};

const GEOMETRY_HALF = 14;

/** Values a field can hold. */
export const fieldRange = ({ reading, bits }: Pick<Field, 'reading' | 'bits'>): readonly [number, number] => {
  if (reading === 'address') return [0, Number.MAX_SAFE_INTEGER];
  if (reading === 'offset' || reading === 'step') return [-(2 ** 31), 2 ** 32 - 1];
  if (reading === 'signed') return [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return [reading === 'count' ? 1 : 0, 2 ** bits - 1];
};

type Values = Readonly<Record<string, number | boolean>>;

/** A field that a value does not fit. */
export interface Misfit {
  readonly field: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

const ranges = new Map(
  Object.values(INSTRUCTION_SET).flatMap(({ fields }) => fields.map((field) => [field, fieldRange(field)] as const)),
);

/** The first field of an instruction whose value cannot be encoded. */
export const misfit = (instruction: Instruction): Misfit | undefined => {
  const values = instruction as unknown as Values;
  for (const field of INSTRUCTION_SET[instruction.kind].fields) {
    const value = Number(values[field.name]);
    const [least, most] = ranges.get(field)!;
    if (!(value >= least && value <= most)) return { field: field.name, value, least, most };
  }
  return undefined;
};

const put = (words: Uint32Array, kind: string, field: Field, given: number | boolean): void => {
  const { name, word, low, bits, reading } = field;
  const value = Number(given);
  const [least, most] = ranges.get(field)!;
  if (typeof given !== (reading === 'flag' ? 'boolean' : 'number') || !(value >= least && value <= most)) {
    throw new RangeError(`${kind}.${name} = ${given} is outside ${least}…${most}`);
  }
  if (!Number.isInteger(value)) throw new RangeError(`${kind}.${name} = ${given} is not an integer`);
  if (reading === 'address') {
    words[word] = value % 2 ** 32;
    words[word + 1] = Math.floor(value / 2 ** 32);
  } else words[word] |= bits === 32 ? value : (value & (2 ** bits - 1)) << low;
};

const get = (words: Uint32Array, { word, low, bits, reading }: Field): number | boolean => {
  if (reading === 'address') return words[word] + words[word + 1] * 2 ** 32;
  if (bits === 32) return reading === 'step' ? words[word] | 0 : words[word];
  const value = (words[word] >>> low) & (2 ** bits - 1);
  if (reading === 'flag') return value === 1;
  return reading === 'signed' && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
};

/**
 * Encodes a program, 16 words for each instruction (32 for a Geometry).
 * @throws RangeError naming the instruction and field whose value cannot be encoded, or must not be (zero-sized loops).
 */
export const encode = (instructions: readonly Instruction[]): Uint32Array => {
  const total = instructions.reduce((sum, instruction) => sum + encodedCount(instruction), 0);
  const program = new Uint32Array(total * WORDS_PER_INSTRUCTION);
  let at = 0;
  instructions.forEach((instruction, index) => {
    const { opcode, fields } = INSTRUCTION_SET[instruction.kind];
    const isGeometry = instruction.kind === 'geometry';
    const words = isGeometry ? new Uint32Array(2 * GEOMETRY_HALF) : program.subarray(at, at + WORDS_PER_INSTRUCTION);
    const values = instruction as unknown as Values;
    for (const field of fields) put(words, `instruction ${index}: ${instruction.kind}`, field, values[field.name]);
    if (isGeometry) {
      for (const half of [0, 1]) {
        program[at + half * WORDS_PER_INSTRUCTION] = opcode | (half << 8);
        program.set(
          words.subarray(half * GEOMETRY_HALF, (half + 1) * GEOMETRY_HALF),
          at + half * WORDS_PER_INSTRUCTION + 2,
        );
      }
    } else words[0] |= opcode;
    at += encodedCount(instruction) * WORDS_PER_INSTRUCTION;
  });
  return program;
};

const kindOfOpcode = new Map(Object.entries(INSTRUCTION_SET).map(([kind, { opcode }]) => [opcode, kind]));

/**
 * Decodes a program. Wrapping addresses come back unsigned, wrapping steps signed.
 * @throws RangeError on an unknown opcode, reserved bits that are set, zero-sized loops, or half a Geometry.
 */
export const decode = (program: Uint32Array): readonly Instruction[] => {
  if (program.length % WORDS_PER_INSTRUCTION !== 0) throw new RangeError(`${program.length} words are no program`);
  const instructions: Instruction[] = [];
  for (let at = 0; at < program.length; ) {
    const where = `instruction at word ${at}`;
    const kind = kindOfOpcode.get(program[at] & 0xff) as Instruction['kind'] | undefined;
    if (kind === undefined) throw new RangeError(`${where}: no opcode ${program[at] & 0xff}`);
    const isGeometry = kind === 'geometry';
    const end = at + (isGeometry ? 2 : 1) * WORDS_PER_INSTRUCTION;
    const words = isGeometry ? new Uint32Array(2 * GEOMETRY_HALF) : program.subarray(at, end);
    if (isGeometry) {
      words.set(program.subarray(at + 2, at + 16));
      if (end <= program.length) words.set(program.subarray(at + 18, end), GEOMETRY_HALF);
    }
    const values = INSTRUCTION_SET[kind].fields.map((field) => [field.name, get(words, field)]);
    const instruction = { kind, ...Object.fromEntries(values) } as Instruction;
    const again = encode([instruction]);
    again.forEach((word, index) => {
      if (word !== program[at + index]) throw new RangeError(`${where}: word ${index} is not that of a ${kind}`);
    });
    instructions.push(instruction);
    at = end;
  }
  return instructions;
};
