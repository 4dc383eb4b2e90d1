import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UserError } from '../check/errors.js';
import { withFileErrors } from '../check/fileError.js';
import { presetOf, resolveConfig } from '../check/resolve.js';
import type { Config } from '../spec/config.js';

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `--set key=value`, which may be repeated. */
export const addSetOption = (command: Command): Command =>
  command.addOption(
    new Option('-s, --set <key=value>', 'change one value, as in --set array.rows=8; repeatable')
      .argParser(collect)
      .default([], 'none'),
  );

const parseJson = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = `it is not JSON: ${(error as Error).message}`;
    throw new UserError([{ code: 'NOT_JSON', path, message, fix: 'mend the file' }]);
  }
};

/** A file is meant when the word looks like a path; anything else names a preset. */
export const isPath = (source: string): boolean => /[/\\]|\.json$/i.test(source);

/** What a JSON file holds. @throws {@link UserError} when it cannot be read, or is not JSON. */
export const readJson = (path: string): unknown =>
  parseJson(
    path,
    withFileErrors(path, () => readFileSync(path, 'utf8')),
  );

/**
 * The configuration that a preset's name or a JSON file, and `--set` options, describe.
 * @throws {@link UserError} with every problem.
 */
export const loadConfig = (source: string, sets: readonly string[]): Config => {
  if (!isPath(source)) return resolveConfig({ preset: presetOf(source).name }, sets);
  return resolveConfig(readJson(source), sets);
};
