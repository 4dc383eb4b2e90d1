import { problemOf } from '../base/errors.js';
import { estimate } from '../compile/estimate.js';
import { parseLayer } from '../description/layer.js';
import type { Prediction, PredictionJob } from './predict.js';

// whoever asked is gone
const giveUp = (): never => process.exit(1);
process.once('disconnect', giveUp);

process.on('message', (job: PredictionJob) => {
  let outcome: Prediction;
  try {
    outcome = estimate(job.config, parseLayer(job.spec), job.pass, job.engine);
  } catch (error) {
    outcome = { problem: problemOf(error, 'model') };
  }
  process.send!(outcome, (error: Error | null) => {
    if (error) giveUp();
  });
});
