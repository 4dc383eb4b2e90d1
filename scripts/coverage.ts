import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { UserError } from '../generator/base/errors.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { inParallel } from '../generator/base/parallel.js';
import { scriptCommand } from '../generator/base/paths.js';
import { discard, runTool, temporaryFolder } from '../generator/base/processes.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { type Config, ENGINES, PASSES } from '../generator/description/config.js';
import { PRESET_NAMES, type PresetName, presets } from '../generator/description/presets.js';
import { rtlFiles } from '../generator/emit/rtl.js';
import { registerOffset, registers } from '../generator/isa/registers.js';
import { stoppedBy } from '../generator/run/host.js';
import { runPass } from '../generator/run/runPass.js';
import { simulate } from '../generator/run/simulate.js';
import { openCache } from '../generator/run/simulators/cache.js';
import { faults, type HostOperation } from '../generator/run/simulators/job.js';
import { buildVerilator } from '../generator/run/simulators/verilator.js';
import { caseOperands } from './caseOperands.js';
import { eachNth, regressionCases } from './cases.js';
import { parseCoverage } from './coverage/points.js';
import { blockCoverage, coverageTable, percentOf, staleExclusions, uncovered } from './coverage/report.js';
import { putJson, runScript } from './script.js';
import { caseOn } from './soak/case.js';
import { runCase } from './soak/runCase.js';
import { parseWords } from './words.js';

interface Flags {
  readonly preset: string;
  readonly faults: string;
  readonly random: string;
  readonly every: string;
  readonly seed: string;
  readonly lines: string;
  readonly toggles: string;
  readonly jobs: string;
  readonly missing?: boolean;
  /** File, or true for stdout. */
  readonly json?: string | true;
}

const parseFlags = (args: readonly string[]): Flags =>
  parseWords('coverage', args, (command) =>
    command
      .description(
        "line and toggle coverage of the Verilog, by Verilator: the regression's cases of a small preset, and cases of the fault campaign on it",
      )
      .option('--preset <name>', 'accelerator', 'tiny4')
      .option('--faults <n>', 'cases of the fault campaign', '150')
      .option('--random <n>', 'random geometries of the regression', '8')
      .option('--every <n>', "only each n-th of the regression's cases", '1')
      .option('--seed <n>', 'seed of data, memories and random geometries', '1')
      .option('--lines <percent>', 'fail below this line coverage', '98')
      .option('--toggles <percent>', 'fail below this toggle coverage', '75')
      .option('--missing', 'list what is not covered')
      .option('-j, --jobs <n>', 'simulations at a time', '2')
      .option('--json [file]', 'results as JSON, into a file or instead of the table')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('coverage')}\n  ${scriptCommand('coverage', '--missing')}\n\nExit codes: 0 enough is covered, 1 too little, or a run is wrong, 2 usage, 3 a tool is missing.\n`,
      ),
  ).opts<Flags>();

/** A simulation that leaves its coverage in a file, and returns what is wrong with it. */
type Run = (coverage: string) => Promise<readonly string[]>;

/** Every register is read, and a program that is not aligned is started. */
const registersRun =
  (config: Config): Run =>
  async (coverage) => {
    const offset = (name: string): number => registerOffset(config, name);
    const begin: readonly HostOperation[] = [
      { kind: 'write', offset: offset('program_lo'), value: 4 },
      { kind: 'write', offset: offset('program_count'), value: 1 },
      { kind: 'write', offset: offset('ctrl'), value: 5 },
      { kind: 'irq', maxCycles: 1000 },
      { kind: 'read', offset: offset('status') },
    ];
    const script = [
      ...begin,
      ...registers(config).map((each): HostOperation => ({ kind: 'read', offset: each.offset })),
    ];
    const sim = await simulate(config, { images: [], script, dumps: [], allowedWrites: [], coverage });
    const wrong = sim.operations.filter(({ met, response }) => !met || response !== 'OKAY').length;
    const stopped = sim.operations[begin.length - 1]?.value === stoppedBy('MISALIGNED');
    return [
      ...faults(sim),
      ...(wrong > 0 ? [`registers: ${wrong} accesses are wrong`] : []),
      ...(stopped ? [] : ['registers: a program that is not aligned is not refused']),
    ];
  };

const runsOf = (
  preset: PresetName,
  { seed, random, every, faults: faultCases }: Readonly<Record<'seed' | 'random' | 'every' | 'faults', number>>,
): readonly Run[] => {
  const config = presets[preset];
  const all = regressionCases({
    ...{ presets: [preset], engines: ENGINES, passes: PASSES, simulators: ['verilator'], seed, random, long: false },
  });
  const cases = eachNth(all, every);
  return [
    registersRun(config),
    ...cases.map(
      (run): Run =>
        async (coverage) => {
          const { layer, pass, engine, geometry, ...options } = run;
          const operands = caseOperands(run);
          const { passed } = await runPass(config, layer, pass, engine, { ...options, operands, coverage });
          return passed ? [] : [`${pass} by ${engine}, ${geometry}: wrong`];
        },
    ),
    ...Array.from(
      { length: faultCases },
      (_, index): Run =>
        async (coverage) => {
          const { findings } = await runCase(caseOn(config, 'verilator', seed * 100_000 + index), { coverage });
          return findings.map((finding) => `fault case ${index}: ${finding}`);
        },
    ),
  ];
};

const MERGE_AT_ONCE = 50;

const merge = (into: string, files: readonly string[]) => runTool('verilator_coverage', ['--write', into, ...files]);

/** Runs all, and merges their coverage. */
const collect = async (
  runs: readonly Run[],
  parallel: number,
): Promise<{ readonly data: string; readonly wrong: readonly string[] }> => {
  const folder = temporaryFolder('bpi-coverage-');
  let done = 0;
  const progress = new Progress(() => `${done} of ${runs.length} runs`);
  const wrong: string[] = [];
  try {
    const total = join(folder, 'total.dat');
    for (let at = 0; at < runs.length; at += MERGE_AT_ONCE) {
      const files = await inParallel(parallel, runs.slice(at, at + MERGE_AT_ONCE), async (run, index) => {
        const file = join(folder, `${index}.dat`);
        wrong.push(...(await run(file)));
        done += 1;
        return file;
      });
      await merge(total, at > 0 ? [total, ...files] : files);
    }
    return { data: readFileSync(total, 'utf8'), wrong };
  } finally {
    progress.end();
    discard(folder);
  }
};

const cover = async (flags: Flags): Promise<ExitCode> => {
  const { json } = flags;
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const preset = PRESET_NAMES.find((name) => name === flags.preset);
  if (!preset) {
    const message = `there is no ${JSON.stringify(flags.preset)}`;
    throw new UserError([
      { code: 'UNKNOWN_NAME', path: '--preset', message, fix: `take one of ${PRESET_NAMES.join(', ')}` },
    ]);
  }
  const lines = wholeNumber('--lines', flags.lines, 0, 100);
  const toggles = wholeNumber('--toggles', flags.toggles, 0, 100);
  const seed = wholeNumber('--seed', flags.seed, 0, 10_000);
  const runs = runsOf(preset, {
    seed,
    random: wholeNumber('--random', flags.random, 0, 10_000),
    every: wholeNumber('--every', flags.every, 1, 10_000),
    faults: wholeNumber('--faults', flags.faults, 0, 10_000),
  });
  const parallel = wholeNumber('--jobs', flags.jobs, 1, 64);
  await ensureTools(['verilator', 'g++', 'make']);
  openCache();

  const begin = performance.now();
  const config = presets[preset];
  await buildVerilator(config, rtlFiles(config), undefined, true);
  const { data, wrong } = await collect(runs, parallel);
  const points = parseCoverage(data, config.prefix);
  const blocks = blockCoverage(points);
  const total = blocks.at(-1)!;
  const stale = staleExclusions(points);
  const enough = percentOf(total.line) >= lines && percentOf(total.toggle) >= toggles;
  const seconds = Math.round((performance.now() - begin) / 1000);
  const missing = uncovered(points);

  if (json !== undefined) {
    const content = {
      preset,
      seed,
      seconds,
      runs: runs.length,
      thresholds: { lines, toggles },
      blocks,
      missing,
      wrong,
    };
    putJson(json, content);
  }
  if (json !== true) {
    console.log(coverageTable(blocks));
    if (flags.missing) for (const line of missing) console.log(line);
    const text = `${runs.length} runs on ${preset} in ${seconds} s: ${percentOf(total.line).toFixed(1)} % of lines, ${percentOf(total.toggle).toFixed(1)} % of toggles`;
    console.log(enough ? picocolors.green(text) : picocolors.red(`${text}; ${lines} % and ${toggles} % are wanted`));
  }
  for (const line of wrong) console.error(picocolors.red(line));
  for (const line of stale) console.error(picocolors.red(`exclusion without need: ${line}`));
  return enough && wrong.length === 0 && stale.length === 0 ? EXIT.ok : EXIT.failed;
};

await runScript((args) => cover(parseFlags(args)));
