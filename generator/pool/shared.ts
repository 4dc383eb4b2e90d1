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
import type { Refusal } from './pool.js';

/**
 * A folder that all machines see:
 *
 *     results/<key>.json   what came of a job, kept until the command that asked has all
 *     claims/<key>         who works on it: a symbolic link to the name of a worker, which no two can make
 *     runs/<name>/         jobs.json, what a worker starts with; stop, when no more jobs are to be begun; the workers' output
 */
export type SharedFolder = Readonly<Record<'results' | 'claims' | 'runs', string>>;

export const sharedFolder = (root: string): SharedFolder => ({
  results: join(root, 'results'),
  claims: join(root, 'claims'),
  runs: join(root, 'runs'),
});

/** What `jobs.json` of a run holds. */
export interface Jobs {
  readonly root: string;
  readonly jobs: readonly { readonly key: string; readonly job: object }[];
}

export const JOBS_FILE = 'jobs.json';
export const STOP_FILE = 'stop';

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

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Writes a file that others see whole or not at all; `owner` keeps writers of the same file apart. */
export const writeWhole = (path: string, text: string, owner: string): void => {
  const fresh = `${path}.${owner}`;
  writeFileSync(fresh, text);
  renameSync(fresh, path);
};

const RESULT = '.json';

export const writeResult = (folder: SharedFolder, key: string, result: Result): void =>
  writeWhole(join(folder.results, `${key}${RESULT}`), JSON.stringify(result), `${result.worker}.part`);

/** Undefined when there is none. */
export const readResult = (folder: SharedFolder, key: string): Result | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder.results, `${key}${RESULT}`), 'utf8')) as Result;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

export const removeResult = (folder: SharedFolder, key: string): void =>
  rmSync(join(folder.results, `${key}${RESULT}`), { force: true });

export const keysOfResults = (folder: SharedFolder): readonly string[] =>
  readdirSync(folder.results).flatMap((name) => (name.endsWith(RESULT) ? [name.slice(0, -RESULT.length)] : []));

/** Whether the job is this worker's from now on: of all that try exactly one has it, on network file systems too. */
export const claim = (folder: SharedFolder, key: string, worker: string): boolean => {
  try {
    symlinkSync(worker, join(folder.claims, key));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

/** The worker that has claimed a job. */
export const claimant = (folder: SharedFolder, key: string): string | undefined => {
  try {
    return readlinkSync(join(folder.claims, key));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

export const release = (folder: SharedFolder, key: string): void => rmSync(join(folder.claims, key), { force: true });

export const keysOfClaims = (folder: SharedFolder): readonly string[] => readdirSync(folder.claims);

export const makeShared = (folder: SharedFolder): void => {
  for (const path of Object.values(folder)) {
    makeFolder(path);
  }
};

/** Removes what workers have half written. */
export const removeParts = (folder: SharedFolder, isOurs: (worker: string) => boolean): void => {
  for (const name of readdirSync(folder.results)) {
    const [, worker] = /\.json\.(.*)\.part$/.exec(name) ?? [];
    if (worker !== undefined && isOurs(worker)) rmSync(join(folder.results, name), { force: true });
  }
};

/** Removes the folder, where nothing is in it. */
export const removeEmpty = (folder: SharedFolder, root: string): void => {
  for (const path of [...Object.values(folder), root]) {
    try {
      rmdirSync(path);
    } catch {
      return; // somebody else's work is in it
    }
  }
};

export const isRefusal = (outcome: unknown): outcome is Refusal =>
  typeof outcome === 'object' && outcome !== null && 'problem' in outcome;
