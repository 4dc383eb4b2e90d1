import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { show } from '../base/show.js';
import type { Config } from '../description/config.js';
import { PRESET_NAMES, type PresetName } from '../description/presets.js';
import { changeConfig, resolveConfig } from '../description/resolve.js';
import { isManifest, MANIFEST, manifestConfig } from '../emit/manifest.js';
import { readJson } from './readJson.js';

/** What {@link loadConfig} takes, in the help of a command. */
export const SOURCE_HELP = 'a preset (see "bp-im2col presets"), a JSON file, or a folder that was generated';

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `--set key=value`, which may be repeated. */
export const addSetOption = (command: Command): Command =>
  command.addOption(
    new Option('-s, --set <key=value>', 'change one value, as in --set array.rows=8; repeatable')
      .argParser(collect)
      .default([], 'none'),
  );

/** A file or folder is meant when the word looks like a path; anything else names a preset. */
export const isPath = (source: string): boolean => /[/\\]|\.json$|^\.{1,2}$/i.test(source);

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** The manifest of a folder; of a file, the file. */
const fileOf = (source: string): string => {
  const isFolder = withFileErrors(source, () => statSync(source).isDirectory());
  if (!isFolder) return source;
  const manifest = join(source, MANIFEST);
  if (existsSync(manifest)) return manifest;
  const fix = 'give a folder that "bp-im2col generate" wrote, a JSON file, or a preset';
  return refuse('EISDIR', source, `it is a folder without ${MANIFEST}`, fix);
};

/** JSON that is something else, of which a list of missing and unknown keys would say nothing. */
const refuseOther = (value: unknown, path: string): void => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (['preset', 'array', 'format', 'buffers', 'axi'].some((key) => Object.hasOwn(value, key))) return;
  if (Object.hasOwn(value, 'layers')) {
    const fix = 'give it to "bp-im2col analyze" or "bp-im2col estimate", and here an accelerator';
    refuse('NO_CONFIGURATION', path, 'it holds a network, and no configuration of an accelerator', fix);
  }
  const fix =
    'give a file with "preset" and what differs from it (see "bp-im2col schema"), or a folder that was generated';
  refuse('NO_CONFIGURATION', path, 'it holds no configuration of an accelerator', fix);
};

/** A word that names no preset may be the name of a folder. */
const named = (word: string, sets: readonly string[]): Config => {
  const path = `./${word}`;
  const isGenerated = !PRESET_NAMES.includes(word as PresetName) && existsSync(join(path, MANIFEST));
  if (isGenerated)
    refuse('UNKNOWN_PRESET', 'preset', `there is no preset ${show(word)}`, `write ${path} for the folder`);
  return resolveConfig({ preset: word }, sets);
};

/**
 * The configuration that a preset's name, a JSON file or a generated folder (or its manifest), and `--set` options, describe.
 * @throws {@link UserError} with every problem.
 */
export const loadConfig = (source: string, sets: readonly string[]): Config => {
  if (!isPath(source)) return named(source, sets);
  const path = fileOf(source);
  const value = readJson(path);
  if (isManifest(value)) return changeConfig(manifestConfig(value, path), sets);
  refuseOther(value, path);
  return resolveConfig(value, sets);
};
