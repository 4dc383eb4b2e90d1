import { type Estimate, estimate } from '../../generator/perf/estimate.js';
import { configOf, layerOf } from '../benchmark/jobs.js';
import type { ModelJob } from './model.js';

/** What a worker answers. */
export type ModelOutcome = Estimate | { readonly failed: string };

// whoever asked is gone
const giveUp = (): never => process.exit(1);
process.once('disconnect', giveUp);

process.on('message', (job: ModelJob) => {
  let outcome: ModelOutcome;
  try {
    outcome = estimate(configOf(job), layerOf(job), job.pass, job.engine);
  } catch (error) {
    outcome = { failed: error instanceof Error ? error.message : String(error) };
  }
  process.send!(outcome, (error: Error | null) => {
    if (error) giveUp();
  });
});
