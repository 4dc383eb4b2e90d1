import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Problem, problemOf } from '../base/errors.js';
import { forkWorker } from '../base/processes.js';

/** What a worker answers where there is no result. */
export interface Refusal {
  readonly problem: Problem;
}

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

/**
 * Has processes of their own, so many at a time, work on jobs: each is sent a job, answers it and is sent the next one.
 * @param program the module that answers, as {@link answerJobs} does.
 * @param what what a worker does, for its problems.
 * @param onOutcome called with each answer, in the order in which they come.
 */
export const inWorkers = async <Job extends object, Outcome>(
  program: URL,
  what: string,
  jobs: readonly Job[],
  parallel: number,
  onOutcome: (index: number, outcome: Outcome | Refusal) => void,
): Promise<void> => {
  let next = 0;
  const serve = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    try {
      while (next < jobs.length) {
        const index = next++;
        if (!worker?.connected) worker = forkWorker(fileURLToPath(program));
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

/** The other side: answers each job that is sent to this process, until whoever asks is gone. */
export const answerJobs = <Job, Outcome>(what: string, answer: (job: Job) => Outcome | Promise<Outcome>): void => {
  const giveUp = (): never => process.exit(1);
  process.once('disconnect', giveUp);
  process.on('message', async (job: Job) => {
    let outcome: Outcome | Refusal;
    try {
      outcome = await answer(job);
    } catch (error) {
      outcome = { problem: problemOf(error, what) };
    }
    process.send!(outcome, (error: Error | null) => {
      if (error) giveUp();
    });
  });
};
