import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../check/errors.js';
import { withFileErrors } from '../check/fileError.js';
import { makeFolder } from '../makeFolder.js';
import { uninterrupted } from '../uninterrupted.js';
import { MANIFEST, parseManifest, sha256 } from './manifest.js';
import type { EmittedFile } from './rtl.js';

const kindOf = (path: string): 'none' | 'folder' | 'link' | 'other' => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 'none';
  return stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'folder' : 'other';
};

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** No symbolic link may be in the part of the path below the working folder, or be the folder itself. */
const refuseLinks = (folder: string): void => {
  const inside = relative(process.cwd(), folder);
  const parts = inside.startsWith('..') || resolve(inside) !== folder ? [] : inside.split(sep).slice(0, -1);
  const above = parts.map((_, i) => resolve(...parts.slice(0, i + 1)));
  for (const path of [...above, folder]) {
    if (kindOf(path) === 'link') {
      refuse('SYMLINK', path, 'it is a symbolic link', 'give the folder that it points to, or another one');
    }
  }
};

/** The current folder, and those above it, cannot be replaced: whoever works in it would be left in the old one. */
const refuseCurrent = (folder: string): void => {
  const current = process.cwd();
  const real = realpathSync(folder);
  if (real !== current && !current.startsWith(real.endsWith(sep) ? real : real + sep)) return;
  const message = `it is ${real === current ? 'the current folder' : 'above the current folder'}, which cannot be replaced`;
  refuse('CURRENT_FOLDER', folder, message, 'name a folder inside it, as in --out out');
};

/** Everything below a folder that is not a folder itself, and folders that are empty. */
const contents = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inner = entry.isDirectory() ? contents(join(folder, entry.name)) : [];
    return inner.length > 0 ? inner.map((path) => `${entry.name}/${path}`) : [entry.name];
  });

const named = (paths: readonly string[]): string =>
  paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');

/** Only an empty folder, or one whose every file our manifest there lists and nobody has changed since, may be replaced. */
const refuseForeign = (folder: string): void => {
  const top = readdirSync(folder);
  if (top.length === 0) return;
  const manifest = top.includes(MANIFEST) ? parseManifest(readFileSync(join(folder, MANIFEST), 'utf8')) : undefined;
  const hashes = new Map(manifest?.files.map(({ path, sha256 }) => [path, sha256]));
  const inside = manifest ? contents(folder).filter((path) => path !== MANIFEST) : top;
  const foreign = inside.filter((path) => !hashes.has(path));
  if (foreign.length > 0) {
    const message = `it holds files that bp-im2col did not write: ${named(foreign)}`;
    refuse('FOREIGN_FILES', folder, message, 'move them away, or give another output folder');
  }
  const changed = inside.filter((path) => sha256(readFileSync(join(folder, path))) !== hashes.get(path));
  if (changed.length > 0) {
    const message = `it holds files that were changed since bp-im2col wrote them: ${named(changed)}`;
    refuse(
      'CHANGED_FILES',
      folder,
      message,
      'move them away to keep them, or delete them; or give another output folder',
    );
  }
};

const quietly = (run: () => void): void => {
  try {
    run();
  } catch {
    // the first error is the one to report
  }
};

const STALE_MS = 10 * 60_000;

/** Removes what earlier writers of this folder, killed at work, left beside it; a young one may still be at work. */
const removeLeftovers = (folder: string): void => {
  const [parent, start] = [dirname(folder), `.${basename(folder)}.`];
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(start) || !/^(new|old)-[0-9a-f]{12}$/.test(name.slice(start.length))) continue;
    const path = join(parent, name);
    // renaming to .old changes its ctime, not its mtime
    const isStale = Date.now() - lstatSync(path).ctimeMs > STALE_MS;
    if (isStale && kindOf(path) === 'folder') rmSync(path, { recursive: true, force: true });
  }
};

const replaceFolder = (out: string, files: readonly EmittedFile[]): void => {
  if (out === '') refuse('NO_FOLDER', '--out', 'the name is empty', 'name a folder, as in --out out');
  const folder = resolve(out);
  withFileErrors(folder, () => {
    refuseLinks(folder);
    const before = kindOf(folder);
    if (before === 'other') refuse('NOT_A_FOLDER', folder, 'it is a file, not a folder', 'give another output folder');
    if (before === 'folder') {
      refuseCurrent(folder);
      refuseForeign(folder);
    }

    const mark = randomBytes(6).toString('hex');
    const fresh = join(dirname(folder), `.${basename(folder)}.new-${mark}`);
    const old = join(dirname(folder), `.${basename(folder)}.old-${mark}`);
    let made: readonly string[] = [];
    try {
      made = makeFolder(dirname(folder));
      mkdirSync(fresh);
      for (const sub of new Set(files.map(({ path }) => dirname(path)))) makeFolder(join(fresh, sub));
      for (const { path, text } of files) writeFileSync(join(fresh, path), text, { flag: 'wx' });
      if (before === 'folder') renameSync(folder, old);
      try {
        renameSync(fresh, folder);
      } catch (error) {
        if (before === 'folder') renameSync(old, folder);
        throw error;
      }
    } catch (error) {
      quietly(() => rmSync(fresh, { recursive: true, force: true }));
      for (const path of made) quietly(() => rmdirSync(path));
      throw error;
    }
    withFileErrors(old, () => rmSync(old, { recursive: true, force: true }));
    quietly(() => removeLeftovers(folder));
  });
};

/**
 * Replaces a folder by these files, all or nothing: they are written beside it and renamed into place.
 * Refuses symbolic links, the current folder and those above it, and folders that hold anything but an earlier output of ours.
 * @throws {@link UserError}, leaving everything as it was.
 */
export const writeFolder = (out: string, files: readonly EmittedFile[]): void =>
  uninterrupted(() => replaceFolder(out, files));
