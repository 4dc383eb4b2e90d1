import { ENGINES } from '../../generator/description/config.js';
import type { Activity } from '../../generator/machine/activity.js';
import type { TimelineRun } from '../../generator/report/results.js';
import { type BenchJob, jobName, type Measurement } from '../benchmark/jobs.js';

const MOST_BUCKETS = 300;

/** One pass by the three engines, drawn beside each other. */
export const timelineJobs = (): readonly BenchJob[] =>
  ENGINES.map((engine) => ({ layer: 'small', pass: 'dgrad', engine, timeline: true }));

/** Joins neighbouring buckets until there are few enough. */
export const cutBuckets = (activity: Activity): Activity => {
  const used = Math.ceil(activity.runCycles / activity.bucketCycles);
  const each = Math.max(1, Math.ceil(used / MOST_BUCKETS));
  const join = (counts: readonly number[]): readonly number[] =>
    Array.from({ length: Math.ceil(used / each) }, (_, index) =>
      counts.slice(index * each, Math.min(used, (index + 1) * each)).reduce((sum, count) => sum + count, 0),
    );
  const { runCycles, readBeats, writeBeats, execOpen, arrayBusy, store } = activity;
  return {
    ...{ runCycles, bucketCycles: activity.bucketCycles * each },
    ...{ readBeats: join(readBeats), writeBeats: join(writeBeats), execOpen: join(execOpen) },
    ...{ arrayBusy: join(arrayBusy), store: join(store) },
  };
};

export const timelineRuns = (measured: ReadonlyMap<string, Measurement>): readonly TimelineRun[] =>
  timelineJobs().flatMap((job): readonly TimelineRun[] => {
    const activity = measured.get(jobName(job))?.activity;
    if (!activity) return [];
    const { readBeats, writeBeats, execOpen, arrayBusy, store, ...rest } = cutBuckets(activity);
    return [
      {
        ...{ layer: job.layer, pass: job.pass, engine: job.engine, ...rest },
        ...{ readBeats: [...readBeats], writeBeats: [...writeBeats], execOpen: [...execOpen] },
        ...{ arrayBusy: [...arrayBusy], store: [...store] },
      },
    ];
  });
