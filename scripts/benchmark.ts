import { Option } from 'commander';
import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/base/errors.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { scriptCommand } from '../generator/base/paths.js';
import { ensureTools, VERILATOR_TOOLS } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { addPoolOptions, type PoolFlags, poolOf } from '../generator/cli/pool.js';
import { listOf } from '../generator/cli/usage.js';
import type { Pool } from '../generator/pool/pool.js';
import { FIGURES, figureName, jobsOf, matches, rowOf } from './benchmark/figures.js';
import { type BenchJob, jobName, type Measurement } from './benchmark/jobs.js';
import { conditions, runFigures, targetReport } from './benchmark/render.js';
import { runJobs } from './benchmark/runJobs.js';
import { evaluate, isEmpty, PARTS, type Part, resultFiles, rtlJobs } from './evaluation/evaluate.js';
import { resultsMarkdown } from './evaluation/markdown.js';
import { stepConditions, stepMarkdown, stepNetworks, stepReport, stepRows } from './evaluation/steps.js';
import { putJson, runScript } from './script.js';
import { parseWords } from './words.js';

interface Flags extends PoolFlags {
  readonly quick?: boolean;
  readonly validate?: boolean;
  /** Networks, or true for the usual ones. */
  readonly steps?: string | true;
  readonly only?: string;
  readonly filter?: string;
  /** File, or true for stdout. */
  readonly json?: string | true;
  readonly markdown?: boolean;
  readonly fresh?: boolean;
  readonly cached?: boolean;
}

const help = `
Parts of the whole benchmark, about half an hour the first time; what is cached is not run again:
  layers        L1 to L5, every pass and engine, on the RTL
  sizes         useful utilization over the size of the array, on the RTL and by the model
  timelines     what a pass does over its cycles, by each engine, on the RTL
  validation    the performance model against the RTL
  networks      a network of each family, and more, every layer, pass and engine, by the model; beside the published
                figures; depthwise and grouped layers apart
  reorganizers  what bp saves over traditional with simpler reorganize steps: L1 to L5 on the RTL, the networks by the model

Examples:
  ${scriptCommand('bench', '--json results.json')}
  ${scriptCommand('bench', '--cached --markdown')}
  ${scriptCommand('bench', '--validate')}
  ${scriptCommand('bench', '--only networks')}
  ${scriptCommand('bench', '--filter "L4 dgrad"')}
  ${scriptCommand('bench', '--quick --json targets.json')}
  ${scriptCommand('bench', '--only networks --on slurm --jobs 50 --partition short')}
  ${scriptCommand('bench', '--steps resnet8,resnet18 --markdown')}

Exit codes: 0 all results match the golden model (bars of --quick may be missed) and the model is within its bars, 1 not so.
`;

const parseFlags = (args: readonly string[]): Flags =>
  parseWords('bench', args, (command) =>
    addPoolOptions(command, 'runs')
      .description('benchmarks on the RTL and, for networks, by the performance model')
      .addOption(
        new Option('--quick', 'the table of targets of the zerofree engine instead').conflicts([
          'validate',
          'only',
          'markdown',
        ]),
      )
      .addOption(new Option('--validate', 'only the performance model against the RTL').conflicts(['only', 'filter']))
      .addOption(
        new Option(
          '--steps [networks]',
          "whole steps of training by the model, each engine: MLPerf Tiny's four, or networks with commas between them",
        ).conflicts(['quick', 'validate', 'only', 'filter', 'fresh', 'cached']),
      )
      .option('--only <parts>', 'only these parts, with commas between them')
      .option(
        '--filter <words>',
        'only runs of L1 to L5, or rows of --quick, whose name has words that begin with these',
      )
      .option(
        '--json [file]',
        'the results as JSON, into a file (timelines into one beside it) or instead of the tables',
      )
      .option('--markdown', 'print the tables of docs/results.md instead')
      .addOption(new Option('--fresh', 'run again what the cache has').conflicts('cached'))
      .option('--cached', 'simulate and predict nothing: show what the cache has')
      .addHelpText('after', help),
  ).opts<Flags>();

const refuse = (problem: Problem): never => {
  throw new UserError([problem]);
};

const refuseFilter = (filter: string | undefined): never => {
  const fix = 'give words of a row, as in --filter "L2 dgrad"';
  return refuse({ code: 'NO_ROWS', path: '--filter', message: `no row has the words "${filter}"`, fix });
};

const benchCommand = (args: readonly string[]): string =>
  scriptCommand('bench', args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(' '));

/** @throws UserError: there is nothing to show. */
const refuseEmptyCache = (args: readonly string[]): never => {
  const fix = `run it without --cached first: ${benchCommand(args.filter((arg) => arg !== '--cached'))}`;
  return refuse({ code: 'NOT_CACHED', path: '--cached', message: 'nothing of this is cached', fix });
};

const partsOf = ({ validate, only, filter }: Flags): readonly Part[] => {
  if (validate) return ['validation'];
  if (only === undefined) return filter === undefined ? PARTS : ['layers'];
  return listOf('--only', only).map((name) => {
    const part = PARTS.find((known) => known === name);
    const fix = `use ${PARTS.join(', ')}`;
    return part ?? refuse({ code: 'UNKNOWN_PART', path: '--only', message: `"${name}" is no part`, fix });
  });
};

const print = (json: Flags['json'], content: unknown, text: string): void => {
  putJson(json, content);
  if (json !== true) process.stdout.write(text);
};

interface Failure {
  readonly run: string;
  readonly findings: string;
}

const report = (failures: readonly Failure[]): void => {
  for (const { run, findings } of failures) {
    console.error(picocolors.red(`${run}: wrong`));
    for (const line of findings.split('\n')) console.error(`  ${line}`);
  }
};

const runsAsJson = (jobs: readonly BenchJob[], measured: ReadonlyMap<string, Measurement>) =>
  jobs.flatMap((job) => {
    const figures = runFigures(job, measured);
    return figures ? [{ run: jobName(job), ...figures }] : [];
  });

/** The table of targets. */
const targets = async (flags: Flags, args: readonly string[], pool: Pool): Promise<ExitCode> => {
  const { filter, json, fresh = false, cached = false } = flags;
  const figures = FIGURES.filter((figure) => matches(figureName(figure), filter));
  const jobs = jobsOf(figures);
  if (jobs.length === 0) refuseFilter(filter);
  if (!cached && flags.on === 'local') await ensureTools(VERILATOR_TOOLS);
  const { measured, failed } = await runJobs(jobs, { fresh, cachedOnly: cached, pool });
  pool.end();
  if (cached && measured.size === 0) refuseEmptyCache(args);
  const rows = figures.map((figure) => rowOf(figure, measured));
  const failures = [...failed].map(([run, findings]) => ({ run, findings }));
  const content = {
    conditions: conditions(),
    rows: rows.map((row) => ({ ...row, jobs: undefined, runs: row.jobs.map(jobName) })),
    runs: runsAsJson(jobs, measured),
    failures: failures.map(({ run, findings }) => ({ run, findings: findings.split('\n') })),
  };
  print(json, content, `${conditions()}\n\n${targetReport(rows, measured, picocolors.isColorSupported)}\n`);
  report(failures);
  return failures.length > 0 ? EXIT.failed : EXIT.ok;
};

/** The table of whole steps of training. */
const steps = async ({ json, markdown = false }: Flags, given: string | true, pool: Pool): Promise<ExitCode> => {
  const rows = await stepRows(stepNetworks(given), pool);
  pool.end();
  const text = markdown ? stepMarkdown(rows) : `${stepConditions()}\n\n${stepReport(rows)}`;
  print(json, { conditions: stepConditions(), rows }, text);
  return EXIT.ok;
};

const benchmark = async (flags: Flags, args: readonly string[]): Promise<ExitCode> => {
  const { quick = false, filter, json, markdown, fresh = false, cached = false } = flags;
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const pool = await poolOf(flags);
  if (flags.steps !== undefined) return steps(flags, flags.steps, pool);
  if (quick) return targets(flags, args, pool);
  const parts = partsOf(flags);
  const wanted = (name: string): boolean => matches(name, filter);
  const jobs = rtlJobs({ parts, wanted });
  if (jobs.length === 0 && !parts.includes('networks')) refuseFilter(filter);
  if (!cached && flags.on === 'local' && jobs.length > 0) await ensureTools(VERILATOR_TOOLS);
  const color = picocolors.isColorSupported;
  const command = benchCommand(args);
  const { results, text, failures, valid } = await evaluate({
    ...{ parts, wanted, fresh, cached, pool, color, command },
  });
  pool.end();
  if (cached && isEmpty(results)) refuseEmptyCache(args);
  if (typeof json === 'string') for (const { path, content } of resultFiles(json, results)) putJson(path, content);
  print(json === true ? json : undefined, results, markdown ? resultsMarkdown(results) : text);
  report(failures);
  return failures.length > 0 || valid === false ? EXIT.failed : EXIT.ok;
};

await runScript((args) => benchmark(parseFlags(args), args));
