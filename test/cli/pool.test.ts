import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../generator/cli/context.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  explore: ['generator/cli/main.js', 'explore', 'C=4,H=6,W=6,N=4,K=3', '--vary', 'array=2x2,4x4'],
  bench: ['scripts/benchmark.js', '--steps', 'digits'],
  sim: ['scripts/sim.js', '--preset', 'tiny4'],
  soak: ['scripts/soak.js'],
  mutate: ['scripts/mutate.js'],
};

/** Runs a command in a folder of its own, on a path without any tools. */
const run = (name: string, ...more: readonly string[]) => {
  const cwd = folder();
  const [path, ...args] = COMMANDS[name]!;
  const env = { PATH: cwd, NO_COLOR: '1', BP_IM2COL_CACHE: join(cwd, 'cache') };
  const { status, stderr } = spawnSync(process.execPath, [resolve('dist', path!), ...args, ...more], {
    ...{ cwd, env, encoding: 'utf8' },
  });
  return { status, stderr, left: readdirSync(cwd).filter((entry) => entry !== 'cache') };
};

describe('where a command works', () => {
  it.each(Object.keys(COMMANDS))('is on a cluster only with Slurm: %s', (name) => {
    const { status, stderr, left } = run(name, '--on', 'slurm', '--shared', 'here');
    expect(stderr).toBe(
      'error\n  sbatch, squeue, scancel: not found [MISSING_TOOL]\n    fix: run: sudo apt-get install -y slurm-client\n',
    );
    expect({ status, left }).toEqual({ status: EXIT.missingTool, left: [] });
  });

  it('takes an option of sbatch that begins like one of ours', () => {
    const { status, stderr } = run('sim', '--on', 'slurm', '--sbatch=--wait-all-nodes=1');
    expect({ status, missing: stderr.includes('MISSING_TOOL') }).toEqual({ status: EXIT.missingTool, missing: true });
  });

  it.each<readonly [string, readonly string[], string]>([
    ['explore', ['--partition', 'short'], '--partition: is for a cluster'],
    ['bench', ['--shared', 'here'], '--shared: is for a cluster'],
    ['sim', ['--cpus-per-task', '2'], '--cpus-per-task: is for a cluster'],
    ['soak', ['--sbatch=--qos=long'], '--sbatch: is for a cluster'],
    ['mutate', ['--jobs', '65'], '--jobs: 65 is more than 64'],
    ['explore', ['--on', 'slurm', '--jobs', '1001'], '--jobs: 1001 is more than 1000'],
    ['sim', ['--on', 'slurm', '--sbatch', 'long'], '--sbatch=long: is no option'],
    ['sim', ['--on', 'slurm', '--sbatch=--array=0-9'], '--sbatch=--array=0-9: is set by this program'],
    ['sim', ['--on', 'slurm', '--sbatch=--wait'], '--sbatch=--wait: is set by this program'],
    ['sim', ['--on', 'mars'], 'Allowed choices are local, slurm'],
  ])('is not taken by %s from %j', (name, more, message) => {
    const { status, stderr, left } = run(name, ...more);
    expect(stderr).toContain(message);
    expect({ status, left }).toEqual({ status: EXIT.usage, left: [] });
  });
});
