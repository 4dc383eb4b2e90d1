import { z } from 'zod';
import { type Config, ENGINES } from '../spec/config.js';
import { derive } from '../spec/derive.js';
import { type Problem, UserError } from './errors.js';
import { isVerilogKeyword } from './keywords.js';
import { configSchema, rules } from './schema.js';
import { closest } from './suggest.js';

type Path = readonly PropertyKey[];

const show = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const name = (path: Path): string => (path.length === 0 ? 'configuration' : path.map(String).join('.'));

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);

/** The schema of a field, or nothing where the configuration has no such field. */
export const schemaAt = (path: Path): z.core.$ZodType | undefined =>
  path.reduce<z.core.$ZodType | undefined>((node, key) => {
    if (node instanceof z.ZodObject) return Object.hasOwn(node.shape, key) ? node.shape[key as string] : undefined;
    return node instanceof z.ZodArray ? node.element : undefined;
  }, configSchema);

const unknownKey = (path: Path, key: string): Problem => {
  const known = Object.keys((schemaAt(path) as typeof configSchema).shape);
  const meant = closest(key, known);
  return {
    code: 'UNKNOWN_KEY',
    path: name([...path, key]),
    message: 'there is no such key',
    fix: meant ? `write ${name([...path, meant])}` : `remove it; the keys here are ${known.join(', ')}`,
  };
};

// buffer words do not depend on the buffers' sizes, which may be unsound here
const NO_BUFFERS: Config['buffers'] = { dynamicBytes: 1, stationaryBytes: 1, accumulatorDepth: 1 };

/** Every mistake in types and ranges. */
const fieldProblems = (input: unknown, issues: readonly z.core.$ZodIssue[]): readonly Problem[] =>
  issues.flatMap((issue): readonly Problem[] => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
    const { expects, nearest } = rules.get(schemaAt(path) as z.ZodType) as NonNullable<ReturnType<typeof rules.get>>;
    const value = valueAt(input, path);
    const near = nearest(value);
    const fix = near === undefined ? `give ${expects}` : `set ${name(path)} to ${show(near)}`;
    if (value === undefined) return [{ code: 'MISSING', path: name(path), message: `missing; it is ${expects}`, fix }];
    const code = issue.code === 'invalid_type' && issue.expected !== 'int' ? 'WRONG_TYPE' : 'OUT_OF_RANGE';
    return [{ code, path: name(path), message: `is ${show(value)}; it must be ${expects}`, fix }];
  });

/** Mistakes that show only when several fields, or the meaning of one, are looked at; `ok` says which fields are sound. */
const joinedProblems = (config: Config, ok: (...paths: string[]) => boolean): readonly Problem[] => {
  const problems: Problem[] = [];
  for (const field of ['name', 'prefix'] as const) {
    if (ok(field) && isVerilogKeyword(config[field])) {
      const message = `"${config[field]}" is a reserved word of Verilog`;
      problems.push({ code: 'KEYWORD', path: field, message, fix: `set ${field} to "${config[field]}_"` });
    }
  }
  if (ok('format', 'addStages') && config.format === 'int8' && config.addStages !== 1) {
    const message = `is ${config.addStages}; an int8 addition takes one stage`;
    problems.push({ code: 'ADD_STAGES', path: 'addStages', message, fix: 'set addStages to 1, or leave it out' });
  }
  if (ok('array', 'format', 'axi.dataWidth')) {
    const { dynamicWord, stationaryWord, dataBytes } = derive({ ...config, buffers: NO_BUFFERS, addStages: 1 });
    for (const [field, word] of [
      ['dynamicBytes', dynamicWord],
      ['stationaryBytes', stationaryWord],
    ] as const) {
      const least = 4 * word * dataBytes;
      if (!ok(`buffers.${field}`) || config.buffers[field] >= least) continue;
      problems.push({
        code: 'BUFFER_TOO_SMALL',
        path: `buffers.${field}`,
        message: `is ${config.buffers[field]}; this array and bus need 4 words of ${word * dataBytes} bytes, ${least} bytes`,
        fix: `set buffers.${field} to at least ${least}`,
      });
    }
  }
  if (ok('engines')) {
    for (const engine of new Set(config.engines.filter((each, i, all) => all.indexOf(each) !== i))) {
      const message = `"${engine}" is listed more than once`;
      problems.push({ code: 'DUPLICATE', path: 'engines', message, fix: `list "${engine}" once` });
    }
  }
  return problems;
};

/** Every problem of a complete configuration: types and ranges first, then rules that join fields. Empty when it is valid. */
export const configProblems = (input: unknown): readonly Problem[] => {
  const { error } = configSchema.safeParse(input);
  const fields = fieldProblems(input, error?.issues ?? []);
  const bad = fields.filter(({ code }) => code !== 'UNKNOWN_KEY').map(({ path }) => path);
  if (bad.includes('configuration')) return fields;
  // a field is sound when nothing is wrong with it, with a part of it, or with what holds it
  const within = (a: string, b: string): boolean => a === b || a.startsWith(`${b}.`);
  const ok = (...paths: string[]): boolean =>
    paths.every((path) => bad.every((wrong) => !within(wrong, path) && !within(path, wrong)));
  return [...fields, ...joinedProblems(input as Config, ok)];
};

const frozen = <T extends object>(value: T): T => {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part);
  return Object.freeze(value);
};

/**
 * Checks a complete configuration and returns it frozen, with keys and engines in their canonical order,
 * so that equal configurations have equal hashes.
 * @throws {@link UserError} with every problem.
 */
export const parseConfig = (input: unknown): Config => {
  const problems = configProblems(input);
  if (problems.length > 0) throw new UserError(problems);
  const config: Config = configSchema.parse(input);
  return frozen({ ...config, engines: ENGINES.filter((engine) => config.engines.includes(engine)) });
};
