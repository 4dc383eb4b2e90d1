import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { count, percent } from '../base/numbers.js';
import { discard, holdTasks, keep, letTasksGo, temporary } from '../base/processes.js';
import { shellWord } from '../base/shellWord.js';
import { requireTools } from '../base/tools.js';
import { cancel, isAtWork, submit, type Task, tasksOf } from './cluster.js';
import { isRefusal, type Pool, type Refusal, type Work } from './pool.js';
import {
  claimant,
  keysOfClaims,
  keysOfResults,
  logFile,
  makeRun,
  makeShared,
  type Result,
  readResult,
  release,
  removeResult,
  removeShared,
  runsOf,
  stopFile,
} from './shared.js';

export interface SlurmOptions {
  /** A folder that this machine and all nodes see under this path. */
  readonly shared: string;
  /** Tasks at a time. */
  readonly parallel: number;
  /** Further options of sbatch. */
  readonly sbatch?: readonly string[];
  /** Seconds between two looks at Slurm's queue. */
  readonly askSeconds?: number;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
}

/** Seconds between two looks at the shared folder. */
const LOOK_SECONDS = 0.5;
const ASK_SECONDS = 10;
/** How often a job's worker may end before the job is done, and submissions in a row may end without a result. */
const MOST_ENDS = 3;
/** Jobs to hand over for each task. */
const JOBS_PER_TASK = 100;

/** How busy the workers were: all time in jobs, of their number times the time from when the first came up to the last end. */
export const busyShare = (results: readonly Result[]): number => {
  const workers = new Set(results.map(({ worker }) => worker)).size;
  const busy = results.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const first = results.reduce((least, { up }) => Math.min(least, up), Number.POSITIVE_INFINITY);
  const last = results.reduce((most, { end }) => Math.max(most, end), 0);
  return busy / (workers * (last - first));
};

const busyText = (results: readonly Result[]): string => {
  const workers = new Set(results.map(({ worker }) => worker)).size;
  const nodes = new Set(results.map(({ node }) => node)).size;
  return `${count(results.length)} jobs by ${count(workers)} workers on ${count(nodes)} nodes, busy ${percent(busyShare(results))} of the time`;
};

const lastLine = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').at(-1) || 'nothing';
  } catch {
    return 'nothing';
  }
};

/** The task of a worker, by the worker's name. */
const taskOf = (worker: string): string => worker.replace(/\.\d+$/, '');

/** One piece of work, from its submission to its last outcome. */
class Run<Job extends object, Outcome> {
  private readonly name = `bp-im2col-${randomBytes(6).toString('hex')}`;
  private readonly path: string;
  /** Of jobs without an outcome, by key: where they are among the jobs, and how often a worker of theirs has ended. */
  private readonly open = new Map<string, { readonly indexes: readonly number[]; ends: number }>();
  private readonly begun = new Set<string>();
  private readonly results: Result[] = [];
  private readonly refused: string[] = [];
  /** Arrays that were submitted. */
  private readonly arrays: string[] = [];
  private fruitless = 0;
  private told = '';
  /** What the workers have said is to be read. */
  private isTelling = false;

  constructor(
    private readonly work: Work<Job, Outcome>,
    private readonly root: string,
    private readonly options: SlurmOptions,
  ) {
    this.path = join(runsOf(root), this.name);
    work.jobs.forEach((job, index) => {
      const key = work.keyOf(job);
      this.open.set(key, { indexes: [...(this.open.get(key)?.indexes ?? []), index], ends: 0 });
    });
  }

  /** The keys of all that has an outcome. */
  async toTheEnd(): Promise<readonly string[]> {
    const all = [...this.open.keys()];
    const kept = this.collect();
    this.results.length = 0; // they say nothing of these workers
    if (kept > 0) this.options.say(`${count(kept)} of ${count(all.length)} jobs were done before`);
    if (this.open.size === 0 || this.work.isOver?.()) return all;
    holdTasks(this.name);
    temporary(this.path);
    try {
      this.prepare();
      await this.serve();
    } finally {
      await cancel(this.name);
      letTasksGo(this.name);
      this.clear();
    }
    if (this.results.length > 0) this.options.say(busyText(this.results));
    return all.filter((key) => !this.open.has(key));
  }

  private prepare(): void {
    const jobs = [...this.open].map(([key, { indexes }]) => ({ key, job: this.work.jobs[indexes[0]!]! }));
    makeRun(this.path, { root: this.root, jobs });
    const command = [process.execPath, fileURLToPath(this.work.program), this.path].map(shellWord).join(' ');
    writeFileSync(join(this.path, 'work.sh'), `#!/bin/sh\nexec ${command}\n`);
  }

  private async serve(): Promise<void> {
    const { work, options } = this;
    const askMs = 1000 * (options.askSeconds ?? ASK_SECONDS);
    let asked = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (this.collect() > 0) this.fruitless = 0;
      if (work.onBegin) for (const key of keysOfClaims(this.path)) this.begin(key);
      if (this.open.size === 0) return;
      const isOver = work.isOver?.() ?? false;
      if (isOver) writeFileSync(stopFile(this.path), '');
      if (performance.now() - asked >= askMs) {
        // what was claimed before Slurm was asked: a worker of it that has not ended is in the answer
        const claimed = this.claimed();
        const tasks = await this.tasks();
        asked = performance.now();
        if (this.collect() > 0) this.fruitless = 0;
        if (tasks) {
          this.releaseDead(claimed, tasks);
          const own = tasks.filter(({ job }) => this.arrays.includes(job));
          this.tellWaiting(own);
          if (own.length === 0 && (isOver || this.open.size === 0)) return;
          if (own.length === 0) await this.submit();
        }
      }
      await sleep(1000 * LOOK_SECONDS);
    }
  }

  /** Slurm's tasks; undefined where it does not answer, and has taken some of ours: they go on. */
  private async tasks(): Promise<readonly Task[] | undefined> {
    try {
      return await tasksOf();
    } catch (error) {
      if (this.arrays.length === 0 || !(error instanceof UserError)) throw error;
      this.tell(`Slurm does not answer, what runs goes on: ${error.problems[0]!.message}`);
      return undefined;
    }
  }

  private async submit(): Promise<void> {
    const { options, path } = this;
    if (this.fruitless === MOST_ENDS) {
      const log = logFile(path, `${this.arrays.at(-1)}_0`);
      const message = `its tasks have ended ${MOST_ENDS} times without a result; the last one said: ${lastLine(log)}`;
      const fix = `see ${log}; the nodes must see ${this.root}, ${process.execPath} and ${fileURLToPath(this.work.program)}`;
      this.isTelling = true;
      throw new UserError([{ code: 'NO_RESULTS', path: `Slurm job ${this.arrays.at(-1)}`, message, fix }]);
    }
    this.fruitless += 1;
    const tasks = Math.min(options.parallel, this.open.size);
    const own = [
      ...[`--array=0-${tasks - 1}`, `--job-name=${this.name}`, '--requeue', '--nodes=1', '--ntasks=1'],
      ...[`--output=${logFile(path, '%A_%a')}`, '--open-mode=append'],
    ];
    const job = await submit([...(options.sbatch ?? []), ...own], join(path, 'work.sh'));
    this.arrays.push(job);
    options.say(`Slurm job ${job}: ${count(tasks)} tasks for ${count(this.open.size)} jobs`);
  }

  private tell(line: string): void {
    if (line !== this.told && line !== '') this.options.say(line);
    this.told = line;
  }

  private tellWaiting(own: readonly Task[]): void {
    const waiting = own.filter(({ isPending }) => isPending);
    const [first] = waiting;
    this.tell(first && waiting.length === own.length ? `${count(own.length)} tasks wait: ${first.reason}` : '');
  }

  /** Hands on what has come; returns how many jobs that were. */
  private collect(): number {
    let found = 0;
    for (const key of keysOfResults(this.root)) {
      if (!this.open.has(key)) continue;
      this.begin(key);
      const result = readResult(this.root, key);
      if (!result) continue;
      this.results.push(result);
      const outcome = result.outcome as Outcome | Refusal;
      if (isRefusal(outcome)) this.refused.push(key);
      found += 1;
      this.settle(key, outcome);
    }
    return found;
  }

  private begin(key: string): void {
    const [first] = this.open.get(key)?.indexes ?? [];
    if (first === undefined || this.begun.has(key)) return;
    this.begun.add(key);
    this.work.onBegin?.(first);
  }

  private settle(key: string, outcome: Outcome | Refusal): void {
    const { indexes } = this.open.get(key)!;
    this.open.delete(key);
    for (const index of indexes) this.work.onOutcome(index, outcome);
  }

  /** Open jobs that are claimed, and by whom. */
  private claimed(): readonly (readonly [key: string, worker: string])[] {
    return keysOfClaims(this.path)
      .filter((key) => this.open.has(key))
      .map((key) => [key, claimant(this.path, key)]);
  }

  /** Jobs whose worker has ended are anybody's again; one whose workers end again and again is given up. */
  private releaseDead(claimed: ReturnType<typeof this.claimed>, tasks: readonly Task[]): void {
    for (const [key, worker] of claimed) {
      if (isAtWork(tasks, worker) || readResult(this.root, key)) continue;
      const job = this.open.get(key)!;
      const name = this.work.nameOf(this.work.jobs[job.indexes[0]!]!);
      job.ends += 1;
      if (job.ends === MOST_ENDS) {
        this.giveUp(key, name, logFile(this.path, taskOf(worker)));
        continue;
      }
      release(this.path, key);
      this.options.say(`worker ${worker} has ended; its job runs again: ${name}`);
    }
  }

  private giveUp(key: string, name: string, log: string): void {
    const message = `its worker has ended ${MOST_ENDS} times before it was done; the last one said: ${lastLine(log)}`;
    const again = [process.execPath, fileURLToPath(this.work.program), this.path, key].map(shellWord).join(' ');
    this.isTelling = true;
    this.settle(key, {
      problem: { code: 'WORKER', path: name, message, fix: `see ${log}; to run it here: ${again}` },
    });
  }

  /** Removes what nobody needs any more: of jobs that were refused, which may do better the next time, the results too. */
  private clear(): void {
    for (const key of this.refused) removeResult(this.root, key);
    if (this.isTelling) keep(this.path);
    else discard(this.path);
    removeShared(this.root);
  }
}

/**
 * Workers that are tasks of Slurm, which take jobs from a shared folder one by one. A job whose worker has ended, as when its node
 * has died, runs again; what was done is kept until {@link Pool.end}, so that the same work goes on where it was stopped.
 * @throws UserError when the tools of Slurm are missing; of `run` when the folder cannot be made, or Slurm does not take the tasks.
 */
export const slurmPool = (options: SlurmOptions): Pool => {
  requireTools(['sbatch', 'squeue', 'scancel']);
  const root = resolve(options.shared);
  const done = new Set<string>();
  return {
    parallel: options.parallel,
    jobsAtOnce: JOBS_PER_TASK * options.parallel,
    run: async (work) => {
      if (work.jobs.length === 0) return;
      withFileErrors(`--shared ${options.shared}`, () => makeShared(root));
      for (const key of await new Run(work, root, options).toTheEnd()) done.add(key);
    },
    end: () => {
      for (const key of done) removeResult(root, key);
      removeShared(root);
    },
  };
};
