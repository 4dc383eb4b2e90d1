import { execFileSync } from 'node:child_process';
import type { Estimate } from '../../generator/compile/estimate.js';
import { formatLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { version } from '../../generator/emit/host.js';
import { energyOf } from '../../generator/energy/energy.js';
import { HOROWITZ } from '../../generator/energy/table.js';
import type { Pool } from '../../generator/pool/pool.js';
import { reasons, reductionRows, reductions } from '../../generator/report/comparison.js';
import { SIMPLE } from '../../generator/report/rateTables.js';
import { type Results, type Run, resultsSchema, timelinesFile } from '../../generator/report/results.js';
import { machineOf } from '../../generator/report/sums.js';
import { type BenchJob, configOf, jobName, layerOf, type Measurement, PRESET } from '../benchmark/jobs.js';
import { COMPARISON, comparisonReport, conditions, runFigures, tableOf } from '../benchmark/render.js';
import { runJobs } from '../benchmark/runJobs.js';
import { groupedLayers, groupedReport } from './grouped.js';
import { type ModelJob, modelKey, runModel } from './model.js';
import { FAMILIES, MORE_NETWORKS, networkJobs, networkReport, networkTotals } from './networks.js';
import { reorganizerJobs, reorganizerModelJobs, reorganizerReport, reorganizerTotals } from './reorganizers.js';
import { sizeJobs, sizeModelJobs, sizePoints, sizeReport } from './sizes.js';
import { timelineJobs, timelineRuns } from './timelines.js';
import { summarize, validationJobs, validationReport, validationRows } from './validation.js';

export const PARTS = ['layers', 'sizes', 'timelines', 'validation', 'networks', 'reorganizers'] as const;
export type Part = (typeof PARTS)[number];

export interface EvaluationOptions {
  readonly parts: readonly Part[];
  /** Whether a run of the reference layers is wanted, by its name. */
  readonly wanted: (name: string) => boolean;
  readonly fresh: boolean;
  readonly cached: boolean;
  readonly pool: Pool;
  readonly color: boolean;
  /** The command that was given, for the results. */
  readonly command: string;
}

export interface Evaluation {
  readonly results: Results;
  readonly text: string;
  /** Runs that are wrong or could not be made, and why. */
  readonly failures: readonly { readonly run: string; readonly findings: string }[];
  /** The model is within its bars; undefined when it was not asked, or the cache has nothing to ask. */
  readonly valid?: boolean;
}

/** RTL runs of each part. */
export const rtlJobs = ({ parts, wanted }: Pick<EvaluationOptions, 'parts' | 'wanted'>): readonly BenchJob[] => [
  ...(parts.includes('layers') ? COMPARISON.filter((job) => wanted(jobName(job))) : []),
  ...(parts.includes('sizes') ? sizeJobs() : []),
  ...(parts.includes('timelines') ? timelineJobs() : []),
  ...(parts.includes('validation') ? validationJobs() : []),
  ...(parts.includes('reorganizers') ? reorganizerJobs() : []),
];

const modelJobs = ({ parts, wanted }: EvaluationOptions): readonly ModelJob[] => [
  ...(parts.includes('layers') ? COMPARISON.filter((job) => wanted(jobName(job))) : []),
  ...(parts.includes('sizes') ? sizeModelJobs() : []),
  ...(parts.includes('validation') ? validationJobs() : []),
  ...(parts.includes('networks') ? networkJobs([...FAMILIES, ...MORE_NETWORKS]) : []),
  // bp's layers are what the reorganizers are compared with
  ...(parts.includes('reorganizers') ? [...networkJobs(), ...reorganizerModelJobs(), ...reorganizerJobs()] : []),
];

const toolVersion = (): Readonly<Record<string, string>> => {
  try {
    const [, found = ''] = /(\d+\.\d+)/.exec(execFileSync('verilator', ['--version'], { encoding: 'utf8' })) ?? [];
    return { verilator: found };
  } catch {
    return {};
  }
};

const layerRun = (
  job: BenchJob,
  measured: ReadonlyMap<string, Measurement>,
  estimate: Estimate | undefined,
): readonly Run[] => {
  const run = measured.get(jobName(job));
  if (!run) return [];
  const count = (name: string): number => run.counters[name] ?? 0;
  return [
    {
      ...{ layer: job.layer, spec: formatLayer(layerOf(job)), preset: configOf(job).name },
      ...{ pass: job.pass, engine: job.engine, source: 'rtl', cycles: run.cycles, predictedCycles: estimate?.cycles },
      ...{ usefulMacs: run.usefulMacs, utilization: run.utilization, laneBound: run.laneBound },
      busy: Math.min(1, runFigures(job, measured)!.busy),
      ...{ dramBytesRead: count('dramBytesRead'), dramBytesWritten: count('dramBytesWritten') },
      compulsoryBytes: run.compulsoryBytes,
      ...{ dynamicReads: count('dynamicReads'), dynamicWrites: count('dynamicWrites') },
      ...{ stationaryReads: count('stationaryReads'), stationaryWrites: count('stationaryWrites') },
      ...{ accumulatorReads: count('accumulatorReads'), accumulatorWrites: count('accumulatorWrites') },
      ...{ reorganizeBytes: count('reorganizeBytes'), reorganizeCycles: count('reorganizeCycles') },
      ...{ prologueCycles: count('prologueCycles') },
      ...{ zerosMultiplied: count('zerosMultiplied'), zerosFetched: count('zerosFetched') },
      energy: energyOf(configOf(job), run.counters, HOROWITZ),
    },
  ];
};

/** True when nothing was measured or predicted. */
export const isEmpty = (results: Results): boolean => {
  const { runs, networks, moreNetworks, sizes, timelines, validation, reorganizers } = results;
  const parts = [runs, networks, moreNetworks, sizes, timelines, validation, reorganizers];
  return parts.every((part) => part.length === 0);
};

/** The files that `--json <path>` writes: the tables, and the timelines, which are long, beside them. Timelines alone leave the tables as they are. */
export const resultFiles = (
  path: string,
  results: Results,
): readonly { readonly path: string; readonly content: unknown }[] => {
  const { timelines, ...tables } = results;
  if (timelines.length === 0) return [{ path, content: tables }];
  const beside = { path: timelinesFile(path), content: { timelines } };
  return isEmpty({ ...results, timelines: [] }) ? [beside] : [{ path, content: tables }, beside];
};

const title = (text: string): string => `${text}\n${'-'.repeat(text.length)}\n`;

/** Runs the parts, cached runs first, and puts the results together. */
export const evaluate = async (options: EvaluationOptions): Promise<Evaluation> => {
  const { parts, fresh, cached, pool, color, command } = options;
  const rtl = rtlJobs(options);
  const { measured, failed } = await runJobs(rtl, { fresh, cachedOnly: cached, pool });
  const model = await runModel(modelJobs(options), { fresh, cachedOnly: cached, pool });
  const { estimates } = model;

  const compared = rtl.filter((job) => COMPARISON.includes(job));
  const totals = parts.includes('networks') || parts.includes('reorganizers') ? networkTotals(estimates) : [];
  const more = parts.includes('networks') ? networkTotals(estimates, MORE_NETWORKS) : [];
  const grouped = parts.includes('networks') ? groupedLayers(estimates, [...FAMILIES, ...MORE_NETWORKS]) : [];
  const reorganizers = parts.includes('reorganizers') ? reorganizerTotals(estimates) : [];
  const points = parts.includes('sizes') ? sizePoints(measured, estimates) : [];
  const checked = parts.includes('validation') ? validationRows(validationJobs(), measured, estimates) : [];
  const found = reductions(
    totals,
    reorganizers.filter(({ elementsPerCycle, overlap }) => elementsPerCycle === SIMPLE.elementsPerCycle && !overlap),
  );
  const why = reasons(totals);
  const results: Results = resultsSchema.parse({
    schema: 1,
    meta: {
      date: new Date().toISOString(),
      command,
      versions: { 'bp-im2col': version(), node: process.versions.node, ...toolVersion() },
      seed: 1,
    },
    machine: machineOf(presets[PRESET]),
    runs: compared.flatMap((job) => layerRun(job, measured, estimates.get(modelKey(job)))),
    networks: totals,
    moreNetworks: more,
    grouped,
    reorganizers,
    reorganizerRuns: parts.includes('reorganizers')
      ? reorganizerJobs().flatMap((job) =>
          layerRun(job, measured, estimates.get(modelKey(job))).map((run) => ({ ...run, ...SIMPLE })),
        )
      : [],
    sizes: points,
    timelines: parts.includes('timelines') ? timelineRuns(measured) : [],
    validation: checked,
    energies: { name: HOROWITZ.name, source: HOROWITZ.source },
    ...(found.length > 0 ? { comparison: { reductions: found, reasons: why } } : {}),
  });

  const texts = [
    ...(parts.includes('layers') ? [comparisonReport(compared, measured)] : []),
    ...(parts.includes('sizes') ? [title('Size of the array'), sizeReport(points)] : []),
    ...(parts.includes('validation')
      ? [
          title('Model against RTL'),
          cached && checked.length === 0 ? 'nothing of this is cached\n' : validationReport(checked, color),
        ]
      : []),
    ...(parts.includes('networks') ? [title('Networks'), networkReport([...totals, ...more])] : []),
    ...(grouped.length > 0 ? [title('Depthwise and grouped layers'), groupedReport(grouped)] : []),
    ...(found.length > 0
      ? [
          title('Backpropagation against traditional: means over the networks'),
          tableOf(reductionRows(found)[0]!, 3, reductionRows(found).slice(1)),
          `\n${why.map((line) => `- ${line}\n`).join('')}`,
        ]
      : []),
    ...(reorganizers.length > 0 ? [title('Reorganizers of traditional'), reorganizerReport(results)] : []),
  ];
  return {
    results,
    text: `${conditions()}\n\n${texts.join('\n')}`,
    failures: [
      ...[...failed].map(([run, findings]) => ({ run, findings })),
      ...[...model.failed].map(([run, { message }]) => ({ run, findings: message })),
    ],
    ...(checked.length > 0 || (parts.includes('validation') && !cached) ? { valid: summarize(checked).met } : {}),
  };
};
