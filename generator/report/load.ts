import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type Problem, UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { scriptCommand } from '../base/paths.js';
import { parseLayer } from '../description/layer.js';
import { type Results, resultsSchema, timelinesFile, timelinesSchema } from './results.js';

const RENEW = `make the file anew: ${scriptCommand('bench', '--json results.json')}`;
/** Problems that are worth reading of one file. */
const MOST = 12;

/** Where a value lies: runs[3].cycles. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`)).join('') ||
  'the file';

const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key], data);

const shown = (value: unknown): string => {
  if (value === undefined) return 'is missing';
  const text = JSON.stringify(value) ?? String(value);
  return `is ${text.length > 40 ? `${text.slice(0, 39)}…` : text}`;
};

const shapeProblem = (data: unknown, { path, message, code }: z.core.$ZodIssue): Problem => {
  const value = valueAt(data, path);
  const where = pathText(path);
  if (where === 'schema' && value !== undefined) {
    return {
      code: 'SCHEMA_VERSION',
      path: where,
      message: `${shown(value)}, which this program does not read`,
      fix: RENEW,
    };
  }
  return {
    code: value === undefined ? 'MISSING' : code.toUpperCase(),
    path: where,
    message:
      value === undefined ? 'is missing' : `${shown(value)}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    fix: RENEW,
  };
};

/** What the types do not say: layers that can be read, lists that belong together. */
const contentProblems = ({
  runs,
  networks,
  moreNetworks,
  sizes,
  timelines,
  validation,
}: Results): readonly Problem[] => {
  const problems: Problem[] = [];
  if ([runs, networks, moreNetworks, sizes, timelines, validation].every(({ length }) => length === 0)) {
    problems.push({ code: 'EMPTY', path: 'runs', message: 'there is nothing to report', fix: RENEW });
  }
  const specs = new Map<string, string>();
  runs.forEach(({ layer, spec }, index) => {
    const path = `runs[${index}].spec`;
    const known = specs.get(layer);
    if (known !== undefined && known !== spec) {
      const message = `layer ${layer} is ${spec} here and ${known} before`;
      problems.push({ code: 'TWO_LAYERS', path, message, fix: 'give the layers different names' });
    }
    if (known !== undefined) return;
    specs.set(layer, spec);
    try {
      parseLayer(spec);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, path: `${path}, ${problem.path}` })));
    }
  });
  timelines.forEach((timeline, index) => {
    const buckets = Math.ceil(timeline.runCycles / timeline.bucketCycles);
    for (const key of ['readBeats', 'writeBeats', 'execOpen', 'arrayBusy', 'store'] as const) {
      const { length } = timeline[key];
      if (length === buckets) continue;
      const message = `has ${length} buckets; ${timeline.runCycles} cycles take ${buckets} of ${timeline.bucketCycles}`;
      problems.push({ code: 'BUCKETS', path: `timelines[${index}].${key}`, message, fix: RENEW });
    }
  });
  return problems;
};

const refuse = (path: string, problems: readonly Problem[]): never => {
  const kept = problems.slice(0, MOST).map((problem) => ({ ...problem, path: `${path}: ${problem.path}` }));
  if (problems.length > MOST) {
    const message = `${problems.length - MOST} more problems are left out`;
    kept.push({ code: 'MORE', path, message, fix: RENEW });
  }
  throw new UserError(kept);
};

/** The content of a file, as a schema has it. */
const readChecked = <T>(path: string, schema: z.ZodType<T>): T => {
  const text = withFileErrors(path, () => readFileSync(path, 'utf8'));
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UserError([
      { code: 'NOT_JSON', path, message: `it is not JSON: ${(error as Error).message}`, fix: RENEW },
    ]);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  return refuse(
    path,
    parsed.error.issues.map((issue) => shapeProblem(data, issue)),
  );
};

/**
 * Reads a results file, and the timelines that stand in it or in the file beside it.
 * @throws UserError when it cannot be read, and with what is wrong in it.
 */
export const loadResults = (path: string): Results => {
  const results = readChecked<Results>(path, resultsSchema as z.ZodType<Results>);
  const beside = timelinesFile(path);
  const isApart = results.timelines.length === 0 && existsSync(beside);
  const { timelines } = isApart ? readChecked(beside, timelinesSchema) : results;
  const problems = contentProblems({ ...results, timelines });
  return problems.length > 0 ? refuse(path, problems) : { ...results, timelines };
};
