import { findings } from '../../generator/cli/runReport.js';
import { makePlan } from '../../generator/compile/plan.js';
import { compulsoryBytes } from '../../generator/compile/price.js';
import { laneBound } from '../../generator/dataflows/lanes/index.js';
import { cacheKey, recall, remember } from '../../generator/run/simulators/cache.js';
import { codeKey } from '../../generator/run/simulators/code.js';
import { type BenchJob, configOf, isNarrow, layerOf, type Measurement, STALL_PERCENT, specOf } from './jobs.js';
import { type RtlRun, recallRun, runAndKeep, runDigest, runKey } from './rtlRun.js';

const SEED = 1;

const runOf = (job: BenchJob): Omit<RtlRun, 'plan'> => ({
  ...{ config: configOf(job), layer: layerOf(job), pass: job.pass, engine: job.engine },
  options: {
    seed: SEED,
    narrow: isNarrow(job),
    memory: job.stalls ? { stallPercent: STALL_PERCENT } : undefined,
    timeline: job.timeline ? { from: 0, to: Number.MAX_SAFE_INTEGER } : undefined,
  },
});

/** What follows from a job's plan: it takes seconds to plan, so this is kept for itself. */
interface Planned {
  /** Of what the simulator is told. */
  readonly digest: string;
  readonly figures: Pick<Measurement, 'laneBound' | 'predictedCycles' | 'compulsoryBytes' | 'programBytes'>;
}

/** Key of what follows from a job's plan: the job, and the code that plans. */
export const sourceKey = (job: BenchJob): string => {
  const { config, pass, engine, options } = runOf(job);
  return cacheKey('plan', [codeKey(import.meta.url), JSON.stringify([config, specOf(job), pass, engine, options])]);
};

const planJob = (job: BenchJob): { readonly run: RtlRun; readonly planned: Planned } => {
  const given = runOf(job);
  const { config, layer, pass, engine, options } = given;
  const { narrow } = options;
  const plan = makePlan(config, layer, pass, engine, { narrow });
  const run: RtlRun = { ...given, plan };
  const planned: Planned = {
    digest: runDigest(run),
    figures: {
      laneBound: laneBound(config, layer, pass),
      predictedCycles: plan.cost.cycles,
      compulsoryBytes: compulsoryBytes(config, layer, pass, narrow),
      programBytes: plan.words.byteLength,
    },
  };
  remember(sourceKey(job), planned);
  return { run, planned };
};

/** A measurement from the cache, when nothing that it depends on has changed. */
export const recallMeasurement = async (job: BenchJob): Promise<Measurement | undefined> => {
  const planned = recall(sourceKey(job)) as Planned | undefined;
  const run = planned && recallRun(await runKey(runOf(job), planned.digest));
  return run && { ...run, ...planned.figures, findings: [] };
};

/**
 * Runs a job on the RTL and compares it with the golden model; a run of the same simulator, program and operands is found
 * in the cache, unless `fresh`.
 */
export const measure = async (job: BenchJob, fresh: boolean): Promise<Measurement> => {
  const { run, planned } = planJob(job);
  const key = await runKey(run, planned.digest);
  const known = fresh ? undefined : recallRun(key);
  if (known) return { ...known, ...planned.figures, findings: [] };
  const { figures, result } = await runAndKeep(run, key);
  const { config, layer, pass, engine, options } = run;
  const description = {
    ...{ preset: config.name, layer, pass, engine, seed: options.seed, simulator: result.simulator },
    ...{ narrow: options.narrow, memory: options.memory },
  };
  return {
    ...figures,
    ...planned.figures,
    findings: result.passed ? [] : findings({ config, description, result, rounded: {} }),
  };
};
