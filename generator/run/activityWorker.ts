import { makePlan } from '../compile/plan.js';
import { parseLayer } from '../description/layer.js';
import { type Activity, activityOf, cutBuckets } from '../machine/activity.js';
import { answerJobs } from '../pool/answer.js';
import type { PredictionJob } from './predict.js';

answerJobs<PredictionJob, Activity>('activity', ({ config, spec, pass, engine }) =>
  cutBuckets(activityOf(config, makePlan(config, parseLayer(spec), pass, engine, { narrow: pass !== 'wgrad' }))),
);
