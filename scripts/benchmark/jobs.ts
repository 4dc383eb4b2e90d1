import type { Config, Engine, Pass } from '../../generator/description/config.js';
import { type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import type { Activity } from '../../generator/machine/activity.js';

/** The accelerator that every figure is measured on. */
export const PRESET = 'ref16';

/** Layers of the benchmarks. L1 to L5 are the reference layers, batch 2. */
export const LAYERS = {
  L1: 'B=2,C=3,H=224,W=224,N=64,K=3,S=2',
  L2: 'B=2,C=64,H=112,W=112,N=64,K=3,S=2,P=1',
  L3: 'B=2,C=256,H=56,W=56,N=512,K=1,S=2',
  L4: 'B=2,C=244,H=28,W=28,N=244,K=3,S=2,P=1',
  L5: 'B=2,C=1024,H=14,W=14,N=2048,K=1,S=2',
  'L2 batch 1': 'B=1,C=64,H=112,W=112,N=64,K=3,S=2,P=1',
  '56x56': 'C=64,H=56,W=56,N=64,K=3,P=1',
  '7x7': 'C=512,H=7,W=7,N=512,K=3,P=1',
  'depthwise S=1': 'C=32,H=112,W=112,N=32,K=3,P=1,G=32',
  'depthwise S=2': 'C=32,H=112,W=112,N=32,K=3,S=2,P=1,G=32',
  'depthwise 5x5': 'C=96,H=14,W=14,N=96,K=5,P=2,G=96',
  'groups of 4, batch 2': 'B=2,C=128,H=56,W=56,N=128,K=3,P=1,G=32',
  'groups of 8, S=2, batch 2': 'B=2,C=256,H=28,W=28,N=256,K=3,S=2,P=1,G=32',
  /** Its tensors fit the buffers: 98 KiB of X, 72 KiB of weights, 25 KiB of Y. */
  small: 'C=64,H=28,W=28,N=64,K=3,S=2,P=1',
} as const;

export type LayerName = keyof typeof LAYERS;

export const REFERENCE_LAYERS = ['L1', 'L2', 'L3', 'L4', 'L5'] as const satisfies readonly LayerName[];

/** Chance in percent of a stall on each channel of the bus in each cycle, where a row asks for stalls. */
export const STALL_PERCENT = 20;

/** One run of the RTL: a pass of a layer by an engine. Memory as by default: 100 cycles of latency, 32 bytes a cycle. */
export interface BenchJob {
  /** Name of the layer; of {@link LAYERS} unless `spec` describes it. */
  readonly layer: string;
  readonly spec?: string;
  /** The accelerator, when it is not {@link PRESET}. */
  readonly config?: Config;
  readonly pass: Pass;
  readonly engine: Engine;
  /** Random stalls of {@link STALL_PERCENT} on the bus. */
  readonly stalls?: boolean;
  /** Record what the accelerator does over the cycles of the run. */
  readonly timeline?: boolean;
}

const reorganizerName = ({ elementsPerCycle, overlap = true }: NonNullable<Config['reorganize']>): string =>
  `reorganizing ${elementsPerCycle ?? 'a beat'} a cycle${overlap ? '' : ' alone'},`;

export const jobName = ({ layer, config, pass, engine, stalls, timeline }: BenchJob): string =>
  [
    ...(config ? [config.name] : []),
    ...(config?.reorganize ? [reorganizerName(config.reorganize)] : []),
    ...[layer, pass, engine],
    ...(stalls ? [`with ${STALL_PERCENT} % stalls`] : []),
    ...(timeline ? ['timeline'] : []),
  ].join(' ');

export const configOf = ({ config }: BenchJob): Config => config ?? presets[PRESET];

export const specOf = ({ layer, spec }: BenchJob): string => spec ?? LAYERS[layer as LayerName];

export const layerOf = (job: BenchJob): Layer => parseLayer(specOf(job));

/** Results are in the operand format, but for weight gradients. */
export const isNarrow = ({ pass }: Pick<BenchJob, 'pass'>): boolean => pass !== 'wgrad';

/** What came of a job. Nothing in it depends on the speed of the machine but `seconds`. */
export interface Measurement {
  readonly cycles: number;
  readonly usefulMacs: number;
  readonly utilization: number;
  readonly laneBound: number;
  readonly predictedCycles: number;
  /** Bytes that no plan can avoid. */
  readonly compulsoryBytes: number;
  /** Among those of `dramBytesRead`. */
  readonly programBytes: number;
  readonly counters: Readonly<Record<string, number>>;
  /** Hash of the result. */
  readonly result: string;
  /** What is wrong with the run; empty when it equals the golden model. */
  readonly findings: readonly string[];
  readonly activity?: Activity;
  /** Wall time of the simulation. */
  readonly seconds: number;
}

/** What a worker is asked: to measure a job, and to run again what the cache has; or to build a simulator ahead of them. */
export type BenchRequest = { readonly job: BenchJob; readonly fresh: boolean } | { readonly build: Config };

/** A finished job: a measurement, or why there is none; or a built simulator. */
export type Outcome = Measurement | { readonly failed: string } | { readonly built: true };

/** Bytes on the bus for tensors, by the counters. */
export const dramBytes = ({ counters }: Measurement): number =>
  (counters.dramBytesRead ?? 0) + (counters.dramBytesWritten ?? 0);

/** {@link dramBytes} over what no plan can avoid. */
export const dramRatio = (run: Measurement): number => dramBytes(run) / run.compulsoryBytes;
