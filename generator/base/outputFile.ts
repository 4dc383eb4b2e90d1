import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UserError } from './errors.js';
import { withFileErrors } from './fileError.js';
import { shellWord } from './shellWord.js';
import { uninterrupted } from './uninterrupted.js';

/** Where a path leads: itself, or the end of its symbolic link. */
const target = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
};

/**
 * Checks, before the work is done, that a file can be written there.
 * @throws UserError when its name or its place will not do.
 */
export const checkOutput = (option: string, path: string, extensions: readonly string[]): void => {
  const refuse = (code: string, message: string, fix: string): never => {
    throw new UserError([{ code, path: `${option} ${path}`, message, fix }]);
  };
  if (!extensions.includes(extname(path).toLowerCase())) {
    refuse(
      'EXTENSION',
      `the name does not end in ${extensions.join(' or ')}`,
      `call it ${basename(path)}${extensions[0]}`,
    );
  }
  const file = target(path);
  withFileErrors(`${option} ${path}`, () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (now?.isDirectory()) refuse('EISDIR', 'it is a folder, not a file', 'give the path of a file');
    if (now && !now.isFile()) refuse('NOT_A_FILE', 'it is not a regular file', 'give the path of a file');
    if (!existsSync(dirname(file))) {
      const folder = dirname(path);
      refuse(
        'ENOENT',
        `there is no folder ${folder}`,
        `make it first (mkdir -p ${shellWord(folder)}), or give another path`,
      );
    }
    if (!statSync(dirname(file)).isDirectory()) {
      refuse('ENOTDIR', 'a part of the path is a file, not a folder', 'give a path whose parts are folders');
    }
    accessSync(dirname(file), constants.W_OK);
    if (now) accessSync(file, constants.W_OK);
  });
};

/** Where a file lies, by its symbolic links, and a name beside it for what is made in its place. */
export const freshName = (path: string): { readonly file: string; readonly fresh: string } => {
  const file = target(path);
  return { file, fresh: join(dirname(file), `.${basename(file)}.new-${randomBytes(6).toString('hex')}`) };
};

/**
 * Writes a file whole or not at all: beside its place, then renamed.
 * @throws UserError when it cannot be written.
 */
export const writeOutput = (option: string, path: string, bytes: Uint8Array): void => {
  const { file, fresh } = freshName(path);
  withFileErrors(`${option} ${path}`, () =>
    uninterrupted(() => {
      try {
        writeFileSync(fresh, bytes, { flag: 'wx' });
        renameSync(fresh, file);
      } finally {
        rmSync(fresh, { force: true });
      }
    }),
  );
};
