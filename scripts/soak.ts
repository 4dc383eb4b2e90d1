import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/base/errors.js';
import { isOfTheMachine } from '../generator/base/fileError.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { inParallel } from '../generator/base/parallel.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { prepare, simulatorKey } from '../generator/run/simulate.js';
import { forget, openCache } from '../generator/run/simulators/cache.js';
import { putJson, runScript } from './script.js';
import { campaignCase } from './soak/campaignCase.js';
import { CASES_PER_CONFIGURATION, CONFIGURATIONS, caseSeed, configOf, simulatorOf } from './soak/case.js';
import { configText, countScenarios, type Finished, rerunSoak, soakFailure, soakTable } from './soak/report.js';
import { parseWords } from './words.js';

interface Flags {
  readonly minutes: string;
  readonly seed: string;
  readonly cases: string;
  readonly configurations: string;
  readonly first: string;
  readonly jobs: string;
  /** File, or true for stdout. */
  readonly json?: string | true;
  readonly rerun?: string;
  readonly waves?: string;
}

const parseFlags = (args: readonly string[]): Flags =>
  parseWords('soak', args, (command) =>
    command
      .description(
        'fault campaign: random accelerators run random layers through stalls, bus errors, soft resets and illegal programs; nothing may hang, and nothing wrong may be reported as right',
      )
      .option('--minutes <n>', 'begin no case after so long', '10')
      .option('--seed <n>', 'seed of the campaign', '1')
      .option('--cases <n>', 'cases for each accelerator', '150')
      .option('--configurations <n>', 'accelerators at most', String(CONFIGURATIONS))
      .option('--first <n>', 'go on from this accelerator of the campaign', '0')
      .option('-j, --jobs <n>', 'cases at a time', '2')
      .option('--json [file]', 'results as JSON, into a file or instead of the table')
      .option('--rerun <seed>', 'rerun one case')
      .option('--waves <file>', 'with --rerun: write waves, .fst or .vcd')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('soak', '--minutes 60')}\n  ${scriptCommand('soak', '--seed 7 --configurations 3 --json soak.json')}\n  ${scriptCommand('soak', '--rerun 10003021 --waves case.fst')}\n\nExit codes: 0 all is well, 1 a case failed, 2 usage, 3 a tool is missing.\n`,
      ),
  ).opts<Flags>();

const MOST_CAMPAIGNS = 100_000;
/** Icarus compiles each case anew, and is slow. */
const ICARUS_CASES = 12;

const finish = async (seed: number, waves?: string): Promise<Finished> => {
  let text = `case ${seed}`;
  const simulator = simulatorOf(seed);
  try {
    const { scenario, text: line, run } = campaignCase(seed);
    text = line;
    return { seed, scenario, simulator, text, result: await run(waves) };
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    const findings = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n');
    return { seed, scenario: 'calm', simulator, text, result: { findings, cycles: 0, ending: 'exception' } };
  }
};

const rerun = async (flags: Flags): Promise<ExitCode> => {
  const { waves } = flags;
  const most = (MOST_CAMPAIGNS + 1) * CONFIGURATIONS * CASES_PER_CONFIGURATION - 1;
  const seed = wholeNumber('--rerun', flags.rerun!, 0, most);
  if (waves !== undefined) checkOutput('--waves', waves, ['.fst', '.vcd']);
  await ensureTools(simulatorOf(seed) === 'icarus' ? ['iverilog'] : ['verilator', 'g++', 'make']);
  openCache();
  console.log(configText(configOf(seed)));
  const finished = await finish(seed, waves);
  const { findings, cycles, ending } = finished.result;
  if (findings.length > 0) {
    console.log(soakFailure(finished));
    return EXIT.failed;
  }
  console.log(`${finished.text}\n  ${picocolors.green('right')}: ended with ${ending}, ${cycles} cycles`);
  return EXIT.ok;
};

interface Limits {
  readonly campaign: number;
  readonly cases: number;
  readonly first: number;
  readonly configurations: number;
  readonly parallel: number;
  readonly milliseconds: number;
}

/** Runs configuration after configuration until the time is over. */
const campaign = async (
  { campaign: seed, cases, first, configurations, parallel, milliseconds }: Limits,
  say: (line: string) => void,
): Promise<{ readonly finished: readonly Finished[]; readonly configurations: number }> => {
  const begin = performance.now();
  const over = (): boolean => performance.now() - begin > milliseconds;
  const finished: Finished[] = [];
  let number = first;
  let now = '';
  const failures = (): number => finished.filter(({ result }) => result.findings.length > 0).length;
  const progress = new Progress(
    () => `${finished.length} cases of ${number - first + 1} accelerators, ${failures()} failed: ${now}`,
  );
  try {
    for (; number < first + configurations && !over(); number++) {
      const config = configOf(caseSeed(seed, number, 0));
      const simulator = simulatorOf(caseSeed(seed, number, 0));
      now = `${simulator}, ${configText(config)}`;
      const verilator = simulator === 'verilator';
      if (verilator) await prepare(config);
      const before = failures();
      const count = verilator ? cases : Math.min(cases, ICARUS_CASES);
      const seeds = Array.from({ length: count }, (_, index) => caseSeed(seed, number, index));
      await inParallel(parallel, seeds, async (each) => {
        if (over()) return;
        const done = await finish(each);
        finished.push(done);
        if (done.result.findings.length > 0) {
          progress.say(picocolors.red('failed'));
          say(soakFailure(done));
        }
        progress.tick();
      });
      // nobody asks for this accelerator again, but to rerun a failure
      if (verilator && failures() === before) forget(await simulatorKey(config));
    }
  } finally {
    progress.end();
  }
  return { finished, configurations: number - first };
};

const soak = async (flags: Flags): Promise<ExitCode> => {
  const { json } = flags;
  if (flags.rerun !== undefined) return rerun(flags);
  if (flags.waves !== undefined) {
    const problem: Problem = {
      ...{ code: 'WAVES', path: '--waves', message: 'waves are those of one case' },
      fix: `give its seed, as in ${rerunSoak(caseSeed(1, 0, 0))} --waves case.fst`,
    };
    throw new UserError([problem]);
  }
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const first = wholeNumber('--first', flags.first, 0, CONFIGURATIONS - 1);
  const limits: Limits = {
    first,
    campaign: wholeNumber('--seed', flags.seed, 0, MOST_CAMPAIGNS),
    cases: wholeNumber('--cases', flags.cases, 1, CASES_PER_CONFIGURATION),
    configurations: Math.min(
      wholeNumber('--configurations', flags.configurations, 1, CONFIGURATIONS),
      CONFIGURATIONS - first,
    ),
    parallel: wholeNumber('--jobs', flags.jobs, 1, 64),
    milliseconds: wholeNumber('--minutes', flags.minutes, 1, 100_000) * 60_000,
  };
  await ensureTools(['verilator', 'iverilog', 'g++', 'make']);
  openCache();

  const begin = performance.now();
  const { finished, configurations } = await campaign(limits, (line) => console.error(line));
  const seconds = Math.round((performance.now() - begin) / 1000);
  const counts = countScenarios(finished);
  const failed = finished.filter(({ result }) => result.findings.length > 0);
  const summary = `${finished.length} cases on ${configurations} accelerators in ${seconds} s, seed ${limits.campaign}: ${failed.length} failed`;
  if (json !== undefined) {
    const failures = failed.map(({ seed, text, result }) => ({ seed, text, ...result, rerun: rerunSoak(seed) }));
    const content = {
      ...{ seed: limits.campaign, seconds, configurations, cases: finished.length, failed: failed.length },
      ...{ scenarios: counts, failures },
    };
    putJson(json, content);
  }
  if (json !== true) {
    console.log(soakTable(counts));
    console.log(failed.length > 0 ? picocolors.red(summary) : picocolors.green(summary));
  }
  return failed.length > 0 ? EXIT.failed : EXIT.ok;
};

await runScript((args) => soak(parseFlags(args)));
