import { count, percent } from '../../generator/base/numbers.js';
import type { Estimate } from '../../generator/compile/estimate.js';
import type { Config } from '../../generator/description/config.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import type { SizePoint } from '../../generator/report/results.js';
import { type BenchJob, configOf, jobName, type Measurement, PRESET } from '../benchmark/jobs.js';
import { tableOf } from '../benchmark/render.js';
import { modelKey } from './model.js';

/** Arrays that are simulated, and those that the model adds. */
const MEASURED = [4, 8, 16, 32] as const;
const PREDICTED = [4, 6, 8, 12, 16, 24, 32, 48, 64] as const;
const LAYER = 'small';

/** The reference accelerator with another array: buffers in bytes, bus and the accumulator's depth in vectors stay. */
const sized = (size: number): Config =>
  resolveConfig({ preset: PRESET, name: `array${size}`, array: { rows: size, columns: size } }, []);

const jobsFor = (sizes: readonly number[]): readonly BenchJob[] =>
  sizes.flatMap((size) =>
    (['bp', 'zerofree'] as const).map((engine) => ({ layer: LAYER, config: sized(size), pass: 'dgrad', engine })),
  );

export const sizeJobs = (): readonly BenchJob[] => jobsFor(MEASURED);
export const sizeModelJobs = (): readonly BenchJob[] => jobsFor(PREDICTED);

export const sizePoints = (
  measured: ReadonlyMap<string, Measurement>,
  estimates: ReadonlyMap<string, Estimate>,
): readonly SizePoint[] => {
  const point = (job: BenchJob, source: SizePoint['source'], run: Measurement | Estimate | undefined) =>
    run
      ? [
          {
            ...{ size: configOf(job).array.rows, source, layer: job.layer, pass: job.pass, engine: job.engine },
            ...{ cycles: run.cycles, utilization: run.utilization },
          },
        ]
      : [];
  return [
    ...sizeJobs().flatMap((job) => point(job, 'rtl', measured.get(jobName(job)))),
    ...sizeModelJobs().flatMap((job) => point(job, 'model', estimates.get(modelKey(job)))),
  ];
};

export const sizeReport = (points: readonly SizePoint[]): string =>
  tableOf(
    ['array', 'source', 'layer', 'pass', 'engine', 'cycles', 'useful'],
    5,
    points.map(({ size, source, layer, pass, engine, cycles, utilization }) => [
      ...[`${size}x${size}`, source, layer, pass, engine],
      ...[count(cycles), percent(utilization)],
    ]),
  );
