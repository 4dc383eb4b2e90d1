import type { Config } from '../description/config.js';
import type { Instruction } from '../isa/program.js';
import type { MemoryTiming } from '../timing/memory.js';
import { TileShapes } from '../units/exec/tile.js';
import { benchMemory } from './performance.js';
import { ACTIVITIES, type ActivityName, replay } from './replay.js';

/** In how many cycles of each bucket of time something was so; the last bucket may be shorter. */
export interface Activity extends Readonly<Record<ActivityName, readonly number[]>> {
  /** Cycles from START to END. */
  readonly runCycles: number;
  /** Cycles of a bucket. */
  readonly bucketCycles: number;
  /** A beat was read. */
  readonly readBeats: readonly number[];
  /** A beat was written. */
  readonly writeBeats: readonly number[];
  /** An EXEC had begun and not all its vectors had entered the array. */
  readonly execOpen: readonly number[];
  /** A vector entered the array. */
  readonly arrayBusy: readonly number[];
  /** A STORE or REORGANIZE was under way. */
  readonly store: readonly number[];
}

/** Buckets of an activity, at most: they double in width until the run fits. */
const BUCKETS = 4096;

/** Buckets of an activity that is drawn in a report. */
const MOST_DRAWN = 300;

/** Cycles, both ends included, which grow; what touches is joined. */
class Spans {
  private readonly ends: number[] = [];

  add(first: number, last: number): void {
    const { ends } = this;
    const before = ends.at(-1);
    if (before === undefined || first > before + 1) ends.push(first, last);
    else ends[ends.length - 1] = Math.max(before, last);
  }

  /** Cycles in each bucket. */
  counts(buckets: number, width: number): readonly number[] {
    const counts = new Array<number>(buckets).fill(0);
    for (let span = 0; span < this.ends.length; span += 2) {
      const end = this.ends[span + 1]! + 1;
      for (let at = this.ends[span]!; at < end; ) {
        const bucket = Math.floor(at / width);
        const next = Math.min(end, (bucket + 1) * width);
        counts[bucket]! += next - at;
        at = next;
      }
    }
    return counts;
  }
}

/** What is active when in a run of a plan, by the model. */
export const activityOf = (
  config: Config,
  {
    instructions,
    memory: { program },
  }: { readonly instructions: readonly Instruction[]; readonly memory: { readonly program: number } },
  timing: MemoryTiming = benchMemory(config),
): Activity => {
  const spans = Object.fromEntries(ACTIVITIES.map((name) => [name, new Spans()])) as Record<ActivityName, Spans>;
  const { cycles: runCycles } = replay(config, instructions, program, timing, new TileShapes(config), {
    watch: (what, first, last) => spans[what].add(first, last),
  });
  let bucketCycles = 1;
  while (Math.ceil(runCycles / bucketCycles) > BUCKETS) bucketCycles *= 2;
  const buckets = Math.ceil(runCycles / bucketCycles);
  const counts = ACTIVITIES.map((name) => [name, spans[name].counts(buckets, bucketCycles)] as const);
  return { runCycles, bucketCycles, ...(Object.fromEntries(counts) as Record<ActivityName, readonly number[]>) };
};

/** Joins neighbouring buckets until there are few enough. */
export const cutBuckets = (activity: Activity): Activity => {
  const used = Math.ceil(activity.runCycles / activity.bucketCycles);
  const each = Math.max(1, Math.ceil(used / MOST_DRAWN));
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
