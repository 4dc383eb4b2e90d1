import { type Problem, UserError } from '../../generator/base/errors.js';
import { Progress } from '../../generator/base/progress.js';
import { listOf } from '../../generator/cli/usage.js';
import { ENGINES, type Engine } from '../../generator/description/config.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { evaluateTraining } from '../../generator/explore/evaluate.js';
import { type TrainingEstimate, WORK_KINDS } from '../../generator/explore/trainingJob.js';
import { isNetwork, NETWORK_NAMES, type NetworkName } from '../../generator/networks/index.js';
import type { Pool } from '../../generator/pool/pool.js';
import { PRESET } from '../benchmark/jobs.js';
import { tableOf } from '../benchmark/render.js';

/** The accelerator, the megahertz that milliseconds are of, and images of a step. */
const CONFIG = resolveConfig({ preset: PRESET, vector: { lanes: 8 } });
const CLOCK = 200;
const BATCH = 8;

const USUAL: readonly NetworkName[] = ['resnet8', 'ds_cnn', 'mobilenet_v1_x0_25', 'autoencoder'];

/** A whole step of training by an engine, by the model, or why there is none. */
export type StepRow = { readonly network: NetworkName; readonly engine: Engine } & (
  | { readonly estimate: TrainingEstimate; readonly utilization: number; readonly milliseconds: number }
  | { readonly problem: Problem }
);

/** The networks of `--steps`; without names the usual ones. @throws UserError for one that is not known. */
export const stepNetworks = (given: string | true): readonly NetworkName[] => {
  if (given === true) return USUAL;
  return listOf('--steps', given).map((word) => {
    if (isNetwork(word)) return word;
    const message = `${JSON.stringify(word)} is no known network`;
    const fix = `use some of ${NETWORK_NAMES.join(', ')}`;
    throw new UserError([{ code: 'UNKNOWN_NETWORK', path: '--steps', message, fix }]);
  });
};

const rowOf = (
  network: NetworkName,
  engine: Engine,
  found: TrainingEstimate | { readonly problem: Problem },
): StepRow => {
  if ('problem' in found) return { network, engine, problem: found.problem };
  const { rows, columns } = CONFIG.array;
  const { cycles, usefulMacs } = found;
  return {
    ...{ network, engine, estimate: found },
    ...{ utilization: usefulMacs / (rows * columns * cycles), milliseconds: cycles / CLOCK / 1000 },
  };
};

/**
 * Predicts a step of each network by each engine; what is known is not worked out again.
 * @throws UserError for a network that no engine can train.
 */
export const stepRows = async (networks: readonly NetworkName[], pool: Pool): Promise<readonly StepRow[]> => {
  const rows: StepRow[] = [];
  let now = '';
  const progress = new Progress(() => now);
  try {
    for (const [index, name] of networks.entries()) {
      now = `${index} of ${networks.length} networks done: ${name}`;
      const machines = ENGINES.map((engine) => ({ config: CONFIG, engine }));
      const found = await evaluateTraining({ name, batch: BATCH }, machines, { pool, onProgress: () => undefined });
      const [first] = found;
      if (first && 'problem' in first && found.every((each) => 'problem' in each)) throw new UserError([first.problem]);
      rows.push(...found.map((each, n) => rowOf(name, ENGINES[n]!, each)));
    }
  } finally {
    progress.end();
  }
  return rows;
};

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const HEAD = ['network', 'engine', 'cycles', 'ms', 'useful', 'MB read', 'written', ...WORK_KINDS];

const cellsOf = (row: StepRow): readonly string[] => {
  const { network, engine } = row;
  if ('problem' in row) return [network, engine, 'not possible'];
  const { cycles, counters, kinds } = row.estimate;
  const megabytes = (name: string): string => ((counters[name] ?? 0) / 1e6).toFixed(1);
  return [
    ...[network, engine, count(cycles), row.milliseconds.toFixed(2), share(row.utilization, 1)],
    ...[megabytes('dramBytesRead'), megabytes('dramBytesWritten')],
    ...WORK_KINDS.map((kind) => share(kinds[kind], cycles)),
  ];
};

/** What the rows are of. */
export const stepConditions = (): string =>
  `A step of training by the performance model: ${PRESET} with 8 vector lanes, batch ${BATCH}, SGD with momentum; milliseconds at ${CLOCK} MHz; shares of the cycles by kind of work`;

/** Why rows are empty, a line each. */
const reasons = (rows: readonly StepRow[]): string =>
  rows.flatMap((row) => ('problem' in row ? `${row.network} by ${row.engine}: ${row.problem.message}\n` : [])).join('');

export const stepReport = (rows: readonly StepRow[]): string =>
  `${tableOf(HEAD, 2, rows.map(cellsOf))}${reasons(rows)}`;

/** The table as Markdown. */
export const stepMarkdown = (rows: readonly StepRow[]): string => {
  const line = (cells: readonly string[]): string => `| ${HEAD.map((_, n) => cells[n] ?? '').join(' | ')} |\n`;
  const marks = HEAD.map((_, n) => (n < 2 ? '---' : '---:'));
  const why = reasons(rows);
  return [line(HEAD), `|${marks.join('|')}|\n`, ...rows.map((row) => line(cellsOf(row))), why && `\n${why}`].join('');
};
