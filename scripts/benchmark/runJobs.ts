import { UserError } from '../../generator/base/errors.js';
import { Progress } from '../../generator/base/progress.js';
import { speedText } from '../../generator/base/speed.js';
import { isRefusal, type Pool } from '../../generator/pool/pool.js';
import { isReady } from '../../generator/run/simulate.js';
import { openCache } from '../../generator/run/simulators/cache.js';
import { faultOf, jobKeys } from '../poolJobs.js';
import { type BenchJob, type BenchRequest, configOf, jobName, type Measurement, type Outcome } from './jobs.js';
import { recallMeasurement } from './measure.js';

const WORKER = new URL('./worker.js', import.meta.url);

export interface RunJobsOptions {
  /** Run again what the cache has. */
  readonly fresh: boolean;
  /** Take only what the cache has. */
  readonly cachedOnly: boolean;
  readonly pool: Pool;
}

export interface JobResults {
  readonly measured: ReadonlyMap<string, Measurement>;
  /** What could not be measured, and why. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Runs jobs that the cache does not have, a few at a time, with a line on stderr for each. */
export const runJobs = async (jobs: readonly BenchJob[], options: RunJobsOptions): Promise<JobResults> => {
  const { pool } = options;
  openCache();
  const measured = new Map<string, Measurement>();
  const failed = new Map<string, string>();
  const missing: BenchJob[] = [];
  for (const job of jobs) {
    const known = options.fresh ? undefined : await recallMeasurement(job);
    if (known) measured.set(jobName(job), known);
    else missing.push(job);
  }
  if (options.cachedOnly || missing.length === 0) return { measured, failed };

  const underWay = new Set<string>();
  let done = 0;
  const progress = new Progress(() => `${done} of ${missing.length} runs done: ${[...underWay].join('; ')}`);
  try {
    progress.say(`${missing.length} runs, ${measured.size} more in the cache`);
    const configs = new Map(missing.map(configOf).map((config) => [JSON.stringify(config), config]));
    const ready = await Promise.all([...configs.values()].map((config) => isReady(config, 'verilator')));
    const builds = [...configs.values()].filter((_, index) => !ready[index]);
    const buildName = (index: number): string => `building the simulator of ${builds[index]!.name}`;
    const keyOf = jobKeys(WORKER);
    await pool.run<BenchRequest, Outcome>({
      ...{ program: WORKER, what: 'bench', jobs: builds.map((build) => ({ build })), keyOf },
      nameOf: () => 'building a simulator',
      onBegin: (index) => underWay.add(buildName(index)),
      onOutcome: (index, outcome) => {
        underWay.delete(buildName(index));
        if (isRefusal(outcome)) throw new UserError([outcome.problem]);
      },
    });
    const begins = new Map<number, number>();
    await pool.run<BenchRequest, Outcome>({
      ...{ program: WORKER, what: 'bench', jobs: missing.map((job) => ({ job, fresh: options.fresh })), keyOf },
      nameOf: (request) => ('job' in request ? jobName(request.job) : request.build.name),
      onBegin: (index) => {
        begins.set(index, progress.seconds);
        underWay.add(jobName(missing[index]!));
      },
      onOutcome: (index, given) => {
        const name = jobName(missing[index]!);
        underWay.delete(name);
        done += 1;
        const count = `${done}/${missing.length} ${name}`;
        const outcome = isRefusal(given)
          ? { failed: faultOf(given.problem) }
          : (given as Exclude<Outcome, { built: true }>);
        if ('failed' in outcome) {
          failed.set(name, outcome.failed);
          progress.say(`${count}: failed`);
          return;
        }
        measured.set(name, outcome);
        const { cycles, utilization, laneBound, seconds } = outcome;
        const speed = seconds > 0 ? ` (${speedText(cycles / seconds)})` : '';
        const use = `${(utilization * 100).toFixed(1)} % useful, ${((utilization / laneBound) * 100).toFixed(1)} % of the bound`;
        const taken = Math.round(progress.seconds - (begins.get(index) ?? progress.seconds));
        progress.say(`${count}: ${cycles.toLocaleString('en-US')} cycles, ${use}, ${taken} s${speed}`);
        if (outcome.findings.length > 0) failed.set(name, outcome.findings.join('\n'));
      },
    });
  } finally {
    progress.end();
  }
  return { measured, failed };
};
