import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../temporary.js';

const main = resolve('dist/generator/cli/main.js');
const folder = temporaryFolders();

beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
});

const shell = (script: string, cwd: string, env: Readonly<Record<string, string>> = {}) =>
  spawnSync('bash', ['-c', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', MAIN: main, NODE: process.execPath, ...env },
  });

describe('npm scripts, as processes', () => {
  it.each([
    [['block'], 'missing required argument'],
    [['block', 'fifo', '--seed', 'x'], '--seed: "x" will not do'],
    [['block', 'fifi'], 'named "fifi"'],
    [['block', 'fifo', '--waves', 'x.txt'], '--waves x.txt: the name does not end in .vcd'],
    [['benchmark', '--quick', '--validate'], "'--quick' cannot be used with option '--validate'"],
    [['benchmark', '--quick', '--only', 'sizes'], "'--quick' cannot be used with option '--only <parts>'"],
    [['benchmark', '--quick', '--markdown'], "'--quick' cannot be used with option '--markdown'"],
    [['benchmark', '--validate', '--filter', 'L1'], "'--validate' cannot be used with option '--filter <words>'"],
    [['benchmark', '--fresh', '--cached'], "'--fresh' cannot be used with option '--cached'"],
    [['sim', '--pass', 'x'], 'fix: take one of fprop, dgrad, wgrad'],
  ])('refuse %j with exit 2', ([script, ...args], message) => {
    const run = spawnSync(process.execPath, [resolve(`dist/scripts/${script}.js`), ...args], {
      cwd: folder(),
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('the program, as a process', () => {
  it('generates ref16 in under a second, start of the process included', () => {
    // processor time, not the clock, the best of three, and beside the bare start of a process: other tests run meanwhile
    const root = folder();
    const seconds = (command: string): number => {
      const run = shell(`TIMEFORMAT="%U %S"; time "$NODE" ${command}`, root);
      expect(run.status, run.stderr).toBe(0);
      return run.stderr
        .trim()
        .split(' ')
        .reduce((sum, part) => sum + Number(part), 0);
    };
    const times = [1, 2, 3].map(() => ({ bare: seconds('-e 0'), generate: seconds('"$MAIN" generate ref16') }));
    expect(readdirSync(join(root, 'rtl-out'))).toEqual(['ref16']);
    const [bare, generate] = (['bare', 'generate'] as const).map((of) => Math.min(...times.map((each) => each[of])));
    expect(generate, JSON.stringify(times)).toBeLessThan(Math.max(1, 8 * bare!));
  });

  it('is content when its reader has gone away', () => {
    const run = shell('set -o pipefail; "$NODE" "$MAIN" schema | true; echo $?', folder());
    expect({ out: run.stdout, err: run.stderr }).toEqual({ out: '0\n', err: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and exits with 2', () => {
    const run = shell('"$NODE" "$MAIN" schema > /dev/full', folder());
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('standard output: the disk is full [ENOSPC]');
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['', { FORCE_COLOR: '1', NO_COLOR: '' }, true],
    ['--no-color', { FORCE_COLOR: '1', NO_COLOR: '' }, false],
    ['', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['', { FORCE_COLOR: '', NO_COLOR: '' }, false],
  ])('colours: "%s" %j', (flag, env, coloured) => {
    const run = shell(`"$NODE" "$MAIN" generate nothing ${flag}`, folder(), env);
    expect(run.status).toBe(2);
    expect(run.stderr.includes('\x1b')).toBe(coloured);
  });
});
