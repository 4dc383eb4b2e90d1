import { UserError } from '../../generator/base/errors.js';
import type { BenchJob, Outcome } from './jobs.js';
import { measure } from './measure.js';

/** What a worker is asked. */
export interface WorkerRequest {
  readonly job: BenchJob;
  readonly fresh: boolean;
}

// whoever asked is gone: end, and the simulator with it
process.once('disconnect', () => process.exit(1));

process.once('message', async ({ job, fresh }: WorkerRequest) => {
  const outcome: Outcome = await measure(job, fresh).catch((error: unknown) => {
    if (error instanceof UserError) return { problems: error.problems };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  });
  process.send!(outcome, () => process.exit(0));
});
