import { z } from 'zod';
import { type Problem, UserError } from '../base/errors.js';
import { schemaAt } from '../description/checkConfig.js';

/** A key that is varied, and its values as they are shown: `array` has values such as `8x8`. */
export interface Axis {
  readonly key: string;
  readonly values: readonly string[];
}

/** One of each axis' values: what a configuration differs in. */
export interface Choice {
  /** By the key of the axis. */
  readonly values: Readonly<Record<string, string>>;
  /** The same as `--set` takes it. */
  readonly sets: readonly string[];
}

/** Points that are worth the wait, and a list that a reader can use. */
export const MOST_POINTS = 20_000;

const UNITS = { KiB: 1024, MiB: 1024 ** 2 } as const;

const refusal = (code: string, path: string, message: string, fix: string): Problem => ({ code, path, message, fix });

/** A whole number, with or without a unit of bytes; NaN for anything else. */
const numberOf = (text: string): number => {
  const [, digits, unit] = /^(\d{1,12})(?:\s*(KiB|MiB))?$/.exec(text) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) * (unit ? UNITS[unit as keyof typeof UNITS] : 1);
};

/** Rows and columns of `8x4`, or of `8` for 8 of each; undefined for anything else. */
const sizeOf = (text: string): readonly [rows: number, columns: number] | undefined => {
  const [, rows, columns = rows] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  return rows === undefined ? undefined : [Number(rows), Number(columns)];
};

/** Values from the first to the last: doubled each time, or with a step so much more. */
const between = (first: number, last: number, step: number | undefined): readonly number[] => {
  const values: number[] = [];
  for (let value = first; value <= last && values.length <= MOST_POINTS; value = step ? value + step : value * 2)
    values.push(value);
  return values;
};

/** `a..b` and `a..b+s`, with the text of each part; undefined for another text. */
const rangeOf = (text: string) => {
  const [, first, last, step] = /^(.+?)\.\.(.+?)(?:\+(.+))?$/.exec(text) ?? [];
  return first === undefined ? undefined : { first: first.trim(), last: last!.trim(), step: step?.trim() };
};

/** The numbers that a key may be, where they are few; undefined where it takes any of a range. Nothing of a key that takes no number. */
const numbersOf = (schema: z.core.$ZodType): { readonly only?: readonly number[] } | undefined => {
  if (schema instanceof z.ZodNumber) return {};
  if (!(schema instanceof z.ZodLiteral)) return undefined;
  const only = [...schema.values].filter((value): value is number => typeof value === 'number');
  return only.length > 0 ? { only } : undefined;
};

/** A value or a range of a number: of those that the key may be, else of doubles. */
const numbers = (text: string, only: readonly number[] | undefined): readonly number[] | undefined => {
  const range = rangeOf(text);
  if (!range) return Number.isNaN(numberOf(text)) ? undefined : [numberOf(text)];
  // 32..256KiB: the unit is that of both
  const unit = /^\d+$/.test(range.first) ? (/[A-Za-z]+$/.exec(range.last)?.[0] ?? '') : '';
  const [first, last] = [numberOf(range.first + unit), numberOf(range.last)];
  const step = range.step === undefined ? undefined : numberOf(range.step);
  const isRight = first >= 1 && last >= first && (step === undefined || step >= 1);
  if (!isRight) return undefined;
  if (!only || step !== undefined) return between(first, last, step);
  const inside = only.filter((value) => value >= first && value <= last);
  return inside.length > 0 ? inside : undefined;
};

/** A size or a range of sizes, of which rows and columns are doubled together. */
const sizes = (text: string): readonly string[] | undefined => {
  const range = rangeOf(text);
  const [first, last] = [sizeOf(range?.first ?? text), sizeOf(range?.last ?? text)];
  if (!first || !last || range?.step !== undefined) return undefined;
  if (!range) return [`${first[0]}x${first[1]}`];
  const rows = between(first[0], last[0], undefined);
  const columns = between(first[1], last[1], undefined);
  const isRight = first[0] >= 1 && first[1] >= 1 && rows.length > 0 && rows.length === columns.length;
  return isRight ? rows.map((row, i) => `${row}x${columns[i]}`) : undefined;
};

const isList = (schema: z.core.$ZodType): boolean => schema instanceof z.ZodArray;

/** What the values of a key look like, for advice. */
const EXAMPLES = {
  array: 'write array=8x8,16x16, or array=4x4..32x32 for each double of the one before',
  number: 'write numbers as in 64,128, a range of doubles as in 32KiB..256KiB, or one with a step as in 4..16+4',
} as const;

/** The values of one part between commas, as they are shown. */
const valuesOf = (key: string, part: string): readonly string[] | Problem => {
  const path = `--vary ${key}=${part}`;
  if (part === '') return refusal('BAD_VARY', path, 'there is a value missing', 'leave out the comma, or give a value');
  if (key === 'array') {
    return sizes(part) ?? refusal('BAD_VARY', path, 'it is no size of an array, and no range', EXAMPLES.array);
  }
  const schema = schemaAt(key.split('.'))!;
  const known = numbersOf(schema);
  if (!known) return [part];
  return (
    numbers(part, known.only)?.map(String) ??
    refusal('BAD_VARY', path, 'it is no number, and no range of numbers', EXAMPLES.number)
  );
};

/** Whether a key names one value, and not a group of them. */
const isKnown = (key: string): boolean => {
  if (key === 'array') return true;
  const schema = schemaAt(key.split('.'));
  return schema !== undefined && !(schema instanceof z.ZodObject);
};

const axisOf = (text: string): Axis | readonly Problem[] => {
  const [, name, list] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || list === undefined) {
    const fix = 'write --vary key=value,value, as in --vary array=8x8,16x16';
    return [refusal('BAD_VARY', `--vary ${text}`, 'there is no "=" after a key', fix)];
  }
  const key = name.trim();
  if (!isKnown(key)) {
    const fix = 'take a key of "bp-im2col schema", as in buffers.dynamicBytes, or array for rows and columns';
    return [refusal('UNKNOWN_KEY', `--vary ${key}`, 'no value of an accelerator is called so', fix)];
  }
  const parts = list.split(',').map((part) => valuesOf(key, part.trim()));
  const problems = parts.filter((part): part is Problem => !Array.isArray(part));
  if (problems.length > 0) return problems;
  const values = (parts as readonly (readonly string[])[]).flat();
  const doubled = values.find((value, i) => values.indexOf(value) !== i);
  if (doubled === undefined) return { key, values };
  return [refusal('DUPLICATE', `--vary ${key}`, `${doubled} is there twice`, `give ${doubled} once`)];
};

/** Whether one key is the other, or holds it. */
const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

/**
 * The axes that `--vary key=value,a..b,…` options describe.
 * @param sets `--set` options, whose keys are not to be varied.
 * @throws {@link UserError} with every problem.
 */
export const axesOf = (texts: readonly string[], sets: readonly string[] = []): readonly Axis[] => {
  if (texts.length === 0) {
    const fix = 'add --vary key=value,value, as in --vary array=8x8,16x16';
    throw new UserError([refusal('MISSING', '--vary', 'nothing is varied', fix)]);
  }
  const read = texts.map(axisOf);
  const problems = read.filter((each): each is readonly Problem[] => Array.isArray(each)).flat();
  const axes = read.filter((each): each is Axis => !Array.isArray(each));
  axes.forEach(({ key }, i) => {
    const before = axes.slice(0, i).find((other) => overlap(other.key, key));
    if (before) {
      const message = `--vary ${before.key} varies it already`;
      problems.push(refusal('DUPLICATE_KEY', `--vary ${key}`, message, `vary ${before.key} once`));
    }
    const fixed = sets.find((set) => overlap(set.split('=')[0]!.trim(), key));
    if (fixed !== undefined) {
      const fix = `leave out --set ${fixed}, or do not vary ${key}`;
      problems.push(refusal('DUPLICATE_KEY', `--vary ${key}`, `--set ${fixed} gives it already`, fix));
    }
  });
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_POINTS) {
    const message = `there are ${count.toLocaleString('en-US')} points`;
    const fix = `vary less: ${MOST_POINTS.toLocaleString('en-US')} points are the most`;
    problems.push(refusal('TOO_MANY', '--vary', message, fix));
  }
  if (problems.length > 0) throw new UserError(problems);
  return axes;
};

/** A value of an axis as `--set` takes it. */
const setsOf = (key: string, value: string): readonly string[] => {
  if (key === 'array') {
    const [rows, columns] = sizeOf(value)!;
    return [`array.rows=${rows}`, `array.columns=${columns}`];
  }
  return [`${key}=${isList(schemaAt(key.split('.'))!) ? value.replaceAll('+', ',') : value}`];
};

/** Every choice of values: the last axis changes first. */
export const choicesOf = (axes: readonly Axis[]): readonly Choice[] =>
  axes.reduce<readonly Choice[]>(
    (choices, { key, values }) =>
      choices.flatMap((choice) =>
        values.map((value) => ({
          values: { ...choice.values, [key]: value },
          sets: [...choice.sets, ...setsOf(key, value)],
        })),
      ),
    [{ values: {}, sets: [] }],
  );
