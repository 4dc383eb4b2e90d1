import type { Widths } from '../../description/widths.js';
import {
  type Field,
  fieldsOf,
  GEOMETRY_FIRST,
  GEOMETRY_HALF,
  GEOMETRY_SECOND,
  heldBits,
  INSTRUCTION_SET,
  KINDS,
  kindsOf,
  lastWordOf,
  OPCODE_BITS,
  type Parts,
  WORDS_PER_INSTRUCTION,
} from '../../isa/instructionSet.js';
import { QUEUE_NAMES, QUEUES, type Queue, waitField } from '../../isa/queues.js';
import { ERROR_CAUSES, snakeCase } from '../../isa/registers.js';
import { OPERATION_PLACES } from '../../isa/vectorOperation.js';

/** A field in Verilog: what the partial `field` and the benches read. */
export interface FieldView {
  readonly name: string;
  /** First and last word. */
  readonly word: number;
  readonly lastWord: number;
  /** Lowest bit of the vector, as `word*32+low`. */
  readonly at: string;
  /** Part of the vector: a bit, or `at +: bits`. */
  readonly slice: string;
  /** Of a wire that holds it: empty for one bit. */
  readonly range: string;
  /** Lowest bit in its first word. */
  readonly low: number;
  readonly bits: number;
  /** Bits below the sign, and the bit of the sign. */
  readonly magnitude: number;
  readonly sign: string;
  /** Word, lowest bit and width, as arguments. */
  readonly place: string;
}

const atBit = (word: number, low: number): string => {
  if (word === 0) return `${low}`;
  return low === 0 ? `${word}*32` : `${word}*32+${low}`;
};

const fieldView = ({ name, word, low, bits }: Omit<Field, 'reading' | 'holds'>): FieldView => ({
  name: snakeCase(name),
  word,
  lastWord: word + Math.ceil(bits / 32) - 1,
  at: atBit(word, low),
  slice: bits === 1 ? atBit(word, low) : `${atBit(word, low)} +: ${bits}`,
  range: bits === 1 ? '' : `[${bits - 1}:0] `,
  low,
  bits,
  magnitude: bits - 1,
  sign: atBit(word, low + bits - 1),
  place: `${word}, ${low}, ${bits}`,
});

const mapped = <K extends string, V>(keys: readonly K[], of: (key: K) => V): Readonly<Record<K, V>> =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, V>;

const byName = (fields: readonly Omit<Field, 'reading' | 'holds'>[]): Readonly<Record<string, FieldView>> =>
  Object.fromEntries(fields.map((field) => [snakeCase(field.name), fieldView(field)]));

/** The opcode; of a GEOMETRY, which half it is, and its words; the word with opcode and flags. */
const OPCODE = { name: 'opcode', word: 0, low: 0, bits: OPCODE_BITS };
const SECOND = { name: 'second', word: 0, low: GEOMETRY_SECOND, bits: 1 };
const HEAD = { name: 'head', word: 0, low: 0, bits: 32 };
const HALF = { name: 'half', word: GEOMETRY_FIRST, low: 0, bits: 32 * GEOMETRY_HALF };

/** The fields of half a GEOMETRY, where they lie in its instruction. */
const geometryHalf = (half: number): readonly Field[] => {
  const first = half * GEOMETRY_HALF;
  return INSTRUCTION_SET.geometry.fields
    .filter(({ word }) => word >= first && word < first + GEOMETRY_HALF)
    .map((field) => ({ ...field, word: field.word - first + GEOMETRY_FIRST }));
};

/** The bits of an instruction that no field covers. */
export const reservedBits = (fields: readonly Pick<Field, 'word' | 'low' | 'bits'>[]): bigint => {
  const whole = (1n << BigInt(32 * WORDS_PER_INSTRUCTION)) - 1n;
  return [OPCODE, ...fields].reduce(
    (left, { word, low, bits }) => left & ~(((1n << BigInt(bits)) - 1n) << BigInt(word * 32 + low)),
    whole,
  );
};

const constant = (value: bigint): string => {
  const digits = value.toString(16).padStart((32 * WORDS_PER_INSTRUCTION) / 4, '0');
  return `512'h${digits.match(/.{8}/g)!.join('_')}`;
};

/** The bits of a signed field that repeat the sign where fewer are held: where they lie, and the sign. */
const signView = ({ word, low, bits }: Field, held: number) => ({
  word,
  at: atBit(word, low + held),
  slice: `${atBit(word, low + held)} +: ${bits - held}`,
  sign: atBit(word, low + held - 1),
  bits: bits - held,
});

/**
 * The checks that the table alone gives: bits that must be 0, as no field covers them or fewer of it are held; those that must be the sign; fields that
 * must not be 0.
 */
const checksOf = (
  name: string,
  widths: Widths,
  fields: readonly Field[],
  more: readonly Pick<Field, 'word' | 'low' | 'bits'>[] = [],
) => {
  const held = fields.map((field) =>
    field.reading === 'signed' ? field : { ...field, bits: heldBits(field, widths) },
  );
  const signed = fields.filter((field) => field.reading === 'signed' && heldBits(field, widths) < field.bits);
  return {
    name,
    NAME: name.toUpperCase(),
    /** The opcode; of a GEOMETRY, which half. */
    KIND: name.replace(/_.*/, '').toUpperCase(),
    half: name.startsWith('geometry') ? (name.endsWith('second') ? "1'b1" : "1'b0") : '',
    reserved: constant(reservedBits([...held, ...more])),
    address: fields.filter(({ reading }) => reading === 'address').map((field) => fieldView(field))[0],
    signs: signed.map((field) => signView(field, heldBits(field, widths))),
    // all of each, also what must be 0: so fields of several instructions are one check
    counts: fields.filter(({ reading }) => reading === 'count').map((field) => fieldView(field)),
  };
};

const capitals = <V>(entries: readonly (readonly [name: string, value: V])[]): Readonly<Record<string, V>> =>
  Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), value]));

const queueView = (name: Queue, parts: Parts) => {
  const kinds = kindsOf(parts).filter((kind) => INSTRUCTION_SET[kind].queue === name);
  const waits = QUEUES[name].waits.map((other, i, all) => {
    const holders = kinds.flatMap((kind) => INSTRUCTION_SET[kind].fields.filter((f) => f.name === waitField(other)));
    const { word, at } = fieldView(holders[0]!);
    return { name: other, NAME: other.toUpperCase(), word, at, before: all.slice(0, i) };
  });
  return {
    name,
    NAME: name.toUpperCase(),
    /** A unit says later that an instruction has completed; else it takes it as it completes. */
    later: QUEUES[name].completes === 'later',
    /** GEOMETRY is one of its instructions. */
    geometry: kinds.includes('geometry'),
    /** Counts that its instructions wait for, at the same place in all that wait. */
    waits,
    kinds: kinds.map((kind) => kind.toUpperCase()),
    /** The last word that holds a field, of those of its kinds that are one instruction. */
    lastWord: lastWordOf(name),
    /** Those of its kinds that wait, as labels of a case. */
    waiting: kinds
      .filter((kind) => INSTRUCTION_SET[kind].fields.some((f) => f.name === waitField(waits[0]!.name)))
      .map((kind) => kind.toUpperCase())
      .join(', '),
  };
};

const fields = {
  ...mapped(KINDS, (kind) => byName(INSTRUCTION_SET[kind].fields)),
  /** Of every instruction, and of both halves of a GEOMETRY. */
  any: byName([OPCODE, SECOND, HEAD, HALF]),
  /** Those of a GEOMETRY, where they lie in its first instruction and in its second. */
  geometry_first: byName(geometryHalf(0)),
  geometry_second: byName(geometryHalf(1)),
  /** Those of an operation of the vector unit, in its word. */
  operation: byName(Object.entries(OPERATION_PLACES).map(([name, [low, bits]]) => ({ name, word: 0, low, bits }))),
};
const opcode = capitals(KINDS.map((kind) => [kind, `8'd${INSTRUCTION_SET[kind].opcode}`]));
const cause = capitals(ERROR_CAUSES.map(({ name, code }) => [name, `8'd${code}`]));

/**
 * The instruction set for the templates of an accelerator with these parts: `isa.<kind>.<field>` is a {@link FieldView}, `opcode.<KIND>` and
 * `cause.<NAME>` are 8-bit constants, `queues` the queues.
 */
export const isaView = (parts: Parts) => {
  const queues = QUEUE_NAMES.map((name) => queueView(name, parts));
  return {
    ...{ isa: fields, opcode, cause, queues },
    /** As the bits of a vector are written, the first queue last. */
    queuesBack: [...queues].reverse(),
    queue: mapped(QUEUE_NAMES, (name) => queues[QUEUE_NAMES.indexOf(name)]!),
  };
};

/** What the decoder of an accelerator asks of every instruction of a kind. */
export const decoderChecks = (widths: Widths, parts: Parts) => [
  checksOf('geometry_first', widths, geometryHalf(0), [SECOND]),
  checksOf('geometry_second', widths, geometryHalf(1), [SECOND]),
  ...kindsOf(parts)
    .filter((kind) => kind !== 'geometry')
    .map((kind) => checksOf(kind, widths, fieldsOf(kind, parts))),
];
