import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { problemOf } from '../base/errors.js';
import { forkWorker } from '../base/processes.js';
import type { Pool, Refusal, Work } from './pool.js';

const ask = <Outcome>(worker: ChildProcess, job: object, what: string): Promise<Outcome | Refusal> =>
  new Promise((resolve) => {
    const ended = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve({ problem: problemOf(`the worker ended with ${signal ?? code}`, what) });
    worker.once('exit', ended);
    worker.once('message', (outcome) => {
      worker.off('exit', ended);
      resolve(outcome as Outcome);
    });
    worker.send(job, (error) => {
      if (error) resolve({ problem: problemOf(error, what) });
    });
  });

const run = async <Job extends object, Outcome>(
  parallel: number,
  { program, what, jobs, onBegin, onOutcome, isOver = () => false }: Work<Job, Outcome>,
): Promise<void> => {
  let next = 0;
  const serve = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    try {
      while (next < jobs.length && !isOver()) {
        const index = next++;
        if (!worker?.connected) worker = forkWorker(fileURLToPath(program));
        onBegin?.(index);
        onOutcome(index, await ask<Outcome>(worker, jobs[index]!, what));
      }
    } finally {
      if (worker?.connected) worker.disconnect();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, serve));
  } catch (error) {
    next = jobs.length; // the others come to an end, too
    throw error;
  }
};

/** Processes of this machine, so many at a time: each is sent a job, answers it and is sent the next one. */
export const localPool = (parallel: number): Pool => ({
  parallel,
  jobsAtOnce: 1,
  run: (work) => run(parallel, work),
  end: () => undefined,
});
