import { ENGINES } from '../../generator/description/config.js';
import { cutBuckets } from '../../generator/machine/activity.js';
import { type TimelineRun, timelineRun } from '../../generator/report/results.js';
import { type BenchJob, jobName, type Measurement } from '../benchmark/jobs.js';

/** One pass by the three engines, drawn beside each other. */
export const timelineJobs = (): readonly BenchJob[] =>
  ENGINES.map((engine) => ({ layer: 'small', pass: 'dgrad', engine, timeline: true }));

export const timelineRuns = (measured: ReadonlyMap<string, Measurement>): readonly TimelineRun[] =>
  timelineJobs().flatMap((job): readonly TimelineRun[] => {
    const activity = measured.get(jobName(job))?.activity;
    if (!activity) return [];
    return [timelineRun({ layer: job.layer, pass: job.pass, engine: job.engine }, cutBuckets(activity))];
  });
