import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { buildOnce, cacheFolder, cacheKey } from '../../scripts/simulators/cache.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();
beforeEach(() => {
  vi.stubEnv('BP_IM2COL_CACHE', temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it('gives different keys to parts that only join to the same text', () => {
  expect(cacheKey('a', ['xy', 'z'])).not.toBe(cacheKey('a', ['x', 'yz']));
});

it('builds once for builders at the same time, and leaves nothing else behind', async () => {
  let builds = 0;
  const build = async (folder: string): Promise<void> => {
    builds++;
    await sleep(50);
    writeFileSync(join(folder, 'made'), 'yes');
  };
  const folders = await Promise.all([1, 2, 3].map(() => buildOnce('key', build)));
  expect(builds).toBe(1);
  expect(new Set(folders).size).toBe(1);
  expect(readFileSync(join(folders[0], 'made'), 'utf8')).toBe('yes');
  expect(readdirSync(cacheFolder())).toEqual(['key']);
});

it('keeps nothing of a build that fails, so that the next one can succeed', async () => {
  const broken = async (folder: string): Promise<void> => {
    writeFileSync(join(folder, 'half'), '');
    throw new Error('no luck');
  };
  await expect(buildOnce('key', broken)).rejects.toThrow('no luck');
  expect(readdirSync(cacheFolder())).toEqual([]);
  expect(existsSync(await buildOnce('key', async () => {}))).toBe(true);
});

it.each([
  ['whose owner is gone', '2147483646', 0],
  ['that is too old', `${process.pid}`, 3600],
])('takes over a lock %s', async (_, owner, age) => {
  const lock = join(cacheFolder(), 'key.lock');
  writeFileSync(lock, owner);
  const then = Date.now() / 1000 - age;
  utimesSync(lock, then, then);
  expect(existsSync(await buildOnce('key', async () => {}))).toBe(true);
  expect(readdirSync(cacheFolder())).toEqual(['key']);
});
