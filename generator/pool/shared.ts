import {
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/makeFolder.js';

/**
 * A folder that all machines see:
 *
 *     results/<key>.json   what came of a job, kept until the command that asked has all
 *     runs/<name>/         what was handed over together, gone when its command ends:
 *         jobs.json            the jobs
 *         claims/<key>         who works on a job: a symbolic link to the name of a worker
 *         stop                 no more jobs are to be begun
 *         <task>.log           what a worker says
 */
export const resultsOf = (root: string): string => join(root, 'results');
export const runsOf = (root: string): string => join(root, 'runs');
const claimsOf = (run: string): string => join(run, 'claims');
export const jobsFile = (run: string): string => join(run, 'jobs.json');
export const stopFile = (run: string): string => join(run, 'stop');
export const logFile = (run: string, task: string): string => join(run, `${task}.log`);

/** What the file of jobs holds. */
export interface Jobs {
  /** The shared folder. */
  readonly root: string;
  readonly jobs: readonly { readonly key: string; readonly job: object }[];
}

/** A finished job. Times are milliseconds since 1970, by the clock of the worker's machine. */
export interface Result {
  readonly outcome: unknown;
  readonly worker: string;
  readonly node: string;
  /** When the worker came up, and when it began and ended the job. */
  readonly up: number;
  readonly begin: number;
  readonly end: number;
}

const RESULT = '.json';

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Makes the shared folder. */
export const makeShared = (root: string): void => {
  for (const path of [resultsOf(root), runsOf(root)]) makeFolder(path);
};

/** Removes the shared folder, where nothing is in it. */
export const removeShared = (root: string): void => {
  for (const path of [runsOf(root), resultsOf(root), root]) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (!isGone(error)) return; // somebody's work is in it
    }
  }
};

/** Makes the folder of a run, with its jobs. */
export const makeRun = (run: string, jobs: Jobs): void => {
  makeFolder(claimsOf(run));
  // a command that has ended may have removed it while no run was there
  makeFolder(resultsOf(jobs.root));
  writeFileSync(jobsFile(run), JSON.stringify(jobs));
};

export const readJobs = (run: string): Jobs => JSON.parse(readFileSync(jobsFile(run), 'utf8')) as Jobs;

/** Others see the result whole or not at all. */
export const writeResult = (root: string, run: string, key: string, result: Result): void => {
  const fresh = join(run, `${result.worker}.part`);
  writeFileSync(fresh, JSON.stringify(result));
  renameSync(fresh, join(resultsOf(root), `${key}${RESULT}`));
};

/** Undefined when there is none. */
export const readResult = (root: string, key: string): Result | undefined => {
  try {
    return JSON.parse(readFileSync(join(resultsOf(root), `${key}${RESULT}`), 'utf8')) as Result;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

export const removeResult = (root: string, key: string): void =>
  rmSync(join(resultsOf(root), `${key}${RESULT}`), { force: true });

export const keysOfResults = (root: string): readonly string[] =>
  readdirSync(resultsOf(root)).flatMap((name) => (name.endsWith(RESULT) ? [name.slice(0, -RESULT.length)] : []));

/** Whether the job is this worker's from now on: of all that try exactly one makes the link, on network file systems too. */
export const claim = (run: string, key: string, worker: string): boolean => {
  try {
    symlinkSync(worker, join(claimsOf(run), key));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

export const keysOfClaims = (run: string): readonly string[] => readdirSync(claimsOf(run));

/** The worker that has claimed a job. */
export const claimant = (run: string, key: string): string => readlinkSync(join(claimsOf(run), key));

/** The job is anybody's again. */
export const release = (run: string, key: string): void => rmSync(join(claimsOf(run), key));
