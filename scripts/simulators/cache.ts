import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../generator/paths.js';
import { discard, temporary } from '../../generator/temporary.js';

const writable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** Folder of built simulators: `BP_IM2COL_CACHE`, or `.cache` in the package when that can be written, or the user's cache. */
export const cacheFolder = (): string => {
  const chosen = process.env.BP_IM2COL_CACHE;
  if (chosen) return chosen;
  if (writable(packageRoot)) return join(packageRoot, '.cache');
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bp-im2col');
};

/** Whether a build is in the cache. */
export const isBuilt = (key: string): boolean => existsSync(join(cacheFolder(), key));

/** Key of a build: a hash of everything that it depends on. */
export const cacheKey = (kind: string, parts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return `${kind}-${hash.digest('hex').slice(0, 24)}`;
};

const LOCK_LIFETIME_MS = 20 * 60_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A lock whose owner is gone, or that nobody can be holding any more. */
const isStale = (lock: string): boolean => {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const pid = Number(readFileSync(lock, 'utf8'));
    return age > LOCK_LIFETIME_MS || (pid > 0 && !isAlive(pid));
  } catch {
    return false; // released in between
  }
};

const tryLock = (lock: string): boolean => {
  try {
    writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

/**
 * Returns the folder of a build, which is made by `build` in a folder beside it and then renamed, unless it is there.
 * Builders of the same key in any process wait for the first one.
 */
export const buildOnce = async (key: string, build: (folder: string) => Promise<void>): Promise<string> => {
  const root = cacheFolder();
  const target = join(root, key);
  const lock = `${target}.lock`;
  mkdirSync(root, { recursive: true });
  while (!existsSync(target)) {
    if (!tryLock(lock)) {
      if (isStale(lock)) rmSync(lock, { force: true });
      else await sleep(200);
      continue;
    }
    temporary(lock);
    const folder = temporary(`${target}.${randomBytes(4).toString('hex')}`);
    try {
      if (existsSync(target)) break;
      mkdirSync(folder);
      await build(folder);
      try {
        renameSync(folder, target);
      } catch (error) {
        if (!existsSync(target)) throw error; // a builder that took this lock for stale was faster
      }
    } finally {
      await discard(folder);
      await discard(lock);
    }
  }
  return target;
};
