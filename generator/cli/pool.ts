import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../base/errors.js';
import type { Pool } from '../pool/pool.js';
import { collect } from './source.js';
import { wholeNumber } from './wholeNumber.js';

/** What {@link addPoolOptions} adds. */
export interface PoolFlags {
  readonly jobs: string;
  readonly on: 'local' | 'slurm';
  readonly shared?: string;
  readonly partition?: string;
  readonly account?: string;
  readonly time?: string;
  readonly mem?: string;
  readonly cpusPerTask?: string;
  readonly sbatch: readonly string[];
}

/** Options that say how, not what: no result depends on them. */
const NAMES: readonly (keyof PoolFlags)[] = [
  ...(['jobs', 'on', 'shared', 'partition', 'account', 'time', 'mem', 'cpusPerTask', 'sbatch'] as const),
];

/** Whether an option, by its name, is about where the work is done. */
export const isOfThePool = (name: string): boolean => (NAMES as readonly string[]).includes(name);

/** Most processes of this machine, and most tasks of an array, of which Slurm takes 1,000 as it comes. */
const MOST = { local: 64, slurm: 1000 } as const;

/** Options of sbatch that are handed on under their own names. */
const HANDED_ON = {
  partition: 'partition',
  account: 'account',
  time: 'time',
  mem: 'mem',
  cpusPerTask: 'cpus-per-task',
} as const;

/** Options of sbatch that are ours. */
const OURS =
  /^(--(array|job-name|output|error|open-mode|parsable|wrap|requeue|no-requeue|nodes|ntasks|test-only|wait)(=|$)|-[aJoeNnW])/;

/** Adds `--jobs` and `--on`, and what a cluster is told. @param what what there are so many of at a time, on this machine. */
export const addPoolOptions = (command: Command, what: string): Command =>
  command
    .option('-j, --jobs <n>', `${what} at a time; on a cluster tasks`, '2')
    .addOption(
      new Option('--on <where>', 'where to work: on this machine, or on a cluster (docs/cluster.md)')
        .choices(['local', 'slurm'])
        .default('local'),
    )
    .option('--shared <folder>', 'of a cluster: a folder that all machines see (default: slurm in the cache)')
    .option('--partition <name>', 'of a cluster: as for sbatch')
    .option('--account <name>', 'of a cluster: as for sbatch')
    .option('--time <limit>', 'of a cluster: of each task, as for sbatch')
    .option('--mem <size>', 'of a cluster: of each task, as for sbatch')
    .option('--cpus-per-task <n>', 'of a cluster: as for sbatch')
    .addOption(
      new Option('--sbatch <option>', 'of a cluster: one more option of sbatch, as in --sbatch=--qos=long; repeatable')
        .argParser(collect)
        .default([], 'none'),
    );

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

const optionOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const say = (line: string): void => {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
};

/**
 * The pool that options ask for.
 * @throws UserError: options that do not fit, no Slurm (its problem has the code of a missing tool), a folder that cannot be made.
 */
export const poolOf = async (flags: PoolFlags): Promise<Pool> => {
  const parallel = wholeNumber('--jobs', flags.jobs, 1, MOST[flags.on]);
  if (flags.on === 'local') {
    const given = NAMES.slice(2).find((name) => flags[name] !== undefined && flags[name]?.length !== 0);
    if (given) refuse('EXTRA', optionOf(given), 'is for a cluster', `leave out ${optionOf(given)}, or add --on slurm`);
    return (await import('../pool/local.js')).localPool(parallel);
  }
  for (const word of flags.sbatch) {
    const path = `--sbatch=${word}`;
    if (!/^-/.test(word)) refuse('SBATCH', path, 'is no option', 'write it as in --sbatch=--qos=long');
    if (OURS.test(word)) refuse('SBATCH', path, 'is set by this program', `leave out ${path}`);
  }
  const sbatch = Object.entries(HANDED_ON).flatMap(([name, option]) => {
    const value = flags[name as keyof typeof HANDED_ON];
    return value === undefined ? [] : [`--${option}=${value}`];
  });
  const [{ slurmPool }, { cacheFolder }] = await Promise.all([
    import('../pool/slurm.js'),
    import('../run/simulators/cache.js'),
  ]);
  const shared = flags.shared ?? join(cacheFolder(), 'slurm');
  return slurmPool({ shared, parallel, sbatch: [...sbatch, ...flags.sbatch], say });
};
