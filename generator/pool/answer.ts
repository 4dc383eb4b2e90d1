import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { problemOf } from '../base/errors.js';
import type { Refusal } from './pool.js';
import {
  claim,
  JOBS_FILE,
  type Jobs,
  keysOfClaims,
  keysOfResults,
  type SharedFolder,
  STOP_FILE,
  sharedFolder,
  writeResult,
} from './shared.js';

type Answer = (job: object) => Promise<unknown>;

/** Answers each job that is sent to this process, until whoever asks is gone. */
const answerMessages = (answer: Answer): void => {
  const giveUp = (): never => process.exit(1);
  process.once('disconnect', giveUp);
  process.on('message', async (job: object) => {
    process.send!(await answer(job), (error: Error | null) => {
      if (error) giveUp();
    });
  });
};

/** This worker's name: the task of Slurm, and how often that was begun again. */
const workerName = ({ SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID, SLURM_RESTART_COUNT }: NodeJS.ProcessEnv): string =>
  `${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}.${SLURM_RESTART_COUNT ?? 0}`;

/** Claims the next job that nobody has; undefined when there is none left. */
const nextJob = (
  folder: SharedFolder,
  jobs: Jobs['jobs'],
  worker: string,
): (() => Jobs['jobs'][number] | undefined) => {
  const taken = new Set<string>();
  const look = (): void => {
    for (const key of keysOfClaims(folder)) taken.add(key);
    for (const key of keysOfResults(folder)) taken.add(key);
  };
  let at = 0;
  const pass = (): Jobs['jobs'][number] | undefined => {
    for (; at < jobs.length; at++) {
      const { key } = jobs[at]!;
      if (taken.has(key)) continue;
      if (claim(folder, key, worker)) return jobs[at++];
      look(); // others are ahead
    }
    return undefined;
  };
  look();
  return () => {
    const found = pass();
    if (found) return found;
    // what a worker that has died had claimed is free again
    taken.clear();
    look();
    at = 0;
    return pass();
  };
};

const answerFolder = async (run: string, answer: Answer): Promise<void> => {
  const { root, jobs } = JSON.parse(readFileSync(join(run, JOBS_FILE), 'utf8')) as Jobs;
  const folder = sharedFolder(root);
  const worker = workerName(process.env);
  const node = process.env.SLURMD_NODENAME ?? hostname();
  const next = nextJob(folder, jobs, worker);
  while (!existsSync(join(run, STOP_FILE))) {
    const found = next();
    if (!found) return;
    const begin = Date.now();
    const outcome = await answer(found.job);
    writeResult(folder, found.key, { outcome, worker, node, up: performance.timeOrigin, begin, end: Date.now() });
  }
};

/** Answers one job of a run, to see what happens. */
const answerOne = async (run: string, key: string, answer: Answer): Promise<void> => {
  const { jobs } = JSON.parse(readFileSync(join(run, JOBS_FILE), 'utf8')) as Jobs;
  const { job } = jobs.find((each) => each.key === key)!;
  console.log(JSON.stringify(await answer(job), null, 2));
};

/**
 * What the module of a worker does: it answers the jobs that are sent to this process; or, started with the folder of a run,
 * those that it finds there; or one of these, whose key follows.
 */
export const answerJobs = <Job extends object, Outcome>(
  what: string,
  perform: (job: Job) => Outcome | Promise<Outcome>,
): void => {
  const answer: Answer = async (job): Promise<Outcome | Refusal> => {
    try {
      return await perform(job as Job);
    } catch (error) {
      return { problem: problemOf(error, what) };
    }
  };
  const [, , run, key] = process.argv;
  if (process.send) answerMessages(answer);
  else if (key !== undefined) void answerOne(run!, key, answer);
  else void answerFolder(run!, answer);
};
