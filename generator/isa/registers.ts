import { bitsFor } from '../base/bits.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';

/** `ro`: read only. `rw`: read and write. `w1`: writing 1 acts, reads 0. `w1c`: set by hardware, writing 1 clears. */
export type Access = 'ro' | 'rw' | 'w1' | 'w1c';

/** Part of a register. Bits that no field covers read 0 and ignore writes. */
export interface RegisterField {
  readonly name: string;
  readonly low: number;
  readonly bits: number;
  readonly access: Access;
  readonly description: string;
}

/** One 32-bit register of the AXI4-Lite window. Names are in snake_case. */
export interface Register {
  readonly name: string;
  readonly offset: number;
  /** Whether a write is answered with OKAY; the others answer SLVERR. */
  readonly writable: boolean;
  readonly fields: readonly RegisterField[];
  readonly description: string;
}

/** One 64-bit performance counter, two registers in the map (low word first). */
export interface Counter {
  /** Name in JSON; {@link snakeCase} of it in Verilog and C. */
  readonly name: string;
  readonly definition: string;
  /** Bits of what hardware adds in a cycle; 0: the counter is always 0 and has no input. */
  readonly bits: number;
  /** Whether the configuration has it: without it, both registers read 0. */
  readonly exists: boolean;
}

/** Bytes that the registers' window decodes: 12 address bits. */
export const REGISTER_WINDOW = 4096;

/** Offset of the first counter. */
export const COUNTERS_OFFSET = 0x100;

/** "BPI2" in ASCII, first letter in the low byte. */
export const ID_VALUE = 0x32495042;

/** Error causes of STATUS. */
export const ERROR_CAUSES = [
  { code: 1, name: 'OPCODE', description: 'An instruction has an unknown opcode.' },
  { code: 2, name: 'FIELD', description: 'An instruction sets reserved bits, or a size is zero or too large.' },
  { code: 3, name: 'BUFFER_RANGE', description: 'A transfer is larger than its buffer.' },
  { code: 4, name: 'MISALIGNED', description: 'An address is not aligned as its use requires.' },
  { code: 5, name: 'WAIT', description: 'An instruction waits for one that comes after it.' },
  { code: 6, name: 'WINDOW', description: 'A write lies outside the write window; nothing of it was sent.' },
  { code: 7, name: 'READ_SLVERR', description: 'A read was answered with SLVERR.' },
  { code: 8, name: 'READ_DECERR', description: 'A read was answered with DECERR.' },
  { code: 9, name: 'WRITE_SLVERR', description: 'A write was answered with SLVERR.' },
  { code: 10, name: 'WRITE_DECERR', description: 'A write was answered with DECERR.' },
  { code: 11, name: 'START_BUSY', description: 'START was written during a run; the run goes on.' },
  { code: 12, name: 'NO_END', description: 'The program is over without an END.' },
  { code: 13, name: 'ACCUMULATOR_RANGE', description: 'A tile is larger than the accumulator.' },
  { code: 14, name: 'ENGINE', description: 'The instruction needs an engine that this accelerator was built without.' },
] as const;

/** Name of an error cause. */
export type ErrorCause = (typeof ERROR_CAUSES)[number]['name'];

/** arrayBusy to array_busy. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

type CounterRow = Omit<Counter, 'exists'> & { readonly basic?: true };

const counterTable = (config: Config): readonly CounterRow[] => {
  const lanes = bitsFor(config.array.rows * config.array.rows * config.array.columns + 1);
  const bytes = bitsFor(derive(config).beatBytes + 1);
  return [
    { name: 'cycles', basic: true, bits: 1, definition: 'Clock cycles from START to END, all writes answered.' },
    { name: 'arrayBusy', basic: true, bits: 1, definition: 'Cycles in which a vector enters the array.' },
    {
      name: 'usefulMacs',
      basic: true,
      bits: lanes,
      definition:
        'Multiplications of a valid pixel with a weight or gradient, in lanes that are in use; in traditional, of the zeros too that REORGANIZE has stored, which cannot be told from pixels.',
    },
    {
      name: 'idleLanes',
      bits: lanes,
      definition: 'Lane-cycles masked in vectors that are otherwise useful: channel tails, and edge pixels in wgrad.',
    },
    {
      name: 'zerosMultiplied',
      bits: lanes,
      definition: 'Lane-cycles spent on structural zeros that the hardware detected and yet multiplied.',
    },
    {
      name: 'zerosFetched',
      bits: 0,
      definition:
        'Buffer reads of vectors that the hardware knows to be structural zeros: always 0, as those it detects are not fetched.',
    },
    { name: 'dynamicReads', bits: 1, definition: 'Vectors read from the dynamic buffer.' },
    { name: 'dynamicWrites', bits: 1, definition: 'Beats written to the dynamic buffer.' },
    { name: 'stationaryReads', bits: 1, definition: 'Vectors read from the stationary buffer.' },
    { name: 'stationaryWrites', bits: 1, definition: 'Beats written to the stationary buffer.' },
    { name: 'accumulatorReads', bits: 2, definition: 'Vectors read from the accumulator, to add to and to drain.' },
    { name: 'accumulatorWrites', bits: 2, definition: 'Vectors written to the accumulator, sums and clears.' },
    {
      name: 'dramBytesRead',
      basic: true,
      bits: bytes,
      definition: 'Bytes read from memory, whole beats, those of the program among them.',
    },
    { name: 'dramBytesWritten', basic: true, bits: bytes, definition: 'Bytes written to memory, by their strobes.' },
    {
      name: 'reorganizeCycles',
      bits: 1,
      definition: 'Cycles in which a LOAD marked as reorganizing, or a REORGANIZE, is under way.',
    },
    {
      name: 'reorganizeBytes',
      bits: bytes,
      definition: 'Bytes written by REORGANIZE: the zero-inserted tensor stored in memory.',
    },
    { name: 'stallLoad', bits: 1, definition: 'Cycles with an idle array because the next EXEC waits for a LOAD.' },
    { name: 'stallStore', bits: 1, definition: 'Cycles with an idle array because the next EXEC waits for a STORE.' },
    {
      name: 'stallToken',
      bits: 1,
      definition: 'Cycles with an idle array while a run is open and no EXEC is at the head of its queue.',
    },
    {
      name: 'stallAccumulator',
      bits: 1,
      definition:
        'Cycles with an idle array while a tile is open, to keep two uses of a sum apart or to let a drain in.',
    },
    {
      name: 'stallStationary',
      bits: 1,
      definition: 'Cycles with an idle array while a tile is open, because the next stationary block is not in place.',
    },
    {
      name: 'prologueCycles',
      bits: 1,
      definition: 'Cycles from the start of an EXEC to its first vector into the array.',
    },
  ];
};

/**
 * Every counter in the order of the map, those that a configuration does not have among them. All are cleared by START and
 * hold their value after a run.
 */
export const counters = (config: Config): readonly Counter[] =>
  counterTable(config).map(({ basic, ...row }) => ({
    ...row,
    exists: config.counters === 'all' || (config.counters === 'basic' && basic === true),
  }));

/** The counters that a configuration has, in the order of the map. */
export const countersOf = (config: Config): readonly Counter[] => counters(config).filter(({ exists }) => exists);

/** What the register COUNTERS reads: bit n is set when counter n of the map exists. */
export const countersMask = (config: Config): number =>
  counters(config).reduce((mask, { exists }, index) => mask + (exists ? 2 ** index : 0), 0);

const field = (name: string, low: number, bits: number, access: Access, description: string): RegisterField => ({
  name,
  low,
  bits,
  access,
  description,
});

const constant = (name: string, offset: number, description: string): Register => ({
  name,
  offset,
  writable: false,
  fields: [field('value', 0, 32, 'ro', description)],
  description,
});

/** The two registers of a value of up to 64 bits; the high one has no bits when the value fits in the low one, and none has of 0 bits. */
const pair = (
  name: string,
  offset: number,
  width: number,
  access: Access,
  description: string,
): readonly Register[] => [
  {
    name: `${name}_lo`,
    offset,
    writable: access !== 'ro',
    description,
    fields: width > 0 ? [field('value', 0, Math.min(width, 32), access, 'Bits 31:0.')] : [],
  },
  {
    name: `${name}_hi`,
    offset: offset + 4,
    writable: access !== 'ro',
    description: 'High word of the register before.',
    fields: width > 32 ? [field('value', 0, width - 32, access, `Bits ${width - 1}:32.`)] : [],
  },
];

/** Base registers, where there is a vector unit. */
const BASES = [1, 2, 3] as const;
const BASE_OFFSET = 0x48;

/** The register map of a configuration, in ascending offsets: the only definition, from which hardware, documents and drivers are made. */
export const registers = (config: Config): readonly Register[] => {
  const width = config.axi.addressWidth;
  const countBits = derive(config).widths.instructions;
  return [
    constant('id', 0x00, 'The letters "BPI2", first one in the low byte.'),
    constant('version', 0x04, 'Version of the generator: major, minor and patch in bits 31:16, 15:8 and 7:0.'),
    constant('config_hash', 0x08, 'First 32 bits of the SHA-256 of the configuration without name and prefix.'),
    {
      name: 'ctrl',
      offset: 0x0c,
      writable: true,
      description: 'Starts, resets, and enables the interrupt.',
      fields: [
        field('start', 0, 1, 'w1', 'Runs the program; clears the counters and STATUS.done.'),
        field(
          'reset',
          1,
          1,
          'w1',
          'Soft reset: what the bus is owed is completed, then all but these registers is cleared.',
        ),
        field('irq_enable', 2, 1, 'rw', 'Raises irq_o while STATUS.done or STATUS.error is 1.'),
      ],
    },
    {
      name: 'status',
      offset: 0x10,
      writable: true,
      description: 'State of the run.',
      fields: [
        field('busy', 0, 1, 'ro', 'A run or a soft reset is under way.'),
        field('done', 1, 1, 'w1c', 'A run has reached its END and all its writes are answered.'),
        field('error', 2, 1, 'w1c', 'A run has stopped, or START came during one; clearing it clears the cause.'),
        field('idle', 3, 1, 'ro', 'Nothing is under way.'),
        field('cause', 8, 8, 'ro', 'Cause of the first error since the last was cleared, 0 for none.'),
      ],
    },
    ...pair('error_address', 0x14, width, 'ro', 'Memory address of the first error, where it has one.'),
    {
      name: 'error_instruction',
      offset: 0x1c,
      writable: false,
      description:
        'Instructions taken before the first error. One that is refused has this index; other errors come from one before it.',
      fields: [field('value', 0, countBits, 'ro', 'Count; of a refused instruction, its index from 0.')],
    },
    ...pair('program', 0x20, width, 'rw', 'Address of the program, a multiple of 64.'),
    {
      name: 'program_count',
      offset: 0x28,
      writable: true,
      description: 'Instructions of 64 bytes in the program.',
      fields: [field('value', 0, countBits, 'rw', 'Count.')],
    },
    ...pair('window_base', 0x30, width, 'rw', 'First byte that the accelerator may write.'),
    ...pair(
      'window_limit',
      0x38,
      Math.min(width + 1, 64), // the end of the address space needs one bit more
      'rw',
      'First byte after those that the accelerator may write.',
    ),
    constant(
      'counters',
      0x40,
      'Which counters there are: bit n is 1 when the one at 0x100 + 8n counts, 0 when it reads 0.',
    ),
    ...(derive(config).parts.vector ? BASES : []).flatMap((n) =>
      pair(
        `base${n}`,
        BASE_OFFSET + 8 * (n - 1),
        width,
        'rw',
        `Base register ${n}, which instructions may add to an address: a multiple of 64, whose low six bits are taken as 0.`,
      ),
    ),
    ...counters(config).flatMap(({ name, definition, exists }, index) =>
      pair(snakeCase(name), COUNTERS_OFFSET + 8 * index, exists ? 64 : 0, 'ro', definition),
    ),
  ];
};

/**
 * Offset of a register by its name.
 * @throws Error when the map has no such register.
 */
export const registerOffset = (config: Config, name: string): number => {
  const found = registers(config).find((register) => register.name === name);
  if (!found) throw new Error(`no register is named ${name}`);
  return found.offset;
};
