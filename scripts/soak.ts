import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/base/errors.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools, VERILATOR_TOOLS } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { addPoolOptions, type PoolFlags, poolOf } from '../generator/cli/pool.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import type { Config } from '../generator/description/config.js';
import { isRefusal, type Pool } from '../generator/pool/pool.js';
import { simulatorKey } from '../generator/run/simulate.js';
import { forget, openCache } from '../generator/run/simulators/cache.js';
import type { Simulator } from '../generator/run/simulators/job.js';
import { faultOf, jobKeys } from './poolJobs.js';
import { putJson, runScript } from './script.js';
import { CASES_PER_CONFIGURATION, CONFIGURATIONS, caseSeed, configOf, simulatorOf } from './soak/case.js';
import { finish, unfinished } from './soak/finish.js';
import { configText, countScenarios, type Finished, rerunSoak, soakFailure, soakTable } from './soak/report.js';
import type { SoakJob } from './soak/worker.js';
import { parseWords } from './words.js';

interface Flags extends PoolFlags {
  readonly minutes: string;
  readonly seed: string;
  readonly cases: string;
  readonly configurations: string;
  readonly first: string;
  /** File, or true for stdout. */
  readonly json?: string | true;
  readonly rerun?: string;
  readonly waves?: string;
}

const parseFlags = (args: readonly string[]): Flags =>
  parseWords('soak', args, (command) =>
    addPoolOptions(command, 'cases')
      .description(
        'fault campaign: random accelerators run random layers through stalls, bus errors, soft resets and illegal programs; nothing may hang, and nothing wrong may be reported as right',
      )
      .option('--minutes <n>', 'begin no case after so long', '10')
      .option('--seed <n>', 'seed of the campaign', '1')
      .option('--cases <n>', 'cases for each accelerator', '150')
      .option('--configurations <n>', 'accelerators at most', String(CONFIGURATIONS))
      .option('--first <n>', 'go on from this accelerator of the campaign', '0')
      .option('--json [file]', 'results as JSON, into a file or instead of the table')
      .option('--rerun <seed>', 'rerun one case')
      .option('--waves <file>', 'with --rerun: write waves, .fst or .vcd')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('soak', '--minutes 60')}\n  ${scriptCommand('soak', '--seed 7 --configurations 3 --json soak.json')}\n  ${scriptCommand('soak', '--minutes 60 --on slurm --jobs 100 --partition short')}\n  ${scriptCommand('soak', '--rerun 10003021 --waves case.fst')}\n\nExit codes: 0 all is well, 1 a case failed, 2 usage, 3 a tool is missing.\n`,
      ),
  ).opts<Flags>();

const MOST_CAMPAIGNS = 100_000;
/** Icarus compiles each case anew, and is slow. */
const ICARUS_CASES = 12;

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
  readonly pool: Pool;
  readonly milliseconds: number;
}

const WORKER = new URL('./soak/worker.js', import.meta.url);

/** An accelerator of a campaign, and the seeds of its cases. */
interface Accelerator {
  readonly seeds: readonly number[];
  readonly config: Config;
  readonly simulator: Simulator;
}

const accelerator = (campaign: number, number: number, cases: number): Accelerator => {
  const first = caseSeed(campaign, number, 0);
  const simulator = simulatorOf(first);
  const count = simulator === 'verilator' ? cases : Math.min(cases, ICARUS_CASES);
  const seeds = Array.from({ length: count }, (_, index) => caseSeed(campaign, number, index));
  return { seeds, config: configOf(first), simulator };
};

/** Runs configuration after configuration until the time is over. */
const campaign = async (
  { campaign: seed, cases, first, configurations, pool, milliseconds }: Limits,
  say: (line: string) => void,
): Promise<{ readonly finished: readonly Finished[]; readonly configurations: number }> => {
  const begin = performance.now();
  const over = (): boolean => performance.now() - begin > milliseconds;
  const finished: Finished[] = [];
  const begun = new Set<number>();
  let now = '';
  const isFailed = ({ result }: Finished): boolean => result.findings.length > 0;
  const progress = new Progress(
    () => `${finished.length} cases of ${begun.size} accelerators, ${finished.filter(isFailed).length} failed: ${now}`,
  );
  const keyOf = jobKeys(WORKER);
  // one accelerator after the other, unless that is too little work at a time
  const atOnce = Math.ceil(pool.jobsAtOnce / cases);
  try {
    for (let next = first; next < first + configurations && !over(); next += atOnce) {
      const end = Math.min(first + configurations, next + atOnce);
      const some = Array.from({ length: end - next }, (_, index) => accelerator(seed, next + index, cases));
      const seeds = some.flatMap((each) => each.seeds);
      const ownerOf = new Map(some.flatMap((each) => each.seeds.map((one) => [one, each] as const)));
      await pool.run<SoakJob, Finished>({
        ...{ program: WORKER, what: 'soak', jobs: seeds.map((one) => ({ seed: one })), keyOf, isOver: over },
        nameOf: (job) => `case ${job.seed}`,
        onBegin: (index) => {
          const { config, simulator, seeds: own } = ownerOf.get(seeds[index]!)!;
          begun.add(own[0]!);
          now = `${simulator}, ${configText(config)}`;
        },
        onOutcome: (index, outcome) => {
          const one = seeds[index]!;
          const done = isRefusal(outcome)
            ? unfinished(one, `case ${one}`, faultOf(outcome.problem).split('\n'))
            : outcome;
          finished.push(done);
          if (isFailed(done)) {
            progress.say(picocolors.red('failed'));
            say(soakFailure(done));
          }
          progress.tick();
        },
      });
      // nobody asks for these accelerators again, but to rerun a failure
      const failing = new Set(finished.filter(isFailed).map((one) => ownerOf.get(one.seed)));
      for (const each of some) {
        if (each.simulator === 'verilator' && !failing.has(each)) forget(await simulatorKey(each.config));
      }
    }
  } finally {
    progress.end();
  }
  return { finished, configurations: begun.size };
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
    pool: await poolOf(flags),
    milliseconds: wholeNumber('--minutes', flags.minutes, 1, 100_000) * 60_000,
  };
  if (flags.on === 'local') await ensureTools(['iverilog', ...VERILATOR_TOOLS]);
  openCache();

  const begin = performance.now();
  const { finished, configurations } = await campaign(limits, (line) => console.error(line));
  limits.pool.end();
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
