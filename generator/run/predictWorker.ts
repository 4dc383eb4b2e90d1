import { type Estimate, estimate } from '../compile/estimate.js';
import { parseLayer } from '../description/layer.js';
import { answerJobs } from '../pool/answer.js';
import type { PredictionJob } from './predict.js';

answerJobs<PredictionJob, Estimate>('model', ({ config, spec, pass, engine }) =>
  estimate(config, parseLayer(spec), pass, engine),
);
