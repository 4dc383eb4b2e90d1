import { parentPort, workerData } from 'node:worker_threads';
import type { BenchJob, Outcome } from './jobs.js';
import { measure } from './measure.js';

/** What a thread is started with. */
export interface WorkerData {
  readonly job: BenchJob;
  readonly fresh: boolean;
}

const { job, fresh } = workerData as WorkerData;
const outcome: Outcome = await measure(job, fresh).catch((error: unknown) => ({
  failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
}));
parentPort?.postMessage(outcome);
