/** Encoding of instructions as 64-byte instructions of 16 little-endian words, by {@link INSTRUCTION_SET}. */
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Widths } from '../description/widths.js';
import {
  encodedCount,
  type Field,
  fieldRange,
  GEOMETRY_FIRST,
  GEOMETRY_HALF,
  GEOMETRY_SECOND,
  INSTRUCTION_SET,
  WORDS_PER_INSTRUCTION,
} from './instructionSet.js';
import type { Instruction } from './instructions.js';

export * from './instructionSet.js';
export type * from './instructions.js';
export type { Queue } from './queues.js';

const bitLength = (value: number): number => 32 - Math.clz32(value);

/**
 * Whether the decoder refuses a STORE or REORGANIZE as its runs may have 2^32 bytes or more, or a STORE's four times the vectors of the
 * accumulator. It goes by the bits of the two factors of a run, and takes all lanes as full and 32 bits wide.
 */
export const isRunTooLong = (config: Config, instruction: Instruction): boolean => {
  if (instruction.kind === 'store') {
    const { groups, vectorsPerGroup } = instruction;
    const most = Math.min(30 - bitLength(config.array.columns - 1), derive(config).accumulatorAddressBits + 2);
    return bitLength(groups) + bitLength(vectorsPerGroup) > most;
  }
  if (instruction.kind !== 'reorganize') return false;
  return bitLength(instruction.elements) + bitLength(instruction.positionsW) > 32 - Math.log2(derive(config).dataBytes);
};

type Values = Readonly<Record<string, number | boolean>>;

/** What a field is that an instruction leaves out; only those of parts that an accelerator may be without can be. */
const absent = ({ needs, reading }: Field): number | boolean | undefined =>
  needs === undefined ? undefined : reading === 'flag' ? false : 0;

/** A field that a value does not fit. */
export interface Misfit {
  readonly field: Field;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

type Ranges = ReadonlyMap<Field, readonly [least: number, most: number]>;

/** Values of every field; of an accelerator with these widths. */
export const fieldRanges = (widths?: Widths): Ranges =>
  new Map(
    Object.values(INSTRUCTION_SET).flatMap(({ fields }) =>
      fields.map((field) => [field, fieldRange(field, widths)] as const),
    ),
  );

const ranges = fieldRanges();

/** The first field of an instruction whose value is not in its range. */
export const misfit = (instruction: Instruction, ranges: Ranges): Misfit | undefined => {
  const values = instruction as unknown as Values;
  for (const field of INSTRUCTION_SET[instruction.kind].fields) {
    const value = Number(values[field.name] ?? absent(field));
    const [least, most] = ranges.get(field)!;
    if (!(value >= least && value <= most)) return { field, value, least, most };
  }
  return undefined;
};

const put = (words: Uint32Array, kind: string, field: Field, given: number | boolean | undefined): void => {
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
    for (const field of fields)
      put(words, `instruction ${index}: ${instruction.kind}`, field, values[field.name] ?? absent(field));
    if (isGeometry) {
      for (const half of [0, 1]) {
        program[at + half * WORDS_PER_INSTRUCTION] = opcode | (half << GEOMETRY_SECOND);
        program.set(
          words.subarray(half * GEOMETRY_HALF, (half + 1) * GEOMETRY_HALF),
          at + half * WORDS_PER_INSTRUCTION + GEOMETRY_FIRST,
        );
      }
    } else words[0] |= opcode;
    at += encodedCount(instruction) * WORDS_PER_INSTRUCTION;
  });
  return program;
};

const kindOfOpcode = new Map(Object.entries(INSTRUCTION_SET).map(([kind, { opcode }]) => [opcode, kind]));

/** The instruction at a word. */
const decodeAt = (program: Uint32Array, at: number): Instruction => {
  const where = `instruction at word ${at}`;
  const kind = kindOfOpcode.get(program[at] & 0xff) as Instruction['kind'] | undefined;
  if (kind === undefined) throw new RangeError(`${where}: no opcode ${program[at] & 0xff}`);
  const isGeometry = kind === 'geometry';
  const end = at + (isGeometry ? 2 : 1) * WORDS_PER_INSTRUCTION;
  if (end > program.length) throw new RangeError(`${where}: the second half of a ${kind} is missing`);
  const words = isGeometry ? new Uint32Array(2 * GEOMETRY_HALF) : program.subarray(at, end);
  if (isGeometry) {
    words.set(program.subarray(at + GEOMETRY_FIRST, at + WORDS_PER_INSTRUCTION));
    words.set(program.subarray(at + WORDS_PER_INSTRUCTION + GEOMETRY_FIRST, end), GEOMETRY_HALF);
  }
  const values = INSTRUCTION_SET[kind].fields
    .map((field) => [field, get(words, field)] as const)
    .filter(([field, value]) => INSTRUCTION_SET[kind].needs !== undefined || value !== absent(field))
    .map(([{ name }, value]) => [name, value] as const);
  const instruction = { kind, ...Object.fromEntries(values) } as Instruction;
  const again = encode([instruction]);
  again.forEach((word, index) => {
    if (word !== program[at + index]) throw new RangeError(`${where}: word ${index} is not that of a ${kind}`);
  });
  return instruction;
};

/** A program and its instructions. */
export interface Decoded {
  readonly words: Uint32Array;
  readonly instructions: readonly Instruction[];
}

/**
 * Decodes a program. Wrapping addresses come back unsigned, wrapping steps signed.
 * @param before a program that begins alike, which saves time: from the first word on, instructions with the same words are not decoded again.
 * @throws RangeError on an unknown opcode, reserved bits that are set, zero-sized loops, or half a Geometry.
 */
export const decode = (program: Uint32Array, before?: Decoded): readonly Instruction[] => {
  if (program.length % WORDS_PER_INSTRUCTION !== 0) throw new RangeError(`${program.length} words are no program`);
  const instructions: Instruction[] = [];
  // as long as all instructions have had the size of those before, the same index is the same place
  let alike = before;
  for (let at = 0; at < program.length; ) {
    const known = alike?.instructions[instructions.length];
    const end = at + (known ? encodedCount(known) * WORDS_PER_INSTRUCTION : 0);
    let same = known !== undefined && end <= program.length;
    for (let word = at; same && word < end; word++) same = program[word] === alike!.words[word];
    const instruction = same ? known! : decodeAt(program, at);
    if (known && encodedCount(instruction) !== encodedCount(known)) alike = undefined;
    instructions.push(instruction);
    at += encodedCount(instruction) * WORDS_PER_INSTRUCTION;
  }
  return instructions;
};
