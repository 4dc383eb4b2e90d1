import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { makeFolder } from '../base/makeFolder.js';
import { uninterrupted } from '../base/uninterrupted.js';
import { sha256 } from './host.js';
import { MANIFEST, parseManifest } from './manifest.js';
import type { EmittedFile } from './rtl.js';

const kindOf = (path: string): 'none' | 'folder' | 'link' | 'file' | 'other' => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 'none';
  return stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other';
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

const named = (paths: readonly string[]): string =>
  paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');

/** The parts of a path inside the output folder, from the outermost. */
const along = (path: string): readonly string[] =>
  path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));

/** Whether the path stays inside the folder and is a file there, reached through no link. */
const isOwnFile = (folder: string, path: string): boolean => {
  const parts = path.split('/');
  if (path.includes('\\') || parts.some((part) => part === '' || part === '.' || part === '..')) return false;
  const steps = along(path).map((part) => join(folder, part));
  return steps.slice(0, -1).every((step) => kindOf(step) === 'folder') && kindOf(join(folder, path)) === 'file';
};

const hashOf = (folder: string, path: string): string => sha256(readFileSync(join(folder, path)));

/** What an existing folder holds of ours: files that an earlier output wrote and nobody has changed since, by path. */
const ownFiles = (folder: string): ReadonlySet<string> | undefined => {
  const manifest = isOwnFile(folder, MANIFEST)
    ? parseManifest(readFileSync(join(folder, MANIFEST), 'utf8'))
    : undefined;
  if (!manifest) return undefined;
  const unchanged = manifest.files.filter(
    ({ path, sha256 }) => isOwnFile(folder, path) && hashOf(folder, path) === sha256,
  );
  return new Set([MANIFEST, ...unchanged.map(({ path }) => path)]);
};

const AWAY = 'move it away, or give another output folder';

/** No folder or link may stand where a file is to be, and nothing else where a folder is to be. */
const refuseObstacles = (folder: string, files: readonly EmittedFile[]): void => {
  const paths = files.map(({ path }) => path);
  const folders = new Set(paths.flatMap((path) => along(path).slice(0, -1)));
  for (const path of [...folders, ...paths]) {
    const place = join(folder, path);
    const kind = kindOf(place);
    const wanted = folders.has(path) ? 'folder' : 'file';
    if (kind === 'none' || kind === wanted) continue;
    if (kind === 'link') refuse('SYMLINK', place, 'it is a symbolic link', AWAY);
    refuse('IN_THE_WAY', place, `it is where a ${wanted} is to be`, AWAY);
  }
};

/** Without force: only a folder that is empty or has our manifest is written into, and no file that we did not write is overwritten. */
const refuseForeign = (folder: string, files: readonly EmittedFile[], own: ReadonlySet<string> | undefined): void => {
  const top = readdirSync(folder);
  if (!own && top.length > 0) {
    const message = `it holds files that bp-im2col did not write: ${named(top)}`;
    refuse(
      'FOREIGN_FILES',
      folder,
      message,
      'give another output folder; or set force to true, to write among them and over those of the same names',
    );
  }
  const others = files.filter(
    ({ path, text }) =>
      !own?.has(path) && kindOf(join(folder, path)) !== 'none' && hashOf(folder, path) !== sha256(text),
  );
  if (others.length > 0) {
    const message = `it holds files that were not written by bp-im2col, or changed since: ${named(others.map(({ path }) => path))}`;
    refuse(
      'CHANGED_FILES',
      folder,
      message,
      'move them away to keep them, or give another output folder; or set force to true, to write over them',
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

/** Removes what earlier writers of this folder, killed at work, left in it or beside it; a young one may still be at work. */
const removeLeftovers = (folder: string): void => {
  const start = `.${basename(folder)}.`;
  for (const parent of [dirname(folder), folder]) {
    for (const name of readdirSync(parent)) {
      if (!name.startsWith(start) || !/^(new|old)-[0-9a-f]{12}$/.test(name.slice(start.length))) continue;
      const path = join(parent, name);
      const isStale = Date.now() - lstatSync(path).ctimeMs > STALE_MS;
      if (isStale && kindOf(path) === 'folder') rmSync(path, { recursive: true, force: true });
    }
  }
};

/** Moves files one by one; the undoing of all moves so far. */
const makeMover = () => {
  const moves: (readonly [from: string, to: string])[] = [];
  return {
    move: (from: string, to: string): void => {
      makeFolder(dirname(to));
      renameSync(from, to);
      moves.push([from, to]);
    },
    undo: (): void => {
      for (const [from, to] of moves.reverse()) quietly(() => renameSync(to, from));
    },
  };
};

/** Removes the folders of these paths, inside `folder`, that are empty. */
const removeEmpty = (folder: string, paths: Iterable<string>): void => {
  const folders = new Set([...paths].flatMap((path) => along(path).slice(0, -1)));
  for (const path of [...folders].sort().reverse()) quietly(() => rmdirSync(join(folder, path)));
};

/**
 * Puts new files, which lie in `fresh`, in the place of old ones: those that are written again and those that are not
 * any more go to `old`. Whatever else the folder holds is not touched. An error undoes everything.
 */
const exchange = (
  folder: string,
  fresh: string,
  old: string,
  paths: readonly string[],
  own: Iterable<string>,
): void => {
  const { move, undo } = makeMover();
  const written = new Set(paths);
  const stale = [...own].filter((path) => !written.has(path));
  const there = paths.filter((path) => kindOf(join(folder, path)) !== 'none');
  // the manifest last: until then the old one tells which files are ours
  const inOrder = [...paths.filter((path) => path !== MANIFEST), ...paths.filter((path) => path === MANIFEST)];
  const before = new Set(there);
  try {
    for (const path of stale) move(join(folder, path), join(old, path));
    for (const path of inOrder) {
      if (before.has(path)) move(join(folder, path), join(old, path));
      move(join(fresh, path), join(folder, path));
    }
  } catch (error) {
    undo();
    // what cannot be put back stays there
    removeEmpty(old, [...stale, ...paths]);
    quietly(() => rmdirSync(old));
    removeEmpty(folder, paths);
    throw error;
  }
  removeEmpty(folder, stale);
};

/** How {@link writeFolder} treats files that are in its way. */
export interface WriteOptions {
  /** Overwrites files that bp-im2col did not write, or that were changed since. Default: refuses. */
  readonly force?: boolean;
}

const exchangeFolder = (out: string, files: readonly EmittedFile[], { force = false }: WriteOptions): void => {
  if (out === '') refuse('NO_FOLDER', 'out', 'the name is empty', 'name a folder');
  const folder = resolve(out);
  withFileErrors(folder, () => {
    refuseLinks(folder);
    const before = kindOf(folder);
    if (before === 'file' || before === 'other')
      refuse('NOT_A_FOLDER', folder, 'it is a file, not a folder', 'give another output folder');
    const own = before === 'folder' ? ownFiles(folder) : undefined;
    if (before === 'folder') {
      refuseObstacles(folder, files);
      if (!force) refuseForeign(folder, files, own);
    }

    const mark = randomBytes(6).toString('hex');
    const aside = (what: string): string =>
      join(before === 'folder' ? folder : dirname(folder), `.${basename(folder)}.${what}-${mark}`);
    const [fresh, old] = [aside('new'), aside('old')];
    let made: readonly string[] = [];
    try {
      made = makeFolder(dirname(folder));
      mkdirSync(fresh);
      for (const sub of new Set(files.map(({ path }) => dirname(path)))) makeFolder(join(fresh, sub));
      for (const { path, text } of files) writeFileSync(join(fresh, path), text, { flag: 'wx' });
      if (before === 'none') renameSync(fresh, folder);
      else
        exchange(
          folder,
          fresh,
          old,
          files.map(({ path }) => path),
          own ?? [],
        );
    } catch (error) {
      quietly(() => rmSync(fresh, { recursive: true, force: true }));
      for (const path of made) quietly(() => rmdirSync(path));
      throw error;
    }
    for (const path of [fresh, old]) withFileErrors(path, () => rmSync(path, { recursive: true, force: true }));
    quietly(() => removeLeftovers(folder));
  });
};

/**
 * Writes these files into a folder, all or nothing: they are written aside and moved into place. Files of an earlier
 * output that are not written any more are removed. Other files stay as they are: they are never removed, and
 * overwritten only by force. Symbolic links are refused.
 * @throws {@link UserError}, leaving everything as it was.
 */
export const writeFolder = (out: string, files: readonly EmittedFile[], options: WriteOptions = {}): void =>
  uninterrupted(() => exchangeFolder(out, files, options));
