import { z } from 'zod';
import { readNumber } from '../base/show.js';
import { closest } from '../base/suggest.js';
import { FORMATS } from '../formats/index.js';
import { COUNTER_SETS, type Config, ENGINES } from './config.js';

/** What a value must be, in words, and a right value near a wrong one. */
export interface Rule {
  readonly expects: string;
  readonly nearest: (value: unknown) => unknown;
}

/** The rule of every field of {@link configSchema}. */
export const rules = z.registry<Rule>();

const clamp = (low: number, high: number, value: number): number => Math.min(high, Math.max(low, value));

/** The right value near what a wrong one seems to mean; `usual` where it means no number. */
const near =
  (low: number, high: number, usual: number | undefined, round: (value: number) => number) =>
  (value: unknown): number | undefined => {
    const meant = readNumber(value);
    return meant === undefined ? usual : clamp(low, high, round(meant));
  };

/** A whole number; `usual` is proposed in place of what is no number. */
export const whole = (low: number, high: number, usual: number | undefined, description: string) =>
  z
    .int()
    .min(low)
    .max(high)
    .describe(description)
    .register(rules, {
      expects: `a whole number from ${low} to ${high}`,
      nearest: near(low, high, usual, Math.round),
    });

const powerOfTwo = (low: number, high: number, usual: number, description: string) => {
  const values: number[] = [];
  for (let value = low; value <= high; value *= 2) values.push(value);
  return z
    .literal(values)
    .describe(description)
    .register(rules, {
      expects: `a power of two from ${low} to ${high}`,
      nearest: near(low, high, usual, (value) => 2 ** Math.ceil(Math.log2(Math.max(1, value)))),
    });
};

/** None, or a power of two. */
const noneOrPowerOfTwo = (high: number, usual: number, description: string) => {
  const values = [0];
  for (let value = 1; value <= high; value *= 2) values.push(value);
  return z
    .literal(values)
    .describe(description)
    .register(rules, {
      expects: `0, or a power of two up to ${high}`,
      nearest: near(0, high, usual, (value) => (value < 1 ? 0 : 2 ** Math.ceil(Math.log2(value)))),
    });
};

/** One less than a power of two, as all bits of a field make. */
const allOnes = (fewest: number, most: number, description: string) => {
  const values = Array.from({ length: most - fewest + 1 }, (_, i) => 2 ** (fewest + i) - 1);
  return z
    .literal(values)
    .describe(description)
    .register(rules, {
      expects: `one less than a power of two, from ${values[0]} to ${values.at(-1)}`,
      nearest: near(
        values[0]!,
        values.at(-1)!,
        undefined,
        (value) => 2 ** Math.ceil(Math.log2(Math.max(1, value) + 1)) - 1,
      ),
    });
};

/** True or false. */
export const flag = (usual: boolean, description: string) =>
  z
    .boolean()
    .describe(description)
    .register(rules, {
      expects: 'true or false',
      nearest: (value) => {
        const text = String(value).toLowerCase();
        return ['true', 'yes', 'on', '1'].includes(text) || (!['false', 'no', 'off', '0'].includes(text) && usual);
      },
    });

/** One of some words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(
  values: T,
  usual: T[number],
  description: string,
) =>
  z
    .enum(values)
    .describe(description)
    .register(rules, {
      expects: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
      nearest: (value) => (typeof value === 'string' ? closest(value, values) : undefined) ?? usual,
    });

const identifier = (extra: string, usual: string, description: string) =>
  z
    .string()
    .regex(new RegExp(`^[A-Za-z_][A-Za-z0-9_${extra}]{0,63}$`))
    .describe(description)
    .register(rules, {
      expects: `1 to 64 letters, digits${extra ? `, ${extra}` : ''} and _, not starting with a digit${extra ? ` or ${extra}` : ''}`,
      nearest: (value) => {
        const cleaned = String(value ?? '').replace(new RegExp(`[^A-Za-z0-9_${extra}]`, 'g'), '_');
        if (typeof value !== 'string' || /^_*$/.test(cleaned)) return usual;
        return (/^[A-Za-z_]/.test(cleaned) ? cleaned : `_${cleaned}`).slice(0, 64);
      },
    });

/** An object with these keys and no other. */
export const group = <T extends z.ZodRawShape>(shape: T, description: string) =>
  z
    .strictObject(shape)
    .describe(description)
    .register(rules, { expects: `an object with ${Object.keys(shape).join(', ')}`, nearest: () => undefined });

const MAX_BUFFER_BYTES = 4 * 1024 * 1024;

/** Types and ranges of a configuration, field by field. Rules that join fields are in `config.ts`. */
export const configSchema = group(
  {
    name: identifier('-', 'my_accelerator', 'Name of the configuration; it appears in every generated file.'),
    array: group(
      {
        rows: whole(1, 128, 16, 'Rows of the array: reduction lanes. 1 to 128, any number.'),
        columns: whole(1, 128, 16, 'Columns of the array: output lanes. 1 to 128, any number.'),
      },
      'Size of the array of processing elements.',
    ),
    format: oneOf(FORMATS, 'bf16', 'Number format of the operands. int8 sums in int32, bf16 sums in fp32.'),
    addStages: whole(
      1,
      4,
      1,
      'Pipeline stages of one addition. int8: 1. bf16: 1 to 4. When left out: 1 for int8, 3 for bf16.',
    ),
    buffers: group(
      {
        dynamicBytes: powerOfTwo(4, MAX_BUFFER_BYTES, 131072, 'Bytes of the buffer of the streamed operand.'),
        stationaryBytes: powerOfTwo(4, MAX_BUFFER_BYTES, 131072, 'Bytes of the buffer of the stationary operand.'),
        accumulatorDepth: powerOfTwo(16, 65536, 1024, 'Vectors of `columns` 32-bit sums that the accumulator holds.'),
      },
      'On-chip memories. Powers of two; each buffer holds at least 4 of its words.',
    ),
    axi: group(
      {
        dataWidth: powerOfTwo(32, 1024, 256, 'Bits of a data beat of the AXI4 master.'),
        addressWidth: whole(20, 64, 64, 'Bits of an address of the AXI4 master.'),
        outstanding: powerOfTwo(2, 64, 32, 'Bursts in flight, for reads and for writes.'),
      },
      'The AXI4 master.',
    ),
    engines: z
      .array(oneOf(ENGINES as readonly ['traditional', 'bp', 'zerofree'], 'zerofree', 'An address-generation engine.'))
      .min(1)
      .describe('Engines to build; the one that runs is chosen per layer. When left out: all.')
      .register(rules, { expects: 'a list of at least one engine', nearest: () => [...ENGINES] }),
    reorganize: group(
      {
        elementsPerCycle: powerOfTwo(
          1,
          128,
          1,
          'Elements that the reorganize step of `traditional` writes in a cycle. When left out: those of a beat.',
        ).optional(),
        overlap: flag(
          true,
          'False: nothing else of the pass runs until the zero-inserted tensor is written. When left out: true.',
        ).optional(),
      },
      'The reorganize step of the engine `traditional`. When left out: as good as the bus allows.',
    ).optional(),
    epilogueLanes: powerOfTwo(
      1,
      128,
      1,
      'Lanes of a vector that a STORE in the operand format converts in a cycle. When left out: what a beat holds, or all.',
    ).optional(),
    vector: group(
      {
        lanes: noneOrPowerOfTwo(32, 8, 'Lanes of fp32. 0: no vector unit, and no base registers.'),
        coefficients: powerOfTwo(
          16,
          4096,
          256,
          'Entries, of a value for each lane, of each of two banks of coefficients. When left out: 256.',
        ).optional(),
      },
      'The vector unit, with which STOREs add biases, activate, gate, sum and update. When left out: none.',
    ).optional(),
    instructionSlots: powerOfTwo(
      8,
      16,
      16,
      'Instructions that are fetched before their units take them: fewer make a smaller core. When left out: 16.',
    ).optional(),
    limits: group(
      {
        map: allOnes(4, 16, 'Rows and columns of a map; with fused lanes, elements of a row.').optional(),
        channels: allOnes(4, 16, 'Channels.').optional(),
        kernel: allOnes(2, 8, 'Taps of the kernel along an axis.').optional(),
        stride: allOnes(1, 8, 'Stride; with fused lanes, times the channels.').optional(),
        dilation: allOnes(1, 15, 'Dilation.').optional(),
        rows: allOnes(4, 16, "Rows of a transfer, in each of a LOAD's two loops.").optional(),
        instructions: allOnes(8, 32, 'Instructions of a program.').optional(),
      },
      'Greatest values that the hardware is built for; widths follow. When left out: all that the instruction set holds.',
    ).optional(),
    counters: oneOf(
      COUNTER_SETS as readonly ['all', 'basic', 'none'],
      'all',
      'Performance counters to build. basic: cycles, arrayBusy, usefulMacs and the bytes of memory. When left out: all.',
    ),
    prefix: identifier('', 'bpi_', 'Prefix of every Verilog module name. When left out: bpi_.'),
  },
  'A configuration of a bp-im2col accelerator.',
) satisfies z.ZodType<Config>;
