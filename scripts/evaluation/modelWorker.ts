import { type Problem, problemOf } from '../../generator/base/errors.js';
import { type Estimate, estimate } from '../../generator/compile/estimate.js';
import { configOf, layerOf } from '../benchmark/jobs.js';
import type { ModelJob } from './model.js';

/** What a worker answers. */
export type ModelOutcome = Estimate | { readonly problem: Problem };

// whoever asked is gone
const giveUp = (): never => process.exit(1);
process.once('disconnect', giveUp);

process.on('message', (job: ModelJob) => {
  let outcome: ModelOutcome;
  try {
    outcome = estimate(configOf(job), layerOf(job), job.pass, job.engine);
  } catch (error) {
    outcome = { problem: problemOf(error, 'model') };
  }
  process.send!(outcome, (error: Error | null) => {
    if (error) giveUp();
  });
});
