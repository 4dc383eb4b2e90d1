import { join } from 'node:path';
import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/base/errors.js';
import { isOfTheMachine } from '../generator/base/fileError.js';
import { makeFolder } from '../generator/base/makeFolder.js';
import { checkOutput, writeOutput } from '../generator/base/outputFile.js';
import { inParallel } from '../generator/base/parallel.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { findings } from '../generator/cli/runReport.js';
import { listOf } from '../generator/cli/usage.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { PASS_TENSORS } from '../generator/dataflows/loopNest.js';
import { ENGINES, PASSES } from '../generator/description/config.js';
import { PRESET_NAMES, presets } from '../generator/description/presets.js';
import { tensorShape } from '../generator/description/tensors.js';
import type { Operands } from '../generator/golden/judge.js';
import { type RunDescription, rerunCommand } from '../generator/run/command.js';
import { encodeNpy } from '../generator/run/npy.js';
import { runPass } from '../generator/run/runPass.js';
import { isReady, prepare } from '../generator/run/simulate.js';
import { cacheFolder, openCache } from '../generator/run/simulators/cache.js';
import type { Simulator } from '../generator/run/simulators/job.js';
import { caseOperands } from './caseOperands.js';
import { type Case, regressionCases, type Selection } from './cases.js';
import { runScript } from './script.js';
import { caseName, failureReport, groupsOf, type Outcome, summaryTable } from './simReport.js';
import { parseWords } from './words.js';

const JOBS = 2;
const SIMULATORS: readonly Simulator[] = ['verilator', 'icarus'];

interface Flags extends Selection {
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
    command
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
        `\nExample:\n  ${scriptCommand('sim', '--preset tiny4,odd --pass dgrad --cases 50 --seed 7')}\n`,
      ),
  ).opts<Record<string, string> & { readonly long?: boolean }>();
  return {
    presets: namesOf('--preset', options.preset, PRESET_NAMES),
    engines: namesOf('--engine', options.engine, ENGINES),
    passes: namesOf('--pass', options.pass, PASSES),
    simulators: namesOf('--simulator', options.simulator, SIMULATORS),
    seed: wholeNumber('--seed', options.seed, 0, 1_000_000),
    random: wholeNumber('--cases', options.cases, 0, 100_000),
    long: options.long ?? false,
    jsonSummary: options.jsonSummary,
  };
};

/** Writes operands that no seed gives, so that the command line can rerun them. */
const keepOperands = (run: Case, operands: Operands): Readonly<Record<string, string>> => {
  const folder = join(cacheFolder(), 'rerun');
  makeFolder(folder);
  const { first, second } = PASS_TENSORS[run.pass];
  const save = (name: 'x' | 'wt' | 'dy', data: Int8Array | Float32Array): readonly [string, string] => {
    const path = join(folder, `${run.data}-${run.seed}-${name}.npy`);
    writeOutput('operands', path, encodeNpy({ shape: tensorShape(run.layer, name), data }));
    return [name, path];
  };
  return Object.fromEntries([save(first, operands.first), save(second, operands.second)]);
};

const runCase = async (run: Case): Promise<Outcome> => {
  const { preset, layer, pass, engine, seed, simulator, memory, narrow, shift, misalign } = run;
  const config = presets[preset];
  let operands: Operands | undefined;
  const description = (): RunDescription => {
    const files = operands ? keepOperands(run, operands) : {};
    return { preset, layer, pass, engine, seed, simulator, memory, narrow, shift, misalign, files };
  };
  try {
    operands = caseOperands(run);
    const result = await runPass(config, layer, pass, engine, {
      ...{ operands, seed, simulator, memory, narrow, shift, misalign },
    });
    const { passed, cycles, cyclesPerSecond } = result;
    const seconds = cyclesPerSecond > 0 ? cycles / cyclesPerSecond : 0;
    if (passed) return { run, passed, cycles, seconds, findings: [], rerun: '' };
    const report = { config, description: description(), result, rounded: {} };
    return { run, passed, cycles, seconds, findings: findings(report), rerun: rerunCommand(report.description) };
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const rerun = rerunCommand(description());
    return { run, passed: false, cycles: 0, seconds: 0, findings: text.split('\n'), rerun };
  }
};

/** Builds what the cache lacks, so that no case waits for it. */
const buildSimulators = async (cases: readonly Case[]): Promise<void> => {
  const wanted = PRESET_NAMES.filter((name) =>
    cases.some(({ preset, simulator }) => preset === name && simulator === 'verilator'),
  );
  const ready = await Promise.all(wanted.map((name) => isReady(presets[name], 'verilator')));
  const missing = wanted.filter((_, index) => !ready[index]);
  if (missing.length === 0) return;
  const underWay = new Set<string>();
  const progress = new Progress(() => `building ${[...underWay].join(' and ')}`);
  progress.say(`building ${missing.length} simulators with Verilator`);
  try {
    await inParallel(JOBS, missing, async (name) => {
      const begin = performance.now();
      underWay.add(name);
      await prepare(presets[name]);
      underWay.delete(name);
      progress.say(`  built ${name} in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
    });
  } finally {
    progress.end();
  }
};

const runCases = async (cases: readonly Case[]): Promise<readonly Outcome[]> => {
  let done = 0;
  let failed = 0;
  const underWay = new Set<Case>();
  const progress = new Progress(() => {
    const now = [...underWay].map(caseName).join('; ');
    return `${done} of ${cases.length} done${failed > 0 ? `, ${failed} failed` : ''}: ${now}`;
  });
  try {
    return await inParallel(JOBS, cases, async (run) => {
      underWay.add(run);
      const outcome = await runCase(run);
      underWay.delete(run);
      done += 1;
      if (!outcome.passed) {
        failed += 1;
        progress.say(`failed: ${caseName(run)}`);
      }
      progress.tick();
      return outcome;
    });
  } finally {
    progress.end();
  }
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
  await ensureTools([
    ...(used.has('verilator') ? (['verilator', 'g++', 'make'] as const) : []),
    ...(used.has('icarus') ? (['iverilog'] as const) : []),
  ]);

  openCache();

  const begin = performance.now();
  console.log(`${cases.length} cases, seed ${seed}`);
  await buildSimulators(cases);
  const outcomes = await runCases(cases);
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
