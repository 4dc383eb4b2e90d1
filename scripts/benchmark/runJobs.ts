import { fileURLToPath } from 'node:url';
import { UserError } from '../../generator/base/errors.js';
import { inParallel } from '../../generator/base/parallel.js';
import { forkWorker } from '../../generator/base/processes.js';
import { Progress } from '../../generator/base/progress.js';
import { speedText } from '../../generator/base/speed.js';
import { isReady, prepare } from '../../generator/run/simulate.js';
import { openCache } from '../../generator/run/simulators/cache.js';
import { type BenchJob, configOf, jobName, type Measurement, type Outcome } from './jobs.js';
import { recallMeasurement } from './measure.js';
import type { WorkerRequest } from './worker.js';

/** Runs a job in a process of its own: planning and the golden model take seconds of a core. */
const inProcess = (request: WorkerRequest): Promise<Exclude<Outcome, { problems: unknown }>> =>
  new Promise((resolve, reject) => {
    const worker = forkWorker(fileURLToPath(new URL('./worker.js', import.meta.url)));
    worker.once('message', (message) => {
      const outcome = message as Outcome;
      if ('problems' in outcome) reject(new UserError(outcome.problems));
      else resolve(outcome);
    });
    worker.once('error', (error) => resolve({ failed: error.stack ?? error.message }));
    worker.once('exit', (code, signal) => resolve({ failed: `the worker ended with ${signal ?? code}` }));
    worker.send(request);
  });

export interface RunJobsOptions {
  /** Run again what the cache has. */
  readonly fresh: boolean;
  /** Take only what the cache has. */
  readonly cachedOnly: boolean;
  /** Runs at a time. */
  readonly parallel: number;
}

export interface JobResults {
  readonly measured: ReadonlyMap<string, Measurement>;
  /** What could not be measured, and why. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Runs jobs that the cache does not have, a few at a time, with a line on stderr for each. */
export const runJobs = async (jobs: readonly BenchJob[], options: RunJobsOptions): Promise<JobResults> => {
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
    for (const config of configs.values()) {
      if (await isReady(config, 'verilator')) continue;
      underWay.add(`building the simulator of ${config.name}`);
      await prepare(config);
      underWay.clear();
    }
    await inParallel(options.parallel, missing, async (job) => {
      const name = jobName(job);
      const begin = progress.seconds;
      underWay.add(name);
      const outcome = await inProcess({ job, fresh: options.fresh });
      underWay.delete(name);
      done += 1;
      const count = `${done}/${missing.length} ${name}`;
      if ('failed' in outcome) {
        failed.set(name, outcome.failed);
        progress.say(`${count}: failed`);
        return;
      }
      measured.set(name, outcome);
      const { cycles, utilization, laneBound, seconds } = outcome;
      const speed = seconds > 0 ? ` (${speedText(cycles / seconds)})` : '';
      const use = `${(utilization * 100).toFixed(1)} % useful, ${((utilization / laneBound) * 100).toFixed(1)} % of the bound`;
      progress.say(
        `${count}: ${cycles.toLocaleString('en-US')} cycles, ${use}, ${Math.round(progress.seconds - begin)} s${speed}`,
      );
      if (outcome.findings.length > 0) failed.set(name, outcome.findings.join('\n'));
    });
  } finally {
    progress.end();
  }
  return { measured, failed };
};
