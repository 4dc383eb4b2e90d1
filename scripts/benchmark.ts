import { Command, CommanderError } from 'commander';
import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/check/errors.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { reportFailure } from '../generator/cli/failure.js';
import { checkOutput, writeOutput } from '../generator/cli/outputFile.js';
import { FIGURES, figureName, jobsOf, matches, rowOf } from './benchmark/figures.js';
import { type BenchJob, jobName, type Measurement } from './benchmark/jobs.js';
import { COMPARISON, comparisonReport, conditions, runFigures, targetReport } from './benchmark/render.js';
import { runJobs } from './benchmark/runJobs.js';
import { ensureTools, ToolsMissing } from './tools.js';

interface Flags {
  readonly quick?: boolean;
  readonly filter?: string;
  /** File, or true for stdout. */
  readonly json?: string | true;
  readonly fresh?: boolean;
  readonly cached?: boolean;
  readonly jobs: string;
}

const parseFlags = (args: readonly string[]): Flags =>
  new Command('npm run bench --')
    .description('benchmarks on the RTL: L1 to L5, every pass, the engines side by side')
    .option('--quick', 'the table of targets of the zerofree engine instead')
    .option('--filter <words>', 'only rows whose name has words that begin with all of these, as in "L2 dgrad"')
    .option('--json [file]', 'rows and runs as JSON, into a file or instead of the table')
    .option('--fresh', 'run again what the cache has')
    .option('--cached', 'run nothing: show what the cache has')
    .option('-j, --jobs <n>', 'runs at a time', '2')
    .option('--no-color', 'print without colours')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- --quick --filter "L2 lane bound"\n  npm run bench -- --quick --json targets.json\n\nExit codes: 0 all results match the golden model (bars may be missed), 1 one does not.\n',
    )
    .exitOverride()
    .parse([...args], { from: 'user' })
    .opts<Flags>();

const refuse = (problem: Problem): never => {
  throw new UserError([problem]);
};

const runsAsJson = (jobs: readonly BenchJob[], measured: ReadonlyMap<string, Measurement>) =>
  jobs.flatMap((job) => {
    const figures = runFigures(job, measured);
    return figures ? [{ run: jobName(job), ...figures }] : [];
  });

const benchmark = async (flags: Flags): Promise<ExitCode> => {
  const { quick = false, filter, json, fresh = false, cached = false } = flags;
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const parallel = Number(flags.jobs);
  if (!(Number.isInteger(parallel) && parallel >= 1 && parallel <= 64)) {
    const fix = 'give a whole number from 1 to 64';
    refuse({ code: 'OUT_OF_RANGE', path: '--jobs', message: `"${flags.jobs}" will not do`, fix });
  }
  const figures = FIGURES.filter((figure) => matches(figureName(figure), filter));
  const compared = COMPARISON.filter((job) => matches(jobName(job), filter));
  const jobs = quick ? jobsOf(figures) : compared;
  if (jobs.length === 0) {
    const fix = 'give words of a row, as in --filter "L2 dgrad"';
    refuse({ code: 'NO_ROWS', path: '--filter', message: `no row has the words "${filter}"`, fix });
  }
  if (!cached) await ensureTools(['verilator', 'g++', 'make']);

  const { measured, failed } = await runJobs(jobs, { fresh, cachedOnly: cached, parallel });
  const rows = figures.map((figure) => rowOf(figure, measured));
  const color = picocolors.isColorSupported;
  const failures = [...failed].map(([run, findings]) => ({ run, findings: findings.split('\n') }));
  if (json !== undefined) {
    const named = rows.map((row) => ({ ...row, jobs: undefined, runs: row.jobs.map(jobName) }));
    const content = {
      ...{ conditions: conditions(), ...(quick ? { rows: named } : {}) },
      ...{ runs: runsAsJson(jobs, measured), failures },
    };
    const text = `${JSON.stringify(content, null, 2)}\n`;
    if (json === true) process.stdout.write(text);
    else writeOutput('--json', json, Buffer.from(text));
  }
  if (json !== true) {
    console.log(`${conditions()}\n`);
    console.log(quick ? targetReport(rows, measured, color) : comparisonReport(compared, measured));
  }
  for (const { run, findings } of failures) {
    console.error(picocolors.red(`${run}: wrong`));
    for (const line of findings) console.error(`  ${line}`);
  }
  return failed.size > 0 ? EXIT.failed : EXIT.ok;
};

const main = async (args: readonly string[]): Promise<ExitCode> => {
  try {
    return await benchmark(parseFlags(args));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof ToolsMissing) {
      console.error(error.message);
      return EXIT.missingTool;
    }
    const err = (text: string): void => {
      process.stderr.write(text);
    };
    return reportFailure(error, { out: console.log, err, color: picocolors.isColorSupported }, false);
  }
};

process.exitCode = await main(process.argv.slice(2));
