import { UserError } from '../base/errors.js';
import { runTool } from '../base/processes.js';

/** A task of Slurm that waits or runs. */
export interface Task {
  /** Of the array that it belongs to. */
  readonly job: string;
  /** As in `12_3`. */
  readonly name: string;
  readonly isPending: boolean;
  /** How often it was begun again. */
  readonly restarts: string;
  /** Why it waits, in Slurm's word. */
  readonly reason: string;
}

const FIELDS = ['ArrayJobID:30', 'ArrayTaskID:30', 'StateCompact:12', 'RestartCnt:12', 'Reason:60'];

/** What Slurm says, without what comes before it. */
const lastWords = (text: string): string =>
  (text.trim().split('\n').at(-1) ?? '').replace(/^s\w+: (error: )?/, '').replace(/^Batch job submission failed: /, '');

/** The user's tasks that have not ended. @throws UserError with what Slurm says, when it does not answer. */
export const tasksOf = async (): Promise<readonly Task[]> => {
  const args = ['--noheader', '--array', `--user=${process.getuid!()}`, `--Format=${FIELDS.join(',')}`];
  const { exitCode, all, stdout } = await runTool('squeue', args, { reject: false });
  if (exitCode !== 0) {
    const fix = 'see whether sinfo answers, or ask who runs the cluster';
    throw new UserError([{ code: 'SLURM', path: 'squeue', message: lastWords(all) || 'it fails', fix }]);
  }
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [job = '', index = '', state = '', restarts = '', reason = ''] = line.trim().split(/\s+/);
      return { job, name: `${job}_${index}`, isPending: state === 'PD', restarts, reason };
    });
};

/** Whether a worker is at work, by the name that it has given itself. */
export const isAtWork = (tasks: readonly Task[], worker: string): boolean =>
  tasks.some(({ name, restarts }) => `${name}.${restarts}` === worker);

/** Submits a job and returns its number. @throws UserError with what Slurm says, when it does not take it. */
export const submit = async (options: readonly string[], script: string): Promise<string> => {
  const { exitCode, all, stdout } = await runTool('sbatch', [...options, '--parsable', script], { reject: false });
  if (exitCode === 0) return stdout.trim().split(';')[0]!;
  const fix = 'change the options, as --partition (sinfo shows what there is), or ask who runs the cluster';
  throw new UserError([{ code: 'SLURM', path: 'sbatch', message: lastWords(all) || 'it fails', fix }]);
};

/** Takes all tasks of that name out of Slurm. */
export const cancel = async (name: string): Promise<void> => {
  await runTool('scancel', ['--quiet', `--name=${name}`], { reject: false });
};
