import Table from 'cli-table3';
import picocolors from 'picocolors';
import { kilocycles, speedText } from '../base/speed.js';
import { PASS_TENSORS } from '../dataflows/loopNest.js';
import type { Config } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import type { TensorName } from '../description/tensors.js';
import { formatOf } from '../formats/index.js';
import { counters, countersOf } from '../isa/registers.js';
import type { Cost } from '../machine/outline.js';
import { benchMemory, performanceOf } from '../machine/performance.js';
import { type RunDescription, rerunCommand } from '../run/command.js';
import { coordinates } from '../run/operands.js';
import type { RunResult } from '../run/runPass.js';

/** A finished run and what was asked for. */
export interface RunReport {
  readonly config: Config;
  readonly description: RunDescription;
  readonly result: RunResult;
  /** Input values that rounding to bf16 changed, by tensor. */
  readonly rounded: Readonly<Record<string, number>>;
  /** Tensors from files that would fit the other layout as well. */
  readonly ambiguous?: readonly string[];
  readonly out?: string;
  readonly waves?: string;
  readonly timeline?: string;
}

const NOT_COUNTED = 'not counted';
const number = (value: number): string =>
  Number.isNaN(value) ? NOT_COUNTED : value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const percent = (value: number): string => (Number.isNaN(value) ? NOT_COUNTED : `${(value * 100).toFixed(1)} %`);

const outputOf = ({ description }: RunReport): TensorName => PASS_TENSORS[description.pass].output;

/** What the model says of the plan with the memory that was asked for, but for stalls. */
const predictedOf = ({ config, description, result }: RunReport): Cost => {
  const { plan } = result;
  if (!description.memory) return plan.cost;
  const { cycles } = performanceOf(config, plan, { ...benchMemory(config), ...description.memory });
  return { ...plan.cost, cycles };
};

/** A raw value in hexadecimal, as a number too. */
const readable = (hex: string, config: Config, narrow: boolean): string =>
  `${formatOf(config)[narrow ? 'result' : 'sum'].text(BigInt(hex))} (${hex})`;

/** What `--json` prints. */
export const jsonReport = (report: RunReport) => {
  const { config, description, result, rounded, out, waves, timeline } = report;
  const { plan, firstMismatch } = result;
  const { narrow = false, shift, layout = 'nhwc' } = description;
  return {
    preset: config.name,
    format: config.format,
    layer: formatLayer(description.layer),
    pass: description.pass,
    engine: description.engine,
    seed: description.seed,
    simulator: result.simulator,
    cells: result.cells,
    passed: result.passed,
    cycles: result.cycles,
    usefulMacs: result.usefulMacs,
    utilization: result.utilization,
    laneBound: result.laneBound,
    mismatches: result.mismatches,
    maxRelativeError: result.maxRelativeError,
    outOfBound: result.outOfBound,
    counters: Object.fromEntries(countersOf(config).map(({ name }) => [name, result.counters[name] ?? 0])),
    predicted: predictedOf(report),
    plan: { tiling: plan.tiling, considered: plan.considered, instructions: plan.instructions.length },
    kilocyclesPerSecond: kilocycles(result.cyclesPerSecond),
    rounded,
    narrow,
    ...(shift === undefined ? {} : { shift }),
    layout,
    ...(out === undefined ? {} : { out }),
    ...(waves === undefined ? {} : { waves }),
    ...(timeline === undefined ? {} : { timeline }),
    ...(result.passed
      ? {}
      : {
          faults: result.faults,
          wrongCounters: result.wrongCounters,
          firstMismatch: firstMismatch && {
            ...firstMismatch,
            at: coordinates(description.layer, outputOf(report), firstMismatch.index),
          },
          rerun: rerunCommand(description),
        }),
  };
};

const borderless = {
  chars: {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
    ...{ 'bottom-right': '', left: ' ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
    middle: ' ',
  },
  style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
};

const tableOf = (rows: readonly (readonly string[])[]): string => {
  const table = new Table({ ...borderless, colAligns: ['left', 'right', 'left'] });
  table.push(...rows.map((cells) => [...cells]));
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
};

const explanation = ({ result }: RunReport, predicted: Cost): string => {
  const { plan } = result;
  const { kind, lanes, ...sizes } = plan.tiling;
  const execs = plan.instructions.filter((instruction) => instruction.kind === 'exec').length;
  return [
    `plan: the best of ${plan.considered} tilings by cycles, weighed with traffic`,
    `  tile of ${kind}${lanes === 'channels' ? '' : `, ${lanes} lanes`}: ${Object.entries(sizes)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    `  ${number(plan.instructions.length)} instructions, ${number(execs)} of them EXEC`,
    `  predicted: ${number(predicted.cycles)} cycles, ${number(predicted.bytesRead)} bytes read, ${number(predicted.bytesWritten)} written`,
    ...(plan.scratchBytes > 0 ? [`  zero-inserted tensor stored first: ${number(plan.scratchBytes)} bytes`] : []),
    '',
  ].join('\n');
};

/** What a person reads. */
export const humanReport = (
  report: RunReport,
  { color, explain }: { readonly color: boolean; readonly explain: boolean },
): string => {
  const pc = picocolors.createColors(color);
  const { config, description, result, rounded, ambiguous = [], out, waves, timeline } = report;
  const { layer, pass, engine, seed, narrow } = description;
  const { plan, counters: counts } = result;
  const predicted = predictedOf(report);
  const stalls = (description.memory?.stallPercent ?? 0) > 0;
  const values = number(result.result.length);
  const close = formatOf(config).exact || narrow ? '' : `; largest error ${result.maxRelativeError.toExponential(1)}`;
  const verdict = result.passed
    ? pc.green(`matches the golden model: ${values} values of ${outputOf(report)}, bit for bit${close}`)
    : pc.red('does not match the golden model');
  const byName = countersOf(config).map(({ name }) => [name, number(counts[name] ?? 0)] as const);
  const absent = counters(config).length - byName.length;
  const shown = new Set(['cycles', 'usefulMacs', 'dramBytesRead', 'dramBytesWritten']);
  const zeros = plan.nest.reorganized ? ' (its zeros are counted by the plan: the hardware sees them as data)' : '';
  return [
    `${pc.bold(config.name)}  ${formatLayer(layer)}  ${pc.bold(pass)} by ${pc.bold(engine)}${zeros}\n`,
    ...Object.entries(rounded).map(
      ([name, changed]) => `note: rounding to bf16 changed ${number(changed)} values of ${name}\n`,
    ),
    ...ambiguous.map(
      (name) => `note: ${name} has this shape in NHWC and NCHW alike; it was read as NHWC (see --layout)\n`,
    ),
    explain ? explanation(report, predicted) : '',
    tableOf([
      ['cycles', number(result.cycles), `predicted ${number(predicted.cycles)}${stalls ? ' without stalls' : ''}`],
      ['useful MACs', number(result.usefulMacs), ''],
      ['utilization', percent(result.utilization), `lane bound ${percent(result.laneBound)}`],
      ['bytes read', number(counts.dramBytesRead ?? NaN), `predicted ${number(predicted.bytesRead)}`],
      ['bytes written', number(counts.dramBytesWritten ?? NaN), `predicted ${number(predicted.bytesWritten)}`],
      ...byName.filter(([name]) => !shown.has(name)).map(([name, value]) => [name, value, '']),
    ]),
    ...(absent > 0 ? [`note: built with counters=${config.counters}, so ${absent} counters are not there\n`] : []),
    `${[result.simulator, result.cells === 'c' ? 'cells in C' : [], `seed ${seed}`, speedText(result.cyclesPerSecond) ?? []].flat().join(', ')}\n`,
    ...(out === undefined ? [] : [`result in ${out}\n`]),
    ...(waves === undefined ? [] : [`waves in ${waves}\n`]),
    ...(timeline === undefined ? [] : [`timeline in ${timeline}\n`]),
    `${verdict}\n`,
  ].join('');
};

/** What is wrong with a run, one thing a line. */
export const findings = (report: RunReport): readonly string[] => {
  const { config, description, result } = report;
  const { firstMismatch, firstOutOfBound } = result;
  const where = (index: number) => coordinates(description.layer, outputOf(report), index);
  const value = (hex: string) => readable(hex, config, description.narrow ?? false);
  return [
    ...result.faults,
    ...(firstMismatch
      ? [
          `${number(result.mismatches)} of ${number(result.result.length)} values differ from the executor`,
          `first wrong: ${where(firstMismatch.index)} (index ${firstMismatch.index})`,
          `  expected ${value(firstMismatch.expected)}`,
          `  actual   ${value(firstMismatch.actual)}`,
        ]
      : []),
    ...(firstOutOfBound
      ? [
          `${number(result.outOfBound)} values of the executor are off the plain loop nest`,
          `first: ${where(firstOutOfBound.index)}: loop nest ${firstOutOfBound.expected}, executor ${firstOutOfBound.actual}`,
        ]
      : []),
    ...result.wrongCounters.map(
      ({ name, expected, actual }) => `counter ${name}: expected ${expected}, actual ${actual}`,
    ),
  ];
};

/** The report of a mismatch, and the command that reruns it. */
export const mismatchReport = (report: RunReport, color: boolean): string => {
  const pc = picocolors.createColors(color);
  return [
    pc.red(pc.bold('mismatch')),
    `  seed ${report.description.seed}`,
    ...findings(report).map((line) => `  ${line}`),
    '  rerun with waves:',
    `    ${rerunCommand(report.description)}`,
    '',
  ].join('\n');
};
