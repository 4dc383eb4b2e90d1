import { resolve } from 'node:path';
import { UserError } from '../base/errors.js';
import { frozen, plainCopy } from '../base/plain.js';
import { show } from '../base/show.js';
import type { Config } from '../description/config.js';
import { emit } from './emit.js';
import { type WriteOptions, writeFolder } from './output.js';
import type { EmittedFile } from './rtl.js';

/** What {@link generate} takes beside the configuration. */
export interface GenerateOptions extends WriteOptions {
  /** The output folder. It is made, or an earlier output in it is replaced; other files in it stay. */
  readonly out: string;
}

/** What {@link generate} wrote. */
export interface Generated {
  /** Absolute path of the output folder. */
  readonly folder: string;
  /** All files, as they were written. */
  readonly files: readonly EmittedFile[];
}

/** Options as they are understood. */
const optionsOf = (options: unknown): GenerateOptions => {
  const refuse = (path: string, message: string, fix: string): never => {
    throw new UserError([{ code: 'NO_FOLDER', path, message, fix }]);
  };
  const { out, force, ...extra } = (plainCopy(options, 'options') ?? {}) as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(extra))
    refuse(key || '""', 'there is no such option', 'give out, and force where files may be overwritten');
  if (force !== undefined && typeof force !== 'boolean') {
    refuse('force', `${show(force)} is neither true nor false`, 'set force to true, or leave force out');
  }
  if (typeof out !== 'string' || out === '' || out.includes('\0')) {
    return refuse('out', `${show(out)} is no folder`, 'name a folder, as in rtl-out/mine');
  }
  return force === undefined ? { out } : { out, force: force as boolean };
};

/**
 * Writes every file of an accelerator into a folder, all or nothing.
 * @param config a configuration, as `defineAccelerator` returns.
 * @throws {@link UserError} with every problem of the configuration, or when the folder cannot be written or files in it are in the way.
 */
export const generate = (config: Config, options: GenerateOptions): Generated => {
  const { out, ...how } = optionsOf(options);
  const files = emit(config);
  writeFolder(out, files, how);
  return frozen({ folder: resolve(out), files });
};
