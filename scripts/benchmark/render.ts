import Table from 'cli-table3';
import picocolors from 'picocolors';
import { ENGINES, type Engine, PASSES } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import type { Row, Unit } from './figures.js';
import {
  type BenchJob,
  dramBytes,
  dramRatio,
  jobName,
  type Measurement,
  PRESET,
  REFERENCE_LAYERS,
  STALL_PERCENT,
} from './jobs.js';

type Measured = ReadonlyMap<string, Measurement>;

const whole = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  ratio: (value) => value.toFixed(3),
  times: (value) => `${value.toFixed(2)}x`,
  percent,
  points: (value) => `${(value * 100).toFixed(1)} points`,
  count: whole,
};

const SIGNS = { 'at least': '>=', 'at most': '<=', below: '<' } as const;

const plain = {
  chars: {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
    ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
};

export const tableOf = (head: readonly string[], left: number, rows: readonly (readonly string[])[]): string => {
  const table = new Table({ ...plain, colAligns: head.map((_, index) => (index < left ? 'left' : 'right')) });
  table.push([...head], ...rows.map((cells) => [...cells]));
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
};

/** Counters that say why the array was idle, and how a report calls them. */
const STALLS = [
  ['stallLoad', 'load'],
  ['stallStore', 'store'],
  ['stallToken', 'token'],
  ['stallAccumulator', 'accum'],
  ['stallStationary', 'station'],
] as const;

/** Where the cycles of runs went, one line for each. */
export const stallReport = (jobs: readonly BenchJob[], measured: Measured): string => {
  const runs = jobs.flatMap((job) => {
    const run = measured.get(jobName(job));
    return run ? [{ job, run }] : [];
  });
  return tableOf(
    ['run', 'cycles', 'busy', ...STALLS.map(([, name]) => name), 'prologue', 'reorganize', 'DRAM MB', 'ratio'],
    1,
    runs.map(({ job, run }) => [
      jobName(job),
      ...[run.cycles, run.counters.arrayBusy ?? 0, ...STALLS.map(([name]) => run.counters[name] ?? 0)].map(whole),
      whole(run.counters.prologueCycles ?? 0),
      whole(run.counters.reorganizeCycles ?? 0),
      (dramBytes(run) / 1e6).toFixed(1),
      dramRatio(run).toFixed(2),
    ]),
  );
};

/** The table of targets; then, for the bars that were missed, where the cycles went. */
export const targetReport = (rows: readonly Row[], measured: Measured, color: boolean): string => {
  const pc = picocolors.createColors(color);
  const verdict = ({ met }: Row): string =>
    met === undefined ? pc.dim('not run') : met ? pc.green('met') : pc.red('missed');
  const table = tableOf(
    ['figure', 'layer', 'pass', 'bar', 'measured', ''],
    3,
    rows.map((row) => [
      ...[row.figure, row.layer, row.pass, `${SIGNS[row.direction]} ${FORMATS[row.unit](row.bar)}`],
      ...[row.measured === undefined ? '' : FORMATS[row.unit](row.measured), verdict(row)],
    ]),
  );
  const ran = rows.filter(({ met }) => met !== undefined);
  const missed = ran.filter(({ met }) => !met);
  const jobs = [...new Map(missed.flatMap((row) => row.jobs).map((job) => [jobName(job), job])).values()];
  const summary = `${ran.length - missed.length} of ${rows.length} bars met, ${missed.length} missed, ${rows.length - ran.length} not run\n`;
  if (missed.length === 0) return `${table}\n${summary}`;
  return `${table}\n${summary}\nCycles of the runs behind the bars that were missed:\n${stallReport(jobs, measured)}`;
};

/** Every reference layer and pass by every engine. */
export const COMPARISON: readonly BenchJob[] = REFERENCE_LAYERS.flatMap((layer) =>
  PASSES.flatMap((pass) => ENGINES.map((engine) => ({ layer, pass, engine }))),
);

/** All figures of a run, named as in JSON. */
export const runFigures = (job: BenchJob, measured: Measured) => {
  const run = measured.get(jobName(job));
  if (!run) return undefined;
  const speedup = (engine: Engine): number | undefined => {
    const other = measured.get(jobName({ ...job, engine, stalls: false }));
    return other && other.cycles / run.cycles;
  };
  const { counters } = run;
  return {
    ...{ layer: job.layer, pass: job.pass, engine: job.engine, stallPercent: job.stalls ? STALL_PERCENT : 0 },
    cycles: run.cycles,
    predictedCycles: run.predictedCycles,
    speedupOverTraditional: speedup('traditional'),
    speedupOverBp: speedup('bp'),
    usefulMacs: run.usefulMacs,
    utilization: run.utilization,
    laneBound: run.laneBound,
    utilizationOfLaneBound: run.utilization / run.laneBound,
    busy: (counters.arrayBusy ?? 0) / (run.cycles - (counters.reorganizeCycles ?? 0)),
    dramBytes: dramBytes(run),
    compulsoryBytes: run.compulsoryBytes,
    dramRatio: dramRatio(run),
    programBytes: run.programBytes,
    result: run.result,
    secondsOfSimulation: run.seconds,
    counters,
    findings: run.findings,
  };
};

/** The engines side by side. */
export const comparisonReport = (jobs: readonly BenchJob[], measured: Measured): string => {
  const rows = jobs.map((job) => {
    const run = runFigures(job, measured);
    const names = [job.layer, job.pass, job.engine];
    if (!run) return [...names, 'not run', ...Array.from({ length: 14 }, () => '')];
    const times = (value: number | undefined): string => (value === undefined ? '' : FORMATS.times(value));
    return [
      ...names,
      ...[whole(run.cycles), times(run.speedupOverTraditional), times(run.speedupOverBp), percent(run.utilization)],
      ...[percent(run.utilizationOfLaneBound), percent(run.busy), (run.dramBytes / 1e6).toFixed(1)],
      ...[run.dramRatio.toFixed(2), whole(run.counters.reorganizeCycles ?? 0)],
      ...STALLS.map(([name]) => whole(run.counters[name] ?? 0)),
      whole(run.counters.prologueCycles ?? 0),
    ];
  });
  const head = [
    'layer',
    'pass',
    'engine',
    'cycles',
    'vs trad',
    'vs bp',
    'useful',
    '/ bound',
    'busy',
    'DRAM MB',
    'ratio',
  ];
  return [
    tableOf([...head, 'reorganize', ...STALLS.map(([, name]) => name), 'prologue'], 3, rows),
    '\nvs: speedup over that engine; useful: useful MACs of all that the array could do; / bound: of the lane bound; busy: reorganization apart;\n',
    'ratio: DRAM bytes over compulsory bytes; load to station: cycles with an idle array, by cause.\n',
  ].join('');
};

/** What was measured, in one line. */
export const conditions = (): string => {
  const { array, format, axi } = presets[PRESET];
  return `${PRESET}: ${array.rows}x${array.columns} ${format}, memory with 100 cycles of latency and ${axi.dataWidth / 8} bytes a cycle; Y and dX in ${format}, dW in 32 bits; RTL in Verilator`;
};
