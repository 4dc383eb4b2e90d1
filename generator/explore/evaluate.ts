import type { Problem } from '../base/errors.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import type { NetworkLayer } from '../networks/network.js';
import { isRefusal, type Pool, type Refusal } from '../pool/pool.js';
import { type PredictionJob, predict, predictionKey } from '../run/predict.js';
import { cacheKey, openCache, recall, remember } from '../run/simulators/cache.js';
import { codeKey } from '../run/simulators/code.js';
import { networkText, type TrainedNetwork, type TrainingEstimate, type TrainingJob } from './trainingJob.js';

/** What is carried out on every accelerator: passes of layers one by one, or a step of training. */
export type Work =
  | { readonly kind: 'layers'; readonly layers: readonly NetworkLayer[]; readonly passes: readonly Pass[] }
  | { readonly kind: 'training'; readonly network: TrainedNetwork };

/** An accelerator, and which of its engines does the work. */
export interface Machine {
  readonly config: Config;
  readonly engine: Engine;
}

/** What the work takes, by the model: cycles, and sums of the counters. */
export interface Taken {
  readonly cycles: number;
  readonly usefulMacs: number;
  readonly counters: Readonly<Record<string, number>>;
}

export interface EvaluateOptions {
  readonly pool: Pool;
  /** Called after each prediction that the cache did not have. */
  readonly onProgress: (done: number, all: number) => void;
}

/** Works out what the work takes on each machine, or what is wrong with it there; what the cache has is not worked out again. */
export type Evaluate = (
  work: Work,
  machines: readonly Machine[],
  options: EvaluateOptions,
) => Promise<readonly (Taken | Refusal)[]>;

const totalOf = (parts: readonly Taken[]): Taken => {
  const counters: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part.counters)) counters[name] = (counters[name] ?? 0) + value;
  }
  return {
    cycles: parts.reduce((sum, { cycles }) => sum + cycles, 0),
    usefulMacs: parts.reduce((sum, { usefulMacs }) => sum + usefulMacs, 0),
    counters,
  };
};

const evaluateLayers = async (
  { layers, passes }: Extract<Work, { kind: 'layers' }>,
  machines: readonly Machine[],
  options: EvaluateOptions,
): Promise<readonly (Taken | Refusal)[]> => {
  const jobs = machines.map(({ config, engine }, index) =>
    layers.flatMap(({ name, layer }) =>
      passes.map(
        (pass): PredictionJob => ({
          ...{ name: `${index} ${name} ${pass}`, spec: formatLayer(layer), config, pass, engine },
        }),
      ),
    ),
  );
  const { estimates, failed } = await predict(jobs.flat(), options);
  return jobs.map((own) => {
    const wrong = own.map(({ name }) => failed.get(name)).find((problem): problem is Problem => problem !== undefined);
    if (wrong) return { problem: wrong };
    return totalOf(own.map((job) => estimates.get(predictionKey(job))!));
  });
};

const WORKER = new URL('./trainingWorker.js', import.meta.url);

/** What a step of training takes on each machine, or what is wrong with it there. */
export const evaluateTraining = async (
  network: TrainedNetwork,
  machines: readonly Machine[],
  { pool, onProgress }: EvaluateOptions,
): Promise<readonly (TrainingEstimate | Refusal)[]> => {
  openCache();
  const what = networkText(network);
  const keyOf = ({ config, engine }: Machine): string =>
    cacheKey('training', [codeKey(WORKER.href), what, JSON.stringify([config, engine])]);
  const keys = machines.map(keyOf);
  const found: (TrainingEstimate | Refusal | undefined)[] = keys.map(
    (key) => recall(key) as TrainingEstimate | undefined,
  );
  const missing = found.flatMap((known, index) => (known ? [] : [index]));
  const jobs = missing.map((index): TrainingJob => ({ network, ...machines[index]! }));
  let done = 0;
  await pool.run<TrainingJob, TrainingEstimate>({
    ...{ program: WORKER, what: 'model', jobs, keyOf },
    nameOf: ({ config, engine }) => `a step of training on ${config.name} by ${engine}`,
    onOutcome: (job, outcome) => {
      const index = missing[job]!;
      found[index] = outcome;
      if (!isRefusal(outcome)) remember(keys[index]!, outcome);
      done += 1;
      onProgress(done, jobs.length);
    },
  });
  return found.map((each) => each!);
};

/** By the performance model, in the workers of a pool; results are kept in the cache. */
export const evaluate: Evaluate = (work, machines, options) =>
  work.kind === 'layers' ? evaluateLayers(work, machines, options) : evaluateTraining(work.network, machines, options);
