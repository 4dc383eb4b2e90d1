import type { Problem } from '../base/errors.js';

/** What a worker answers where there is no result. */
export interface Refusal {
  readonly problem: Problem;
}

/** Whether an outcome is that there is none. */
export const isRefusal = (outcome: unknown): outcome is Refusal =>
  typeof outcome === 'object' && outcome !== null && 'problem' in outcome;

/** Jobs of one kind, and who answers them. Jobs and their outcomes are what JSON can hold. */
export interface Work<Job extends object, Outcome> {
  /** The module that answers them, with `answerJobs`. */
  readonly program: URL;
  /** What a worker does, for its problems. */
  readonly what: string;
  readonly jobs: readonly Job[];
  /** A hash of all that a job's outcome depends on: equal for jobs of which one is enough. */
  readonly keyOf: (job: Job) => string;
  readonly nameOf: (job: Job) => string;
  /** Called when a job is seen to have begun. */
  readonly onBegin?: (index: number) => void;
  /** Called once with each outcome, in the order in which they come. */
  readonly onOutcome: (index: number, outcome: Outcome | Refusal) => void;
  /** Once it is true no more jobs are begun, and those that are not have no outcome. */
  readonly isOver?: () => boolean;
}

/** Who works on jobs: processes of this machine, or tasks of a cluster. What comes of a job depends on neither. */
export interface Pool {
  /** Workers at a time. */
  readonly parallel: number;
  /** How many jobs to hand over at a time at least, where there is no end to them. */
  readonly jobsAtOnce: number;
  /** Returns when every job has its outcome, or the work is over. @throws what `onOutcome` throws, when nothing more is at work */
  readonly run: <Job extends object, Outcome>(work: Work<Job, Outcome>) => Promise<void>;
  /** To be called when all is done: what was kept to go on from is not needed any more. */
  readonly end: () => void;
}
