import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { UserError } from '../generator/base/errors.js';
import { inParallel } from '../generator/base/parallel.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { type Config, ENGINES, PASSES } from '../generator/description/config.js';
import { PRESET_NAMES, type PresetName, presets } from '../generator/description/presets.js';
import { cellModels, simulated, withoutCells } from '../generator/eda/cells.js';
import { synthesize } from '../generator/eda/synthesize.js';
import { LIBRARIES, type Library } from '../generator/eda/targets.js';
import { findYosys } from '../generator/eda/yosys.js';
import { type EmittedFile, rtlFiles } from '../generator/emit/rtl.js';
import { type RunOptions, runPass } from '../generator/run/runPass.js';
import { openCache } from '../generator/run/simulators/cache.js';
import type { Simulator } from '../generator/run/simulators/job.js';
import { caseOperands } from './caseOperands.js';
import { type Case, eachNth, regressionCases } from './cases.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

/** Geometries of the regression that are short enough for gates in Icarus. */
const SHORT = ['1x1 map, padded kernel', 'padding wider than the kernel', 'inexact division', 'stride 2'];

/** What a netlist is made of. */
export type GateTarget = 'generic' | 'asic';

/** Two-input gates that another one can stand in for, with the same ports. */
const BREAKS: Readonly<Record<GateTarget, readonly [name: string, pattern: RegExp, instead: string]>> = {
  generic: ['AND', /^( {2}assign \S+ += \S+ +)& (\S+ *;)$/gm, '$1| $2'],
  asic: ['NAND', /^( {2})NAND2X1( \S+ \()$/gm, '$1NOR2X1$2'],
};

/** The nth AND of a netlist made an OR, or NAND made NOR: a fault that a run must show. Gates count from 0. */
export const breakGate = (netlist: string, gate: number, target: GateTarget = 'generic'): string => {
  const [name, pattern, instead] = BREAKS[target];
  const places = [...netlist.matchAll(pattern)];
  const place = places[gate];
  if (!place) {
    const fix = `give a number from 0 to ${places.length - 1}`;
    const message = `there are ${places.length} ${name} gates`;
    throw new UserError([{ code: 'OUT_OF_RANGE', path: '--break', message, fix }]);
  }
  const end = place.index + place[0].length;
  const broken = place[0].replace(new RegExp(pattern.source), instead);
  return netlist.slice(0, place.index) + broken + netlist.slice(end);
};

/** Sources of an accelerator whose logic is a netlist; memories stay as they are written. */
export const gateFiles = (
  config: Config,
  netlist: string,
  {
    target,
    library,
    simulator,
  }: { readonly target: GateTarget; readonly library: Library; readonly simulator: Simulator },
): readonly EmittedFile[] => {
  const kept = [`${config.prefix}checks.vh`, `${config.prefix}sram_1r1w.v`];
  const models = target === 'asic' ? cellModels(library) : '';
  const written = simulator === 'verilator' && target === 'asic' ? withoutCells(netlist, models) : netlist;
  return [
    ...rtlFiles(config).filter(({ path }) => kept.includes(basename(path))),
    { path: `rtl/${config.prefix}netlist.v`, text: written },
    ...(simulator === 'icarus' && target === 'asic' ? [{ path: 'rtl/cells.v', text: simulated(models) }] : []),
  ];
};

/** One run on a netlist beside the same on the RTL: nothing, or what is wrong with it. */
export const compareRuns = async (
  config: Config,
  { layer, pass, engine, ...options }: Pick<Case, 'layer' | 'pass' | 'engine' | 'simulator'> & RunOptions,
  rtl: readonly EmittedFile[],
): Promise<{ readonly cycles: number; readonly wrong?: string }> => {
  const plain = await runPass(config, layer, pass, engine, options);
  const gates = await runPass(config, layer, pass, engine, { ...options, plan: plain.plan, rtl });
  if (gates.passed && plain.passed && gates.cycles === plain.cycles) return { cycles: gates.cycles };
  const wrong = `${gates.mismatches} wrong values, ${gates.wrongCounters.length} wrong counters, ${gates.cycles} cycles; RTL ${plain.cycles}`;
  return { cycles: gates.cycles, wrong: [wrong, ...gates.faults.map((fault) => fault.slice(0, 300))].join('\n  ') };
};

interface Flags {
  readonly preset: PresetName;
  readonly target: GateTarget;
  readonly library: Library;
  readonly every: string;
  readonly geometries: string;
  readonly simulator: Simulator;
  readonly jobs: string;
  readonly break?: string;
}

/** In Verilator each n-th case of the regression, with its memory, alignment and width of results; in Icarus short layers. */
const casesOf = ({ preset, simulator, every, geometries }: Flags): readonly Case[] => {
  const step = wholeNumber('--every', every, 1, 10_000);
  const most = wholeNumber('--geometries', geometries, 1, SHORT.length);
  const all = regressionCases({
    ...{
      presets: [preset],
      engines: ENGINES,
      passes: PASSES,
      simulators: ['verilator'],
      seed: 1,
      random: 8,
      long: false,
    },
  });
  if (simulator === 'verilator') return eachNth(all, step);
  const short = SHORT.slice(0, most);
  return all.filter(({ geometry }) => short.includes(geometry)).map((each) => ({ ...each, simulator }));
};

const run = async (flags: Flags): Promise<ExitCode> => {
  const { preset, target, library, simulator } = flags;
  const config = presets[preset];
  const cases = casesOf(flags);
  const parallel = wholeNumber('--jobs', flags.jobs, 1, 64);
  const simulatorTools = simulator === 'icarus' ? (['iverilog'] as const) : (['verilator', 'g++', 'make'] as const);
  await ensureTools([...simulatorTools, ...(target === 'asic' ? [library] : [])]);
  openCache();
  const { netlist } = await synthesize(config, await findYosys(), { target, library });
  const broken =
    flags.break === undefined ? netlist : breakGate(netlist, wholeNumber('--break', flags.break, 0, 1e6), target);
  const rtl = gateFiles(config, broken, { target, library, simulator });
  const begin = performance.now();
  let [passed, cycles] = [0, 0];
  const progress = new Progress(() => `${passed} of ${cases.length} runs on gates`);
  try {
    await inParallel(parallel, cases, async (each) => {
      const result = await compareRuns(config, { ...each, operands: caseOperands(each) }, rtl);
      cycles += result.cycles;
      if (result.wrong === undefined) passed++;
      else progress.say(`FAIL ${each.pass} by ${each.engine}, ${each.geometry}: ${result.wrong}`);
      progress.tick();
    });
  } finally {
    progress.end();
  }
  const failed = cases.length - passed;
  const what = target === 'asic' ? `${library} cells` : "Yosys's gates";
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(
    `${passed} passed, ${failed} failed: ${config.name} as ${what} in ${simulator}, ${cycles} cycles, ${seconds} s with the build`,
  );
  return failed > 0 ? EXIT.failed : EXIT.ok;
};

const main = (args: readonly string[]): Promise<ExitCode> => {
  const flags = parseWords('gates', args, (command) =>
    command
      .description(
        'runs the regression on the mapped netlist of an accelerator, and compares results, counters and cycles with the RTL',
      )
      .addOption(new Option('--preset <name>', 'the accelerator').choices(PRESET_NAMES).default('tiny4'))
      .addOption(
        new Option('--target <name>', "Yosys's gates, or standard cells")
          .choices(['generic', 'asic'])
          .default('generic'),
      )
      .addOption(new Option('--library <name>', 'standard cells').choices(LIBRARIES).default('osu018'))
      .addOption(new Option('--simulator <name>').choices(['icarus', 'verilator']).default('verilator'))
      .option('--every <n>', "in Verilator: each n-th of the regression's cases", '1')
      .option('--geometries <n>', `in Icarus, which is slow: how many of ${SHORT.length} short geometries`, '1')
      .option('--break <n>', 'make the nth AND an OR (or NAND a NOR), to see runs fail')
      .option('-j, --jobs <n>', 'runs at a time', '2')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('gates', '--target asic')}\n  ${scriptCommand('gates', '--simulator icarus --break 1000')}\n`,
      ),
  ).opts<Flags>();
  return run(flags);
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await runScript(main);
