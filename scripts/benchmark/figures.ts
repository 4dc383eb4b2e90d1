import { type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import {
  type BenchJob,
  dramRatio,
  jobName,
  type LayerName,
  type Measurement,
  PRESET,
  REFERENCE_LAYERS,
  STALL_PERCENT,
} from './jobs.js';

/** How a figure is written. */
export type Unit = 'ratio' | 'times' | 'percent' | 'points' | 'count';

/** One row of the table of targets. */
export interface Figure {
  readonly figure: string;
  readonly layer: string;
  readonly pass: string;
  readonly bar: number;
  readonly direction: 'at least' | 'at most' | 'below';
  readonly unit: Unit;
  readonly jobs: readonly BenchJob[];
  /** @param runs of the jobs, in their order. */
  readonly value: (runs: readonly Measurement[]) => number;
}

/** A figure with what was measured, when its runs are there. */
export interface Row extends Omit<Figure, 'value'> {
  readonly measured?: number;
  readonly met?: boolean;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const job = (layer: LayerName, pass: Pass, engine: Engine = 'zerofree'): BenchJob => ({ layer, pass, engine });

const TARGET_LAYERS = ['L2', 'L3', 'L4', 'L5'] as const;
const GRADIENTS = ['dgrad', 'wgrad'] as const;
const RATIO = 'DRAM bytes / compulsory';

const laneBoundRow = (layer: LayerName, pass: Pass, bar = 0.95): Figure => ({
  ...{ figure: 'useful utilization / lane bound', layer, pass, bar, direction: 'at least', unit: 'ratio' },
  jobs: [job(layer, pass)],
  value: ([run]) => run!.utilization / run!.laneBound,
});

const utilizationRow = (layer: LayerName, pass: Pass, bar: number): Figure => ({
  ...{ figure: 'useful utilization', layer, pass, bar, direction: 'at least', unit: 'ratio' },
  jobs: [job(layer, pass)],
  value: ([run]) => run!.utilization,
});

const speedupRow = (layer: LayerName, pass: Pass): Figure => ({
  ...{ figure: 'speedup over bp', layer, pass, bar: 3.5, direction: 'at least', unit: 'times' },
  jobs: [job(layer, pass, 'bp'), job(layer, pass)],
  value: ([bp, zerofree]) => bp!.cycles / zerofree!.cycles,
});

/** Mean over the layers of the change of dgrad + wgrad. */
const backpropagation: Figure = {
  ...{ figure: 'backpropagation time against traditional', layer: 'mean L1-L5', pass: 'dgrad + wgrad' },
  ...{ bar: -0.75, direction: 'at most', unit: 'percent' },
  jobs: REFERENCE_LAYERS.flatMap((layer) => [
    ...GRADIENTS.map((pass) => job(layer, pass)),
    ...GRADIENTS.map((pass) => job(layer, pass, 'traditional')),
  ]),
  value: (runs) => {
    const cycles = runs.map((run) => run.cycles);
    return mean(
      REFERENCE_LAYERS.map((_, index) => {
        const [dgrad = 0, wgrad = 0, slowDgrad = 0, slowWgrad = 0] = cycles.slice(index * 4, index * 4 + 4);
        return (dgrad + wgrad) / (slowDgrad + slowWgrad) - 1;
      }),
    );
  },
};

/** The bound is the slower of one MAC a cycle in each row of the array, and the compulsory bytes on the bus. */
const depthwiseRow = (layer: LayerName, pass: Pass, bar: number): Figure => ({
  ...{ figure: 'depthwise: share of diagonal or DRAM bound', layer, pass },
  ...{ bar, direction: 'at least', unit: 'ratio' },
  jobs: [job(layer, pass)],
  value: ([run]) => {
    const { array, axi } = presets[PRESET];
    const bound = Math.max(run!.usefulMacs / array.rows, run!.compulsoryBytes / (axi.dataWidth / 8));
    return bound / run!.cycles;
  },
});

const trafficRow = (layer: LayerName, pass: Pass, bar: number): Figure => ({
  ...{ figure: bar < 2 ? `${RATIO}, tensors fit` : RATIO, layer, pass, bar, direction: 'at most', unit: 'ratio' },
  jobs: [job(layer, pass)],
  value: ([run]) => dramRatio(run!),
});

const meanTraffic: Figure = {
  ...{ figure: RATIO, layer: 'mean L2-L5', pass: 'all', bar: 1.8, direction: 'at most', unit: 'ratio' },
  jobs: TARGET_LAYERS.flatMap((layer) => PASSES.map((pass) => job(layer, pass))),
  value: (runs) => mean(runs.map(dramRatio)),
};

const batchRow: Figure = {
  ...{ figure: 'wgrad at batch 1: utilization lost', layer: 'L2', pass: 'wgrad' },
  ...{ bar: 0.02, direction: 'below', unit: 'points' },
  jobs: [job('L2', 'wgrad'), job('L2 batch 1', 'wgrad')],
  value: ([two, one]) => two!.utilization - one!.utilization,
};

const stallRows = (layer: LayerName, pass: Pass): readonly Figure[] => {
  const jobs = [job(layer, pass), { ...job(layer, pass), stalls: true }];
  return [
    {
      ...{ figure: `cycles added by ${STALL_PERCENT} % stalls`, layer, pass },
      ...{ bar: 0.1, direction: 'at most', unit: 'percent', jobs },
      value: ([calm, stalled]) => stalled!.cycles / calm!.cycles - 1,
    },
    {
      ...{ figure: `results changed by ${STALL_PERCENT} % stalls`, layer, pass },
      ...{ bar: 0, direction: 'at most', unit: 'count', jobs },
      value: ([calm, stalled]) => (stalled!.result === calm!.result ? 0 : 1),
    },
  ];
};

/** The table of targets of the zerofree engine. */
export const FIGURES: readonly Figure[] = [
  ...TARGET_LAYERS.flatMap((layer) => PASSES.map((pass) => laneBoundRow(layer, pass))),
  ...(['L2', 'L3', 'L4'] as const).flatMap((layer) => GRADIENTS.map((pass) => speedupRow(layer, pass))),
  backpropagation,
  utilizationRow('L1', 'fprop', 0.5),
  utilizationRow('L1', 'wgrad', 0.5),
  ...PASSES.map((pass) => laneBoundRow('56x56', pass)),
  utilizationRow('7x7', 'fprop', 0.9),
  utilizationRow('7x7', 'dgrad', 0.9),
  depthwiseRow('depthwise S=1', 'fprop', 0.85),
  depthwiseRow('depthwise S=1', 'dgrad', 0.85),
  depthwiseRow('depthwise S=1', 'wgrad', 0.95),
  ...(['depthwise S=2', 'depthwise 5x5'] as const).flatMap((layer) =>
    PASSES.map((pass) => depthwiseRow(layer, pass, 0.9)),
  ),
  ...PASSES.map((pass) => laneBoundRow('groups of 4, batch 2', pass)),
  ...PASSES.map((pass) => laneBoundRow('groups of 8, S=2, batch 2', pass, 0.93)),
  ...TARGET_LAYERS.flatMap((layer) => PASSES.map((pass) => trafficRow(layer, pass, 2.5))),
  meanTraffic,
  ...PASSES.map((pass) => trafficRow('small', pass, 1.1)),
  batchRow,
  ...(['L4', 'L5'] as const).flatMap((layer) => PASSES.flatMap((pass) => stallRows(layer, pass))),
];

/** The row of a figure, from what has been measured by the name of the job. */
export const rowOf = ({ value, ...figure }: Figure, measured: ReadonlyMap<string, Measurement>): Row => {
  const runs = figure.jobs.map((job) => measured.get(jobName(job)));
  if (!runs.every((run) => run !== undefined)) return figure;
  const result = value(runs);
  const { bar, direction } = figure;
  const met = direction === 'at least' ? result >= bar : direction === 'at most' ? result <= bar : result < bar;
  return { ...figure, measured: result, met };
};

/** Whether each of some words begins a word of a name. */
export const matches = (name: string, words = ''): boolean => {
  const present = name.toLowerCase().split(/\s+/);
  const wanted = words.toLowerCase().split(/\s+/);
  return wanted.every((word) => present.some((other) => other.startsWith(word)));
};

export const figureName = ({ figure, layer, pass }: Pick<Figure, 'figure' | 'layer' | 'pass'>): string =>
  `${figure} ${layer} ${pass}`;

/** The jobs of rows, each once. */
export const jobsOf = (figures: readonly Pick<Figure, 'jobs'>[]): readonly BenchJob[] => [
  ...new Map(figures.flatMap(({ jobs }) => jobs).map((job) => [jobName(job), job])).values(),
];
