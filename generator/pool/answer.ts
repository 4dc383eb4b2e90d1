import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { problemOf } from '../base/errors.js';
import type { Refusal } from './pool.js';
import { claim, type Jobs, keysOfClaims, readJobs, stopFile, writeResult } from './shared.js';

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

type Given = Jobs['jobs'][number];

/** Claims that fail before the folder of claims is read. */
const MOST_IN_VAIN = 16;

/** Claims the next job of a run that nobody has; undefined when there is none left. */
const claimsNext = (run: string, { jobs }: Jobs, worker: string): (() => Given | undefined) => {
  let at = 0;
  let taken = new Set<string>();
  const look = (): void => {
    taken = new Set(keysOfClaims(run));
  };
  const pass = (): Given | undefined => {
    let inVain = 0;
    for (; at < jobs.length; at++) {
      const { key } = jobs[at]!;
      if (taken.has(key)) continue;
      if (claim(run, key, worker)) return jobs[at++];
      // others are ahead: to try a few is quicker than to look at all
      if (++inVain % MOST_IN_VAIN === 0) look();
    }
    return undefined;
  };
  look();
  return () => {
    const found = pass();
    if (found) return found;
    // what a worker that has died had claimed may be free again
    look();
    at = 0;
    return pass();
  };
};

const answerRun = async (run: string, answer: Answer): Promise<void> => {
  const given = readJobs(run);
  const worker = workerName(process.env);
  const node = process.env.SLURMD_NODENAME ?? hostname();
  const next = claimsNext(run, given, worker);
  while (!existsSync(stopFile(run))) {
    const found = next();
    if (!found) return;
    const begin = Date.now();
    const outcome = await answer(found.job);
    const times = { up: performance.timeOrigin, begin, end: Date.now() };
    writeResult(given.root, run, found.key, { outcome, worker, node, ...times });
  }
};

/** Answers one job of a run, to see what happens. */
const answerOne = async (run: string, key: string, answer: Answer): Promise<void> => {
  const { job } = readJobs(run).jobs.find((each) => each.key === key)!;
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
  else void answerRun(run!, answer);
};
