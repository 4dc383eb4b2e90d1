import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../generator/base/errors.js';
import {
  buildOnce,
  cacheFolder,
  cacheKey,
  isBuilt,
  openCache,
  recall,
  remember,
} from '../../../generator/run/simulators/cache.js';
import { claimName } from '../../../generator/run/simulators/claims.js';
import { main } from '../../processes.js';
import { temporaryFolders } from '../../temporary.js';

const temporaryFolder = temporaryFolders();
beforeEach(() => {
  vi.stubEnv('BP_IM2COL_CACHE', temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const mayMount = spawnSync('unshare', ['-Urm', 'true']).status === 0;

const KEY = `kind-${'0'.repeat(24)}`;
const cacheModule = resolve('dist/generator/run/simulators/cache.js');

/** A program that uses the cache, as a process of its own. */
const program = (text: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `import { buildOnce } from ${JSON.stringify(cacheModule)};\nimport fs from 'node:fs';\n${text}`,
];

it('gives different keys to parts that only join to the same text', () => {
  expect(cacheKey('a', ['xy', 'z'])).not.toBe(cacheKey('a', ['x', 'yz']));
});

describe('the folder', () => {
  it.each([
    ['BP_IM2COL_CACHE', { BP_IM2COL_CACHE: '/a/b', XDG_CACHE_HOME: '/x' }, '/a/b'],
    ['a relative one, from here', { BP_IM2COL_CACHE: 'a/b', XDG_CACHE_HOME: '/x' }, resolve('a/b')],
    ["the user's", { BP_IM2COL_CACHE: '', XDG_CACHE_HOME: '/x' }, '/x/bp-im2col'],
    ["the user's usual one", { BP_IM2COL_CACHE: '', XDG_CACHE_HOME: '' }, join(homedir(), '.cache/bp-im2col')],
    ['no relative XDG_CACHE_HOME', { BP_IM2COL_CACHE: '', XDG_CACHE_HOME: 'x' }, join(homedir(), '.cache/bp-im2col')],
  ])('is %s', (_, variables, expected) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(cacheFolder()).toBe(expected);
  });

  it.each([
    ['a file', (root: string) => fs.writeFileSync(join(root, 'x'), '')],
    ['below a file', (root: string) => fs.writeFileSync(join(root, 'x'), ''), 'x/y/z'],
    ['a link to nothing', (root: string) => fs.symlinkSync(join(root, 'nothing'), join(root, 'x'))],
    ['a link to itself', (root: string) => fs.symlinkSync('x', join(root, 'x'))],
    ['below /proc', () => undefined, '/proc/x'],
    ['below /proc, deeper', () => undefined, '/proc/x/y'],
  ])('that cannot be used is one error: %s', (_, prepare, path = 'x') => {
    const root = temporaryFolder();
    prepare(root);
    vi.stubEnv('BP_IM2COL_CACHE', resolve(root, path));
    expect(openCache).toThrow(UserError);
    expect(openCache).toThrow(/^cache .*: it cannot be used: .*\[CACHE\]\n {2}fix: .*set BP_IM2COL_CACHE to a folder/);
    expect(fs.readdirSync(root)).toHaveLength(path.startsWith('/proc') ? 0 : 1);
  });

  it.skipIf(!mayMount).each([
    ['full', 'mount -t tmpfs -o size=4k none "$1"; head -c 4096 /dev/zero > "$1/full"', 'the disk is full [ENOSPC]'],
    ['read-only', 'mount -t tmpfs -o ro none "$1"', 'the file system is read-only [EROFS]'],
  ])('on a disk that is %s is one error, of every command that uses it', (_, mount, message) => {
    const at = temporaryFolder();
    const layer = 'C=1,H=2,W=2,N=1,K=1';
    const commands = [
      [main, 'estimate', layer, '--preset', 'tiny4'],
      [main, 'run', '--preset', 'tiny4', '--layer', layer, '--pass', 'fprop', '--simulator', 'icarus'],
      [main, 'synth', 'tiny4'],
      [resolve('dist/scripts/sim.js'), '--preset', 'tiny4', '--simulator', 'icarus'],
      [resolve('dist/scripts/formal.js'), '--filter', 'issue'],
    ];
    for (const command of commands) {
      const script = `${mount}; shift; exec "$@"`;
      const env = { ...process.env, BP_IM2COL_CACHE: at, NO_COLOR: '1' };
      const run = spawnSync('unshare', ['-Urm', 'sh', '-c', script, 'sh', at, process.execPath, ...command], { env });
      expect({ command, status: run.status, out: `${run.stdout}` }).toEqual({ command, status: 2, out: '' });
      expect(`${run.stderr}`.split('\n').slice(0, 2), command.join(' ')).toEqual([
        'error',
        `  cache ${at}: it cannot be used: ${message} [CACHE]`,
      ]);
    }
  });
});

it.skipIf(!mayMount).each([
  ['waves', '200k', ['--waves', 'FULL/a.vcd'], 'FULL/a.vcd: the disk is full [ENOSPC]'],
  ['what the simulator is told', '8k', [], 'the disk is full [ENOSPC]'],
  ['what the simulator answers', '32k', [], ': the disk is full [ENOSPC]'],
])('a disk that becomes full is one error: %s', (what, size, args, message) => {
  const at = temporaryFolder();
  const words = ['--preset', 'tiny4', '--layer', 'B=2,C=12,H=6,W=6,N=19,K=3,S=2,P=1', '--pass', 'fprop'];
  const command = [main, 'run', ...words, '--simulator', 'icarus'];
  const env = { ...process.env, NO_COLOR: '1', ...(what === 'waves' ? {} : { TMPDIR: at }) };
  const run = spawnSync(
    'unshare',
    [
      ...['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=$1 none "$2"; at=$2; shift 2; "$@"; echo $?; ls -A "$at"', 'sh'],
      ...[size, at, process.execPath, ...command, ...args.map((arg) => arg.replace('FULL', at))],
    ],
    { env, encoding: 'utf8' },
  );
  expect(run.stdout).toBe('2\n');
  expect(run.stderr).toMatch(/^error\n.*\n {4}fix: free some space.*\n$/);
  expect(run.stderr).toContain(message.replace('FULL', at));
});

describe('a build', () => {
  it('is made once for builders at the same time, and leaves nothing else behind', async () => {
    let builds = 0;
    const build = async (folder: string): Promise<void> => {
      builds++;
      await sleep(50);
      fs.writeFileSync(join(folder, 'made'), 'yes');
    };
    const folders = await Promise.all([1, 2, 3].map(() => buildOnce('key', build)));
    expect(builds).toBe(1);
    expect(new Set(folders).size).toBe(1);
    expect(fs.readFileSync(join(folders[0]!, 'made'), 'utf8')).toBe('yes');
    expect(fs.readdirSync(cacheFolder())).toEqual(['key']);
  });

  it('is made once for builders in one millisecond', async () => {
    for (let n = 0; n < 60; n++) {
      let builds = 0;
      const build = async (): Promise<void> => {
        builds++;
        await sleep(1);
      };
      await Promise.all(
        [1, 2].map(() => buildOnce(`key${String.fromCharCode(97 + (n % 26))}${'x'.repeat(n / 26)}`, build)),
      );
      expect(builds, `round ${n}`).toBe(1);
    }
  });

  it('that fails leaves nothing, so that the next one can succeed', async () => {
    const broken = async (folder: string): Promise<void> => {
      fs.writeFileSync(join(folder, 'half'), '');
      throw new Error('no luck');
    };
    await expect(buildOnce('key', broken)).rejects.toThrow('no luck');
    expect(fs.readdirSync(cacheFolder())).toEqual([]);
    expect(fs.existsSync(await buildOnce('key', async () => {}))).toBe(true);
  });

  it('that fills the disk is one error', async () => {
    const full = async (): Promise<void> => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    await expect(buildOnce('key', full)).rejects.toThrow(/it cannot be used: the disk is full \[ENOSPC\] \[CACHE\]/);
  });

  it('by several processes at once is good for all of them, whatever was in its place', () => {
    const text = `
      const folder = await buildOnce('${KEY}', async (fresh) => {
        fs.writeFileSync(fresh + '/made', 'by ' + process.pid);
        await new Promise((later) => setTimeout(later, 100));
      });
      console.log(fs.readFileSync(folder + '/made', 'utf8'));`;
    for (const before of ['nothing', 'a broken one', 'a file']) {
      const target = join(cacheFolder(), KEY);
      fs.rmSync(target, { recursive: true, force: true });
      if (before === 'a broken one') {
        fs.mkdirSync(target);
        fs.writeFileSync(join(target, 'made'), 'half');
      }
      if (before === 'a file') fs.writeFileSync(target, '');
      const script = '"$@" & "$@" & "$@" & wait';
      const run = spawnSync('sh', ['-c', script, 'sh', process.execPath, ...program(text)], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
      const lines = run.stdout.trim().split('\n');
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(line).toMatch(/^by \d+$/);
      expect(fs.readdirSync(cacheFolder())).toEqual([KEY]);
    }
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'ended by %s is removed, and the next builder does not wait',
    async (signal) => {
      const child = spawn(
        process.execPath,
        program(`
        await buildOnce('${KEY}', async (fresh) => {
          fs.writeFileSync(fresh + '/half', '');
          console.log('building');
          await new Promise((later) => setTimeout(later, 1e9));
        });`),
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await new Promise((begun) => child.stdout.once('data', begun));
      expect(fs.readdirSync(cacheFolder())).toHaveLength(1);
      child.kill(signal);
      await new Promise((ended) => child.once('exit', ended));
      await buildOnce(KEY, async () => {});
      while (fs.readdirSync(cacheFolder()).length > 1) await sleep(50);
      expect(isBuilt(KEY)).toBe(true);
    },
  );

  it('left half made by a process that has ended goes; what is not ours, or at work, stays', () => {
    const root = cacheFolder();
    const { pid } = spawnSync('true');
    const mine = claimName(KEY);
    const dead = mine.replace(`-${process.pid}-`, `-${pid}-`);
    const reused = mine.replace(/-(\d+)-(\d+)-/, (_, process, start) => `-${process}-${Number(start) - 1}-`);
    const elsewhere = dead.replace(/-[0-9a-f]{8}-([0-9a-f]{8})$/, '-00000000-$1');
    const longAgo = elsewhere.replace(/\.\d{13}/, '.1500000000000');
    const kept = [mine, elsewhere, 'mine.txt', 'thesis', KEY].sort();
    for (const name of [...kept, dead, reused, longAgo]) fs.mkdirSync(join(root, name, 'obj'), { recursive: true });
    openCache();
    expect(fs.readdirSync(root).sort()).toEqual(kept);
  });
});

describe('what was changed in the cache', () => {
  const FILES = ['simulation', 'result.json', 'obj/deep.o'];
  const build = async (folder: string): Promise<void> => {
    for (const path of FILES) {
      fs.mkdirSync(dirname(join(folder, path)), { recursive: true });
      fs.writeFileSync(join(folder, path), `what ${path} holds`, { mode: 0o755 });
    }
  };
  const damages: Readonly<Record<string, (path: string, cut: number) => void>> = {
    'is cut off': (path, cut) => fs.truncateSync(path, cut % fs.statSync(path).size),
    'is zeros': (path) => fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size)),
    'has a bit flipped': (path, cut) => {
      const bytes = fs.readFileSync(path);
      bytes[cut % bytes.length]! ^= 1;
      fs.writeFileSync(path, bytes);
    },
    'is longer': (path) => fs.appendFileSync(path, ' \n'),
    'is gone': (path) => fs.rmSync(path),
    'is a folder': (path) => {
      fs.rmSync(path);
      fs.mkdirSync(path);
    },
    'is a link to nothing': (path) => {
      fs.rmSync(path);
      fs.symlinkSync('nowhere', path);
    },
    'cannot be run': (path) => fs.chmodSync(path, 0o644),
    'is an object of nothing': (path) => fs.writeFileSync(path, '{}'),
  };

  it('is built anew, whatever the damage and the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FILES, 'seal'),
        fc.constantFrom(...Object.keys(damages)),
        fc.nat(10_000),
        async (file, damage, cut) => {
          if (file === 'seal' && damage === 'cannot be run') return; // it need not
          const folder = await buildOnce(KEY, build);
          expect(isBuilt(KEY)).toBe(true);
          damages[damage]!(join(folder, file), cut);
          expect(isBuilt(KEY), `${file} ${damage}`).toBe(false);
          expect(await buildOnce(KEY, build)).toBe(folder);
          for (const path of FILES) expect(fs.readFileSync(join(folder, path), 'utf8')).toBe(`what ${path} holds`);
          expect(fs.readdirSync(cacheFolder())).toEqual([KEY]);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('is noticed when it is another key’s', async () => {
    const other = KEY.replace(/0$/, '1');
    fs.cpSync(await buildOnce(KEY, build), join(cacheFolder(), other), { recursive: true });
    expect(isBuilt(other)).toBe(false);
  });

  it('is unknown where it was a value', () => {
    const value = { cycles: 7, name: 'ä' };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(damages)), fc.nat(10_000), (damage, cut) => {
        remember(KEY, value);
        expect(recall(KEY)).toEqual(value);
        const path = join(cacheFolder(), 'kind', `${KEY}.json`);
        damages[damage]!(path, cut);
        if (damage !== 'cannot be run') expect(recall(KEY), damage).toBeUndefined();
        fs.rmSync(path, { recursive: true, force: true });
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(recall(KEY.replace('kind', 'other'))).toBeUndefined();
  });
});

it('says in the docs where it is', () => {
  const page = fs.readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../../../docs/cli.md'), 'utf8');
  for (const name of ['BP_IM2COL_CACHE', 'XDG_CACHE_HOME', '~/.cache/bp-im2col']) {
    expect(page.includes(name), name).toBe(true);
  }
});
