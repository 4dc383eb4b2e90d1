import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.js';
import { isOfTheMachine, meaningOf } from '../../base/fileError.js';
import { makeFolder } from '../../base/makeFolder.js';
import { discard, temporary } from '../../base/processes.js';
import { claimName, isOlderAtWork, sweep } from './claims.js';
import { isSealed, seal, sealedText, unsealed } from './seal.js';

/** Folder of what is kept between runs: `BP_IM2COL_CACHE`, or `bp-im2col` in the user's cache (`XDG_CACHE_HOME`, else `~/.cache`). */
export const cacheFolder = (): string => {
  const chosen = process.env.BP_IM2COL_CACHE;
  if (chosen) return resolve(chosen);
  const users = process.env.XDG_CACHE_HOME;
  // a relative one is to be ignored, as the XDG specification says
  return join(users && isAbsolute(users) ? users : join(homedir(), '.cache'), 'bp-im2col');
};

/** Key of an entry: a hash of everything that it depends on. */
export const cacheKey = (kind: string, parts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return `${kind}-${hash.digest('hex').slice(0, 24)}`;
};

/** What the file system does to the cache becomes the user's one error. */
const withCacheErrors = <T>(root: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof UserError) throw error;
    const meaning = meaningOf(error)?.message ?? message;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const fix = `${isFull ? 'free some space, or ' : ''}set BP_IM2COL_CACHE to a folder that can be written`;
    const problem = { code: 'CACHE', path: `cache ${root}`, message: `it cannot be used: ${meaning} [${code}]`, fix };
    throw Object.assign(new UserError([problem]), { cause: error });
  }
};

const PROBE = Buffer.alloc(4096);
const opened = new Set<string>();

/**
 * Makes the cache, tries whether it can be written, and removes what killed processes left in it: once in a process.
 * Commands that use the cache begin with it.
 * @throws UserError
 */
export const openCache = (): string => {
  const root = cacheFolder();
  if (opened.has(root)) return root;
  withCacheErrors(root, () => {
    makeFolder(root);
    const probe = temporary(join(root, claimName('probe')));
    try {
      writeFileSync(probe, PROBE);
    } finally {
      discard(probe);
    }
    sweep(root);
  });
  opened.add(root);
  return root;
};

/** Whether a build is in the cache, and whole. */
export const isBuilt = (key: string): boolean => isSealed(join(cacheFolder(), key), key);

/** Puts a finished build in the place of one that is not whole. */
const install = (made: string, target: string, key: string): void => {
  for (;;) {
    try {
      renameSync(made, target);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) throw error;
      if (isSealed(target, key)) return; // another builder was faster
      const broken = temporary(join(dirname(target), claimName(key)));
      renameSync(target, broken);
      discard(broken);
    }
  }
};

/**
 * Returns the folder of a build, which is made by `build` in a folder beside it, sealed and then renamed, unless it is there
 * and whole. Builders of the same key in any process wait for the first one.
 */
export const buildOnce = async (key: string, build: (folder: string) => Promise<void>): Promise<string> => {
  const root = openCache();
  const target = join(root, key);
  if (isSealed(target, key)) return target;
  const claim = claimName(key);
  const folder = temporary(join(root, claim));
  try {
    withCacheErrors(root, () => mkdirSync(folder));
    while (withCacheErrors(root, () => isOlderAtWork(root, key, claim))) {
      await sleep(200);
      if (isSealed(target, key)) return target;
    }
    if (isSealed(target, key)) return target;
    await build(folder).catch((error: NodeJS.ErrnoException) => {
      // what is not about the disk, or a file of the cache, is the builder's own
      const isOurs = isOfTheMachine(error) || error.path?.startsWith(root);
      if (!isOurs) throw error;
      withCacheErrors(root, () => {
        throw error;
      });
    });
    withCacheErrors(root, () => {
      seal(folder, key);
      install(folder, target, key);
    });
  } finally {
    discard(folder);
  }
  return target;
};

/** Takes a build out of the cache. */
export const forget = (key: string): void => rmSync(join(cacheFolder(), key), { recursive: true, force: true });

const valuePath = (root: string, key: string): string => join(root, key.slice(0, key.indexOf('-')), `${key}.json`);

/** A value that {@link remember} kept; undefined when there is none, or it is not whole. */
export const recall = (key: string): unknown => {
  try {
    return unsealed(key, readFileSync(valuePath(cacheFolder(), key), 'utf8'));
  } catch {
    return undefined;
  }
};

/** Keeps a value, which JSON can hold, for {@link recall}. */
export const remember = (key: string, value: unknown): void => {
  const root = openCache();
  withCacheErrors(root, () => {
    const path = valuePath(root, key);
    const fresh = temporary(join(root, claimName(key)));
    try {
      makeFolder(dirname(path));
      writeFileSync(fresh, sealedText(key, value));
      renameSync(fresh, path);
    } finally {
      discard(fresh);
    }
  });
};
