import {
  type PredictionJob,
  type Predictions,
  type PredictOptions,
  predict,
  predictionKey,
} from '../../generator/run/predict.js';
import { type BenchJob, configOf, jobName, specOf } from '../benchmark/jobs.js';

/** A pass of a layer whose cost the model predicts. */
export type ModelJob = Omit<BenchJob, 'stalls' | 'timeline'>;

const predictionJob = (job: ModelJob): PredictionJob => {
  const { pass, engine } = job;
  return { name: jobName(job), config: configOf(job), spec: specOf(job), pass, engine };
};

/** Equal for jobs that are equal but for the name of the layer. */
export const modelKey = (job: ModelJob): string => predictionKey(predictionJob(job));

/** Predicts jobs; see {@link predict}. */
export const runModel = (jobs: readonly ModelJob[], options: PredictOptions): Promise<Predictions> =>
  predict(jobs.map(predictionJob), options);
