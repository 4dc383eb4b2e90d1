import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/base/errors.js';
import { checkOutput, writeOutput } from '../generator/base/outputFile.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools, VERILATOR_TOOLS } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { addPoolOptions, type PoolFlags, poolOf } from '../generator/cli/pool.js';
import { listOf } from '../generator/cli/usage.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { ENGINES, PASSES } from '../generator/description/config.js';
import { PRESET_NAMES, type PresetName, presets } from '../generator/description/presets.js';
import { isRefusal, type Pool, type Refusal } from '../generator/pool/pool.js';
import { rerunCommand } from '../generator/run/command.js';
import { isReady } from '../generator/run/simulate.js';
import { openCache } from '../generator/run/simulators/cache.js';
import type { Simulator } from '../generator/run/simulators/job.js';
import { type Case, regressionCases, type Selection } from './cases.js';
import { faultOf, jobKeys } from './poolJobs.js';
import { runScript } from './script.js';
import type { SimJob, SimOutcome } from './simJobs.js';
import { caseName, failureReport, groupsOf, type Outcome, summaryTable } from './simReport.js';
import { parseWords } from './words.js';

const SIMULATORS: readonly Simulator[] = ['verilator', 'icarus'];

interface Flags extends Selection, PoolFlags {
  readonly jsonSummary?: string;
}

interface Words {
  readonly long?: boolean;
  readonly jsonSummary?: string;
}

/** Names from a list with commas, or all. */
const namesOf = <T extends string>(option: string, text: string | undefined, known: readonly T[]): readonly T[] => {
  if (text === undefined) return known;
  const words = listOf(option, text);
  const problems = words
    .filter((word) => !known.includes(word as T))
    .map((word): Problem => {
      const fix = `take one of ${known.join(', ')}`;
      return { code: 'UNKNOWN_NAME', path: option, message: `there is no ${JSON.stringify(word)}`, fix };
    });
  if (problems.length > 0) throw new UserError(problems);
  return known.filter((name) => words.includes(name));
};

const parseFlags = (args: readonly string[]): Flags => {
  const options = parseWords('sim', args, (command) =>
    addPoolOptions(command, 'cases')
      .description('regression: every pass by every engine on the RTL, compared with the golden model')
      .option('--preset <names>', `only these: ${PRESET_NAMES.join(', ')}`)
      .option('--engine <names>', `only these: ${ENGINES.join(', ')}`)
      .option('--pass <names>', `only these: ${PASSES.join(', ')}`)
      .option('--simulator <names>', `only these: ${SIMULATORS.join(', ')}`)
      .option('--seed <n>', 'seed of data, memories and random geometries', '1')
      .option('--cases <n>', 'random geometries for each preset', '8')
      .option('--long', 'also the ResNet-18 stem and the reference layers L1 to L5, at ref16; takes hours')
      .option('--json-summary <file>', 'write counts, groups and failures as JSON')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('sim', '--preset tiny4,odd --pass dgrad --cases 50 --seed 7')}\n  ${scriptCommand('sim', '--cases 1000 --on slurm --jobs 100 --shared ~/jobs')}\n`,
      ),
  ).opts<Record<'preset' | 'engine' | 'pass' | 'simulator' | 'seed' | 'cases', string> & Words & PoolFlags>();
  return {
    ...options,
    presets: namesOf('--preset', options.preset, PRESET_NAMES),
    engines: namesOf('--engine', options.engine, ENGINES),
    passes: namesOf('--pass', options.pass, PASSES),
    simulators: namesOf('--simulator', options.simulator, SIMULATORS),
    seed: wholeNumber('--seed', options.seed, 0, 1_000_000),
    random: wholeNumber('--cases', options.cases, 0, 100_000),
    long: options.long ?? false,
  };
};

const WORKER = new URL('./simWorker.js', import.meta.url);

/** Builds what the cache lacks, so that no case waits for it. */
const buildSimulators = async (pool: Pool, cases: readonly Case[]): Promise<void> => {
  const wanted = PRESET_NAMES.filter((name) =>
    cases.some(({ preset, simulator }) => preset === name && simulator === 'verilator'),
  );
  const ready = await Promise.all(wanted.map((name) => isReady(presets[name], 'verilator')));
  const missing = wanted.filter((_, index) => !ready[index]);
  if (missing.length === 0) return;
  const underWay = new Set<PresetName>();
  const progress = new Progress(() => `building ${[...underWay].join(' and ')}`);
  progress.say(`building ${missing.length} simulators with Verilator`);
  try {
    await pool.run<SimJob, SimOutcome>({
      ...{ program: WORKER, what: 'sim', jobs: missing.map((build) => ({ build })) },
      keyOf: jobKeys(WORKER),
      nameOf: () => 'building a simulator',
      onBegin: (index) => underWay.add(missing[index]!),
      onOutcome: (index, outcome) => {
        const name = missing[index]!;
        underWay.delete(name);
        if (isRefusal(outcome)) throw new UserError([outcome.problem]);
        progress.say(`  built ${name} in ${outcome.seconds.toFixed(0)} s`);
      },
    });
  } finally {
    progress.end();
  }
};

const outcomeOf = (run: Case, outcome: SimOutcome | Refusal): Outcome => {
  if (!isRefusal(outcome)) return { run, ...outcome, cycles: outcome.cycles ?? Number.NaN };
  const findings = faultOf(outcome.problem).split('\n');
  const { preset, engine, pass, simulator } = run;
  const words = ['--preset', preset, '--engine', engine, '--pass', pass, '--simulator', simulator];
  // operands that no seed gives are not written: the cases of its kind are run again
  const rerun = run.data === 'random' ? rerunCommand({ ...run, files: {} }) : scriptCommand('sim', words.join(' '));
  return { run, passed: false, cycles: 0, seconds: 0, findings, rerun };
};

const runCases = async (pool: Pool, cases: readonly Case[]): Promise<readonly Outcome[]> => {
  let done = 0;
  let failed = 0;
  const outcomes: Outcome[] = [];
  const underWay = new Set<Case>();
  const progress = new Progress(() => {
    const now = [...underWay].map(caseName).join('; ');
    return `${done} of ${cases.length} done${failed > 0 ? `, ${failed} failed` : ''}: ${now}`;
  });
  try {
    await pool.run<SimJob, SimOutcome>({
      ...{ program: WORKER, what: 'sim', jobs: cases.map((run) => ({ run })) },
      keyOf: jobKeys(WORKER),
      nameOf: (job) => ('run' in job ? caseName(job.run) : job.build),
      onBegin: (index) => underWay.add(cases[index]!),
      onOutcome: (index, given) => {
        const run = cases[index]!;
        const outcome = outcomeOf(run, given);
        outcomes[index] = outcome;
        underWay.delete(run);
        done += 1;
        if (!outcome.passed) {
          failed += 1;
          progress.say(`failed: ${caseName(run)}`);
        }
        progress.tick();
      },
    });
  } finally {
    progress.end();
  }
  return outcomes;
};

const simulate = async (flags: Flags): Promise<ExitCode> => {
  const { jsonSummary, seed } = flags;
  if (jsonSummary !== undefined) checkOutput('--json-summary', jsonSummary, ['.json']);
  const cases = regressionCases(flags);
  if (cases.length === 0) {
    const fix = 'leave out one of the filters; Icarus runs tiny4 and odd only';
    throw new UserError([{ code: 'NO_CASES', path: 'flags', message: 'no case is left', fix }]);
  }
  const used = new Set(cases.map(({ simulator }) => simulator));
  const pool = await poolOf(flags);
  if (flags.on === 'local') {
    await ensureTools([
      ...(used.has('verilator') ? VERILATOR_TOOLS : []),
      ...(used.has('icarus') ? (['iverilog'] as const) : []),
    ]);
  }

  openCache();

  const begin = performance.now();
  console.log(`${cases.length} cases, seed ${seed}`);
  await buildSimulators(pool, cases);
  const outcomes = await runCases(pool, cases);
  pool.end();
  const seconds = (performance.now() - begin) / 1000;

  const groups = groupsOf(outcomes);
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  const failed = outcomes.length - passed;
  console.log(summaryTable(groups));
  if (failed > 0) console.log(failureReport(outcomes));
  const color = failed > 0 ? picocolors.red : picocolors.green;
  const minutes = `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  console.log(color(`${passed} passed, ${failed} failed in ${minutes}, seed ${seed}`));
  if (jsonSummary !== undefined) {
    const failures = outcomes
      .filter((outcome) => !outcome.passed)
      .map(({ run, findings: lines, rerun }) => ({ name: caseName(run), seed: run.seed, findings: lines, rerun }));
    const text = `${JSON.stringify({ passed, failed, seed, seconds, groups, failures }, null, 2)}\n`;
    writeOutput('--json-summary', jsonSummary, Buffer.from(text));
  }
  return failed > 0 ? EXIT.failed : EXIT.ok;
};

await runScript((args) => simulate(parseFlags(args)));
