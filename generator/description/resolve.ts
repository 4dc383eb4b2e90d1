import { z } from 'zod';
import { type Problem, UserError } from '../base/errors.js';
import { plainCopy } from '../base/plain.js';
import { show } from '../base/show.js';
import { closest } from '../base/suggest.js';
import { FORMATS, type Format, formats } from '../formats/index.js';
import { configProblems, parseConfig, schemaAt } from './checkConfig.js';
import { type Config, ENGINES } from './config.js';
import { PRESET_NAMES, type PresetName, presets } from './presets.js';

/** A preset and what differs from it. A list replaces the preset's list; an object changes the keys it names. */
export interface PresetChange {
  /** What the changes begin from. */
  readonly preset: PresetName;
  /** When left out: the preset's name, with `-custom` added if anything but the prefix differs. */
  readonly name?: string;
  /** Rows and columns. */
  readonly array?: Partial<Config['array']>;
  /** Number format of operands and sums. */
  readonly format?: Config['format'];
  /** When left out but `format` is given: what the format usually takes. */
  readonly addStages?: number;
  /** Memories on the chip. */
  readonly buffers?: Partial<Config['buffers']>;
  /** AXI4 master. */
  readonly axi?: Partial<Config['axi']>;
  /** Engines that are built. */
  readonly engines?: Config['engines'];
  /** Of `traditional`: how it writes its zero-inserted tensor. */
  readonly reorganize?: Config['reorganize'];
  /** Lanes that a STORE in the operand format converts in a cycle. */
  readonly epilogueLanes?: Config['epilogueLanes'];
  /** The vector unit. */
  readonly vector?: Config['vector'];
  /** Instructions that are fetched before their units take them. */
  readonly instructionSlots?: Config['instructionSlots'];
  /** Greatest values that the hardware is built for. */
  readonly limits?: Config['limits'];
  /** Performance counters that are built. */
  readonly counters?: Config['counters'];
  /** Prefix of every Verilog module name. */
  readonly prefix?: string;
}

/** A complete description; what most people leave alone may be left out. */
export interface FullDescription extends Omit<Config, 'addStages' | 'engines' | 'counters' | 'prefix'> {
  /** There is none: nothing is taken from elsewhere. */
  readonly preset?: undefined;
  /** When left out: 1 for int8, 3 for bf16. */
  readonly addStages?: number;
  /** When left out: all engines. */
  readonly engines?: Config['engines'];
  /** When left out: `all`. */
  readonly counters?: Config['counters'];
  /** When left out: `bpi_`. */
  readonly prefix?: string;
}

/** What {@link defineAccelerator} and a configuration file take. */
export type Description = PresetChange | FullDescription;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `base` with `change` laid over it, key by key; undefined changes nothing. `__proto__` stays an ordinary key, which the schema then refuses. */
const merge = (base: Json, change: Json): Json =>
  Object.fromEntries([
    ...Object.entries(base),
    ...Object.entries(change)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => {
        const old = Object.hasOwn(base, key) ? base[key] : undefined;
        return [key, isObject(old) && isObject(value) ? merge(old, value) : value] as const;
      }),
  ]);

/** A `--set` value as the field's type; text that does not fit stays text, which the schema then refuses. */
const valueFor = (path: readonly string[], text: string): unknown => {
  const schema = schemaAt(path);
  if (schema instanceof z.ZodArray) return text === '' ? [] : text.split(',').map((item) => item.trim());
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return text;
  if (schema instanceof z.ZodBoolean && /^\s*(true|false)\s*$/.test(text)) return text.trim() === 'true';
  return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
};

const badSet = (text: string): Problem => ({
  code: 'BAD_SET',
  path: `--set ${text}`,
  message: 'there is no "=" after a key',
  fix: 'write --set key=value, as in --set array.rows=8',
});

const presetSet = (text: string): Problem => ({
  code: 'BAD_SET',
  path: `--set ${text}`,
  message: 'the preset is where changes begin, and none of them',
  fix: 'name it as the argument of the command (run, compile: --preset), or as "preset" in the file',
});

/** The changes that `--set` options ask for, in order. */
const changesOf = (sets: readonly string[]): { readonly change: Json; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const given: string[] = [];
  let change: Json = {};
  for (const text of sets) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined) {
      problems.push(badSet(text));
      continue;
    }
    const path = key.trim().split(/\s*\.\s*/);
    if (path[0] === 'preset') {
      problems.push(presetSet(text));
      continue;
    }
    const at = path.join('.');
    const before = given.find((other) => `${at}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${at}.`));
    given.push(at);
    if (before !== undefined) {
      const message = before === at ? 'given twice' : `--set ${before} gives it already`;
      problems.push({ code: 'DUPLICATE_KEY', path: `--set ${text}`, message, fix: `give ${before} once` });
      continue;
    }
    const single = path.reduceRight<unknown>(
      (inner, part) => Object.fromEntries([[part, inner]]),
      valueFor(path, value),
    );
    change = merge(change, single as Json);
  }
  return { change, problems };
};

/** The preset of this name. @throws {@link UserError} when there is none. */
export const presetOf = (name: unknown): Config => {
  if (typeof name === 'string' && Object.hasOwn(presets, name)) return presets[name];
  const meant = typeof name === 'string' ? closest(name, PRESET_NAMES) : undefined;
  throw new UserError([
    {
      code: 'UNKNOWN_PRESET',
      path: 'preset',
      message: `there is no preset ${show(name)}`,
      fix: meant ? `write ${JSON.stringify(meant)}` : `take one of ${PRESET_NAMES.join(', ')}`,
    },
  ]);
};

const isFormat = (name: unknown): name is Format => FORMATS.some((format) => format === name);

const withDefaults = (input: Json): Json => ({
  engines: ENGINES,
  counters: 'all',
  prefix: 'bpi_',
  // without a right format this is any right value: only the format is reported then
  addStages: isFormat(input.format) ? formats[input.format].addStages.usual : 1,
  ...input,
});

/** A preset's values that a change leaves standing: its adder depth goes when the format changes. */
const baseFor = (preset: Config, change: Json): Json => {
  const { addStages, ...rest } = preset;
  const other = isFormat(change.format) && change.format !== preset.format;
  return other ? rest : { addStages, ...rest };
};

const nameOf = (preset: Config, change: Json): string =>
  Object.keys(change).some((key) => key !== 'prefix') ? `${preset.name}-custom` : preset.name;

/** A configuration and what differs from it, as {@link PresetChange} says of a preset. */
const changed = (base: Config, changes: Json): Json =>
  withDefaults({ ...merge(baseFor(base, changes), changes), name: changes.name ?? nameOf(base, changes) });

/** Checked, unless `--set` options were wrong in themselves. */
const checked = (complete: Json, problems: readonly Problem[]): Config => {
  if (problems.length > 0) throw new UserError([...problems, ...configProblems(complete)]);
  return parseConfig(complete);
};

/**
 * A configuration with `--set` options laid over it, as over a preset.
 * @throws {@link UserError} with every problem.
 */
export const changeConfig = (base: Config, sets: readonly string[]): Config => {
  const { change, problems } = changesOf(sets);
  return checked(changed(base, change), problems);
};

/**
 * Turns a description (a preset's name; a preset and its changes; a complete description) and `--set` options into a
 * checked, frozen configuration.
 * @throws {@link UserError} with every problem.
 */
export const resolveConfig = (description: unknown, sets: readonly string[] = []): Config => {
  const plain = plainCopy(description, 'configuration');
  const given = typeof plain === 'string' ? { preset: plain } : plain;
  const { change, problems } = changesOf(sets);
  if (!isObject(given)) return parseConfig(given);
  // merged into nothing: what is undefined is not given
  const { preset: presetName, $schema: _link, ...own } = merge({}, given) as Json & { preset?: unknown };
  const changes = merge(own, change);
  const complete = presetName === undefined ? withDefaults(changes) : changed(presetOf(presetName), changes);
  return checked(complete, problems);
};
