import type { Problem } from '../base/errors.js';
import { Progress } from '../base/progress.js';
import type { Estimate } from '../compile/estimate.js';
import { samePrediction } from '../compile/samePrediction.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { parseLayer } from '../description/layer.js';
import type { Pool } from '../pool/pool.js';
import { cacheKey, openCache, recall, remember } from './simulators/cache.js';
import { codeKey } from './simulators/code.js';

/** A pass of a layer whose cost the model predicts. */
export interface PredictionJob {
  /** What it is called where it fails. */
  readonly name: string;
  readonly config: Config;
  /** The layer, as `formatLayer` writes it. */
  readonly spec: string;
  readonly pass: Pass;
  readonly engine: Engine;
}

const canonical = (job: PredictionJob): PredictionJob => ({
  ...job,
  ...samePrediction(job.config, parseLayer(job.spec), job.pass, job.engine),
});

const WORKER = new URL('./predictWorker.js', import.meta.url);

/** Equal for jobs that are equal but for the name of the layer. */
export const predictionKey = (given: PredictionJob): string => {
  const job = canonical(given);
  return cacheKey('model', [codeKey(WORKER.href), JSON.stringify([job.config, job.spec, job.pass, job.engine])]);
};

export interface PredictOptions {
  /** Predict again what the cache has. */
  readonly fresh?: boolean;
  /** Take only what the cache has. */
  readonly cachedOnly?: boolean;
  readonly pool: Pool;
  /** Called after each; without it there is progress on stderr. */
  readonly onProgress?: (done: number, all: number) => void;
}

export interface Predictions {
  /** By {@link predictionKey}. */
  readonly estimates: ReadonlyMap<string, Estimate>;
  /** What kept a job from being predicted, by the job's name. */
  readonly failed: ReadonlyMap<string, Problem>;
}

/** Predicts jobs in a pool's workers, each once, with progress on stderr; the cache is asked first. */
export const predict = async (jobs: readonly PredictionJob[], options: PredictOptions): Promise<Predictions> => {
  const { fresh, cachedOnly, pool, onProgress } = options;
  openCache();
  const estimates = new Map<string, Estimate>();
  const failed = new Map<string, Problem>();
  const missing = new Map<string, PredictionJob>();
  for (const job of jobs) {
    const key = predictionKey(job);
    const known = fresh ? undefined : (recall(key) as Estimate | undefined);
    if (known) estimates.set(key, known);
    else missing.set(key, canonical(job));
  }
  if (cachedOnly || missing.size === 0) return { estimates, failed };

  const asked = [...missing];
  let done = 0;
  const progress = onProgress ? undefined : new Progress(() => `${done} of ${missing.size} passes predicted`);
  try {
    await pool.run<PredictionJob, Estimate>({
      ...{ program: WORKER, what: 'model', jobs: asked.map(([, job]) => job) },
      keyOf: predictionKey,
      nameOf: ({ name }) => name,
      onOutcome: (index, outcome) => {
        const [key, job] = asked[index]!;
        done += 1;
        onProgress?.(done, missing.size);
        if ('problem' in outcome) {
          failed.set(job.name, outcome.problem);
          return;
        }
        estimates.set(key, outcome);
        remember(key, outcome);
      },
    });
  } finally {
    progress?.end();
  }
  return { estimates, failed };
};
