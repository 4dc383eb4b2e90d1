import { createHash } from 'node:crypto';
import type { Plan } from '../../generator/compile/plan.js';
import { randomOperands } from '../../generator/compile/workload.js';
import type { Config, Engine, Pass } from '../../generator/description/config.js';
import { formatLayer, type Layer } from '../../generator/description/layer.js';
import type { Operands } from '../../generator/golden/judge.js';
import { type RunOptions, type RunResult, runPass, simulation } from '../../generator/run/runPass.js';
import { simulatorKey } from '../../generator/run/simulate.js';
import { cacheKey, recall, remember } from '../../generator/run/simulators/cache.js';
import { codeKey } from '../../generator/run/simulators/code.js';
import type { SimJob } from '../../generator/run/simulators/job.js';

/** A run of a plan on the RTL, with seeded operands. */
export interface RtlRun {
  readonly config: Config;
  readonly layer: Layer;
  readonly pass: Pass;
  readonly engine: Engine;
  readonly plan: Plan;
  readonly options: RunOptions & { readonly seed: number; readonly narrow: boolean };
}

/** What is kept of a run that equals the golden model. */
export interface RtlFigures extends Pick<RunResult, 'cycles' | 'usefulMacs' | 'utilization' | 'counters' | 'activity'> {
  /** Hash of the result. */
  readonly result: string;
  /** Wall time of the simulation. */
  readonly seconds: number;
}

/** Hash of all that a simulator is told, but for what only ends runs that hang: these are not kept. */
export const jobDigest = ({ images, ...job }: SimJob): string => {
  const hash = createHash('sha256');
  const plain = (name: string, value: unknown): unknown =>
    name === 'maxCycles' ? undefined : typeof value === 'bigint' ? `${value}` : value;
  hash.update(JSON.stringify(job, plain));
  for (const { address, bytes } of images) hash.update(`\n${address} ${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
};

const operandsOf = ({ config, layer, pass, options }: RtlRun): Operands =>
  randomOperands(config, layer, pass, options.seed);

/** Digest of what the simulator is told in a run (program, operands, memory), and of what its judge reads in the plan. */
export const runDigest = (run: RtlRun): string => {
  const { tiling, nest } = run.plan;
  const told = jobDigest(simulation(run.config, run.plan, operandsOf(run), run.options).job);
  return `${told} ${JSON.stringify([tiling, nest.reorganized])}`;
};

/** Key of a run's figures: the simulator, what it is told, and the code that judges what comes out. */
export const runKey = async (
  { config, layer, pass, engine, options }: Omit<RtlRun, 'plan'>,
  digest: string,
): Promise<string> =>
  cacheKey('bench', [
    await simulatorKey(config),
    digest,
    JSON.stringify([config, formatLayer(layer), pass, engine, options.narrow]),
    // the Verilog is in the simulator's key, and the program in the digest
    codeKey(import.meta.url, [
      '../../generator/emit/rtl.js',
      '../../generator/emit/blocks.js',
      '../../generator/compile/plan.js',
    ]),
  ]);

/** Figures of a run from the cache. */
export const recallRun = (key: string): RtlFigures | undefined => recall(key) as RtlFigures | undefined;

/** Runs it, and keeps the figures when they are right. */
export const runAndKeep = async (
  run: RtlRun,
  key: string,
): Promise<{ readonly figures: RtlFigures; readonly result: RunResult }> => {
  const { config, layer, pass, engine, plan, options } = run;
  const result = await runPass(config, layer, pass, engine, { ...options, plan, operands: operandsOf(run) });
  const { cycles, usefulMacs, utilization, counters, activity, cyclesPerSecond } = result;
  const { buffer, byteOffset, byteLength } = result.result;
  const figures: RtlFigures = {
    ...{ cycles, usefulMacs, utilization, counters, activity },
    result: createHash('sha256')
      .update(new Uint8Array(buffer, byteOffset, byteLength))
      .digest('hex')
      .slice(0, 16),
    seconds: cyclesPerSecond > 0 ? cycles / cyclesPerSecond : 0,
  };
  if (result.passed) remember(key, figures);
  return { figures, result };
};
