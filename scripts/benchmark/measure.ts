import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findings } from '../../generator/cli/runReport.js';
import { compulsoryBytes } from '../../generator/plan/estimate.js';
import { makePlan } from '../../generator/plan/plan.js';
import { runPass } from '../runPass.js';
import { simulatorKey } from '../simulate.js';
import { cacheFolder, cacheKey } from '../simulators/cache.js';
import { type BenchJob, configOf, isNarrow, layerOf, type Measurement, STALL_PERCENT, specOf } from './jobs.js';

const SEED = 1;

/** Name and text of every file of the program under a folder or with a name, in order. */
export const sources = (...paths: readonly string[]): readonly string[] => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = paths.flatMap((path) =>
    /\.\w+$/.test(path)
      ? [path]
      : readdirSync(join(root, path))
          .sort()
          .map((name) => `${path}/${name}`),
  );
  return files
    .filter((path) => /(?<!\.d)\.[jt]s$/.test(path))
    .flatMap((path) => [path, readFileSync(join(root, path), 'utf8')]);
};

const extension = import.meta.url.slice(-3);

/** What judges a run and reports it. */
const judges = (): readonly string[] => {
  const files = ['generator/perf/laneBound', 'generator/perf/storedZeros'];
  files.push('scripts/runPass', 'scripts/simulators/job', 'scripts/simulators/verilator');
  return sources('generator/golden', 'generator/model', ...files.map((file) => file + extension));
};

const jobText = (job: BenchJob): string =>
  JSON.stringify([specOf(job), job.pass, job.engine, job.stalls ? STALL_PERCENT : 0, SEED, job.timeline ?? false]);

const ofAllJobs = new Map<string, Promise<readonly string[]>>();

/** Key of a job by everything that its plan is made from: it is quick to find. */
export const sourceKey = async (job: BenchJob): Promise<string> => {
  const config = configOf(job);
  const text = JSON.stringify(config);
  const known = ofAllJobs.get(text);
  const found =
    known ??
    simulatorKey(config).then((simulator) => [
      simulator,
      ...judges(),
      ...sources('generator/plan', 'generator/spec', `scripts/benchmark/measure${extension}`),
    ]);
  if (!known) ofAllJobs.set(text, found);
  return cacheKey('bench', [...(await found), jobText(job)]);
};

const pathOf = (key: string): string => join(cacheFolder(), 'bench', `${key}.json`);

/** A measurement from the cache. */
export const recall = (key: string): Measurement | undefined => {
  try {
    return JSON.parse(readFileSync(pathOf(key), 'utf8')) as Measurement;
  } catch {
    return undefined;
  }
};

const remember = (key: string, measurement: Measurement): void => {
  const path = pathOf(key);
  mkdirSync(join(cacheFolder(), 'bench'), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(measurement, null, 1)}\n`);
  renameSync(`${path}.${process.pid}`, path);
};

/**
 * Runs a job on the RTL and compares it with the golden model; a job whose simulator and program have been run before
 * is found in the cache, unless `fresh`.
 */
export const measure = async (job: BenchJob, fresh: boolean): Promise<Measurement> => {
  const config = configOf(job);
  const { pass, engine } = job;
  const layer = layerOf(job);
  const narrow = isNarrow(job);
  const plan = makePlan(config, layer, pass, engine, { narrow });
  const program = createHash('sha256').update(plan.words).digest('hex');
  const key = cacheKey('bench', [await simulatorKey(config), ...judges(), program, jobText(job)]);
  const fast = await sourceKey(job);
  const known = fresh ? undefined : recall(key);
  if (known) {
    remember(fast, known);
    return known;
  }

  const memory = job.stalls ? { stallPercent: STALL_PERCENT } : undefined;
  const timeline = job.timeline ? { from: 0, to: Number.MAX_SAFE_INTEGER } : undefined;
  const result = await runPass(config, layer, pass, engine, { plan, narrow, seed: SEED, memory, timeline });
  const { buffer, byteOffset, byteLength } = result.result;
  const description = {
    preset: config.name,
    layer,
    pass,
    engine,
    seed: SEED,
    simulator: result.simulator,
    narrow,
    memory,
  };
  const measurement: Measurement = {
    cycles: result.cycles,
    usefulMacs: result.usefulMacs,
    utilization: result.utilization,
    laneBound: result.laneBound,
    predictedCycles: plan.cost.cycles,
    compulsoryBytes: compulsoryBytes(config, layer, pass, narrow),
    programBytes: plan.words.byteLength,
    counters: result.counters,
    result: createHash('sha256')
      .update(new Uint8Array(buffer, byteOffset, byteLength))
      .digest('hex')
      .slice(0, 16),
    findings: result.passed ? [] : findings({ config, description, result, rounded: {} }),
    activity: result.activity,
    seconds: result.cyclesPerSecond > 0 ? result.cycles / result.cyclesPerSecond : 0,
  };
  if (result.passed) {
    remember(key, measurement);
    remember(fast, measurement);
  }
  return measurement;
};
