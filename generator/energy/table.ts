import { z } from 'zod';
import { type Problem, UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import { fieldProblems } from '../description/fields.js';
import { group, rules } from '../description/schema.js';
import { FORMATS, type Format } from '../formats/index.js';

const text = (expects: string) =>
  z
    .string()
    .min(1)
    .max(400)
    .register(rules, { expects, nearest: () => undefined });

const real = (least: number, most: number, what: string) =>
  z
    .number()
    .min(least)
    .max(most)
    .register(rules, { expects: `${what}, a number from ${least} to ${most}`, nearest: () => undefined });

const picojoules = (of: string) => real(0, 1e6, `picojoules ${of}`);

const sizeField = z
  .int()
  .min(1)
  .max(2 ** 40)
  .register(rules, { expects: 'the bytes of a memory, a whole number from 1', nearest: () => undefined });

/** A file of energies. */
export const tableSchema = group(
  {
    name: text('a short name, as it is printed'),
    source: text('where the values come from'),
    mac: group(
      Object.fromEntries(FORMATS.map((format) => [format, picojoules('of a multiply-accumulate')])) as Record<
        Format,
        ReturnType<typeof picojoules>
      >,
      'Picojoules of a multiply-accumulate, by format.',
    ),
    zeroShare: real(0, 1, 'the share of it that a multiply-accumulate on a zero takes'),
    sram: z
      .array(
        group(
          { bytes: sizeField, perByte: picojoules('of a byte, read or written') },
          'A memory on the chip: its size, and picojoules of a byte.',
        ),
      )
      .min(1)
      .max(64)
      .register(rules, { expects: 'a list of memories on the chip, 1 to 64 of them', nearest: () => undefined }),
    dramPerByte: picojoules('of a byte of memory off the chip'),
  },
  'Energies.',
);

/** Energies in picojoules. */
export type EnergyTable = z.infer<typeof tableSchema>;

/**
 * Operations and memories in a process of 45 nm at 0.9 V. Figure 1.1.9 of the source gives: multiplication of 8-bit integers 0.2 pJ, addition of
 * 32 bits 0.1 pJ; multiplication of 16-bit floating point 1.1 pJ, addition of 32 bits 0.9 pJ; 64 bits from a cache of 8 KiB 10 pJ, of 32 KiB 20 pJ, of
 * 1 MiB 100 pJ; 64 bits from DRAM 1.3 to 2.6 nJ, of which the lower end stands here, as bursts are long. A multiplier of bf16 is smaller than
 * the one of the source. What a multiplication by zero takes is not in the source: as much as any other one here.
 */
export const HOROWITZ: EnergyTable = frozen({
  name: 'Horowitz 2014, 45 nm',
  source: 'M. Horowitz, "Computing\'s energy problem (and what we can do about it)", ISSCC 2014',
  mac: { int8: 0.3, bf16: 2 },
  zeroShare: 1,
  sram: [
    { bytes: 8 * 1024, perByte: 10 / 8 },
    { bytes: 32 * 1024, perByte: 20 / 8 },
    { bytes: 1024 * 1024, perByte: 100 / 8 },
  ],
  dramPerByte: 1300 / 8,
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Energies that someone gave in a file, which may link to its schema.
 * @param path what they are called in problems: the file.
 * @throws {@link UserError} with everything that is wrong with them.
 */
export const parseEnergies = (file: unknown, path: string): EnergyTable => {
  const given = isObject(file) ? Object.fromEntries(Object.entries(file).filter(([key]) => key !== '$schema')) : file;
  const { data, error } = tableSchema.safeParse(given);
  const problems = error ? fieldProblems(tableSchema, 'energies', given, error.issues) : orderProblems(data.sram);
  if (problems.length > 0) throw new UserError(problems.map((each) => ({ ...each, path: `${path}: ${each.path}` })));
  return frozen(data!);
};

/** Sizes rise, so that there is one memory before and one behind each size between them. */
const orderProblems = (sram: EnergyTable['sram']): readonly Problem[] => {
  const at = sram.findIndex(({ bytes }, i) => i > 0 && bytes <= sram[i - 1]!.bytes);
  if (at < 0) return [];
  const message = `is ${sram[at]!.bytes}, not more than the one before`;
  return [{ code: 'ORDER', path: `sram.${at}.bytes`, message, fix: 'put the memories in order of their sizes' }];
};

/**
 * Picojoules of a byte of a memory of some size: on the straight line through its neighbours in logarithms, which goes on below the
 * smallest and above the largest one.
 */
export const sramPerByte = ({ sram }: EnergyTable, bytes: number): number => {
  if (sram.length === 1) return sram[0]!.perByte;
  const behind = sram.findIndex((each) => each.bytes >= bytes);
  const high = behind < 0 ? sram.length - 1 : Math.max(1, behind);
  const [a, b] = [sram[high - 1]!, sram[high]!];
  if (a.perByte === 0 || b.perByte === 0) return Math.max(a.perByte, b.perByte);
  const slope = Math.log(b.perByte / a.perByte) / Math.log(b.bytes / a.bytes);
  return a.perByte * (bytes / a.bytes) ** slope;
};
