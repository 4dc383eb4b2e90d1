import type { Problem } from '../base/errors.js';
import { Progress } from '../base/progress.js';
import type { Estimate } from '../compile/estimate.js';
import { samePrediction } from '../compile/samePrediction.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { parseLayer } from '../description/layer.js';
import type { Activity } from '../machine/activity.js';
import { isRefusal, type Pool } from '../pool/pool.js';
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

/** What is worked out of a pass: the module that does it, and its name in the cache. */
interface Kind {
  readonly program: URL;
  readonly what: string;
}

const PREDICTION: Kind = { program: new URL('./predictWorker.js', import.meta.url), what: 'model' };
const ACTIVITY: Kind = { program: new URL('./activityWorker.js', import.meta.url), what: 'activity' };

const keyOf = ({ program, what }: Kind, given: PredictionJob): string => {
  const job = canonical(given);
  return cacheKey(what, [codeKey(program.href), JSON.stringify([job.config, job.spec, job.pass, job.engine])]);
};

/** Equal for jobs that are equal but for the name of the layer. */
export const predictionKey = (job: PredictionJob): string => keyOf(PREDICTION, job);

/** As {@link predictionKey}, for {@link activities}. */
export const activityKey = (job: PredictionJob): string => keyOf(ACTIVITY, job);

export interface PredictOptions {
  /** Predict again what the cache has. */
  readonly fresh?: boolean;
  /** Take only what the cache has. */
  readonly cachedOnly?: boolean;
  readonly pool: Pool;
  /** Called after each; without it there is progress on stderr. */
  readonly onProgress?: (done: number, all: number) => void;
}

interface Answers<Result> {
  /** By key. */
  readonly results: ReadonlyMap<string, Result>;
  /** What kept a job from being done, by the job's name. */
  readonly failed: ReadonlyMap<string, Problem>;
}

/** Does jobs in a pool's workers, each once; the cache is asked first. */
const answers = async <Result>(
  kind: Kind,
  jobs: readonly PredictionJob[],
  { fresh, cachedOnly, pool, onProgress }: PredictOptions,
): Promise<Answers<Result>> => {
  openCache();
  const results = new Map<string, Result>();
  const failed = new Map<string, Problem>();
  const missing = new Map<string, PredictionJob>();
  for (const job of jobs) {
    const key = keyOf(kind, job);
    const known = fresh ? undefined : (recall(key) as Result | undefined);
    if (known) results.set(key, known);
    else missing.set(key, canonical(job));
  }
  if (cachedOnly || missing.size === 0) return { results, failed };

  const asked = [...missing];
  let done = 0;
  const progress = onProgress ? undefined : new Progress(() => `${done} of ${missing.size} passes predicted`);
  try {
    await pool.run<PredictionJob, Result>({
      ...{ ...kind, jobs: asked.map(([, job]) => job) },
      keyOf: (job) => keyOf(kind, job),
      nameOf: ({ name }) => name,
      onOutcome: (index, outcome) => {
        const [key, job] = asked[index]!;
        done += 1;
        onProgress?.(done, missing.size);
        if (isRefusal(outcome)) {
          failed.set(job.name, outcome.problem);
          return;
        }
        results.set(key, outcome);
        remember(key, outcome);
      },
    });
  } finally {
    progress?.end();
  }
  return { results, failed };
};

export interface Predictions {
  /** By {@link predictionKey}. */
  readonly estimates: ReadonlyMap<string, Estimate>;
  /** What kept a job from being predicted, by the job's name. */
  readonly failed: ReadonlyMap<string, Problem>;
}

/** Predicts jobs in a pool's workers, each once, with progress on stderr; the cache is asked first. */
export const predict = async (jobs: readonly PredictionJob[], options: PredictOptions): Promise<Predictions> => {
  const { results, failed } = await answers<Estimate>(PREDICTION, jobs, options);
  return { estimates: results, failed };
};

/** What is active when, of jobs that can be predicted, in as many buckets as a report draws; by {@link activityKey}. */
export const activities = async (
  jobs: readonly PredictionJob[],
  options: PredictOptions,
): Promise<ReadonlyMap<string, Activity>> => (await answers<Activity>(ACTIVITY, jobs, options)).results;
