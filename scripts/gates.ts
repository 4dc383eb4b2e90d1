import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { UserError } from '../generator/check/errors.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { type EmittedFile, rtlFiles } from '../generator/emit/rtl.js';
import { type Config, PASSES } from '../generator/spec/config.js';
import { parseLayer } from '../generator/spec/layer.js';
import { presets } from '../generator/spec/presets.js';
import { GEOMETRIES } from './cases.js';
import { runPass } from './runPass.js';
import { runScript, wholeNumber } from './script.js';
import type { Simulator } from './simulators/job.js';
import { synthesize } from './synth/synthesize.js';
import { findYosys } from './synth/yosys.js';
import { ensureTools } from './tools.js';

/** Geometries of the regression that are short enough for gates. */
const SHORT = ['1x1 map, padded kernel', 'padding wider than the kernel', 'inexact division', 'stride 2'];

/** The nth two-input AND of a netlist made an OR: a fault that a run must show. Gates count from 0. */
export const breakGate = (netlist: string, gate: number): string => {
  let seen = 0;
  const broken = netlist.replace(/^( {2}assign \S+ = \S+) & (\S+;)$/gm, (all, left: string, right: string) =>
    seen++ === gate ? `${left} | ${right}` : all,
  );
  if (seen <= gate) {
    const fix = `give a number from 0 to ${seen - 1}`;
    throw new UserError([{ code: 'OUT_OF_RANGE', path: '--break', message: `there are ${seen} AND gates`, fix }]);
  }
  return broken;
};

/** Sources of an accelerator whose logic is gates; memories stay as they are written. */
export const gateFiles = (config: Config, netlist: string): readonly EmittedFile[] => {
  const kept = [`${config.prefix}checks.vh`, `${config.prefix}sram_1r1w.v`];
  return [
    ...rtlFiles(config).filter(({ path }) => kept.includes(basename(path))),
    { path: `rtl/${config.prefix}netlist.v`, text: netlist },
  ];
};

interface Flags {
  readonly preset: string;
  readonly geometries: string;
  readonly simulator: Simulator;
  readonly break?: string;
}

const run = async (flags: Flags): Promise<ExitCode> => {
  const config = presets[flags.preset];
  if (!config) {
    const fix = `use one of ${Object.keys(presets).join(', ')}`;
    throw new UserError([{ code: 'UNKNOWN_PRESET', path: '--preset', message: `no preset ${flags.preset}`, fix }]);
  }
  await ensureTools(flags.simulator === 'icarus' ? ['iverilog'] : ['verilator', 'g++', 'make']);
  const { netlist } = await synthesize(config, await findYosys(), { target: 'generic', library: 'osu018' });
  const rtl = gateFiles(
    config,
    flags.break === undefined ? netlist : breakGate(netlist, wholeNumber('--break', flags.break, 0, 1e6)),
  );
  const geometries = SHORT.slice(0, wholeNumber('--geometries', flags.geometries, 1, SHORT.length)).map(
    (wanted) => GEOMETRIES.find(({ name }) => name === wanted)!,
  );
  let [passed, failed] = [0, 0];
  for (const { name, layer } of geometries) {
    for (const pass of PASSES) {
      for (const engine of config.engines) {
        const job = [config, parseLayer(layer), pass, engine] as const;
        const plain = await runPass(...job, { simulator: flags.simulator });
        const gates = await runPass(...job, { simulator: flags.simulator, rtl });
        const fine = gates.passed && plain.passed && gates.cycles === plain.cycles;
        if (fine) passed++;
        else failed++;
        const what = `${config.name} ${pass} by ${engine}, ${name}`;
        const why = `${gates.mismatches} wrong values, ${gates.faults.length} faults, ${gates.cycles} cycles; RTL ${plain.cycles}`;
        console.log(fine ? `${what}: ${gates.cycles} cycles, as the RTL` : `FAIL ${what}: ${why}`);
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed: gates of ${config.name} in ${flags.simulator}`);
  return failed > 0 ? EXIT.failed : EXIT.ok;
};

const main = (args: readonly string[]): Promise<ExitCode> => {
  const flags = new Command('npm run gates --')
    .description(
      'runs a part of the regression on the gates that Yosys makes, and compares results and cycles with the RTL',
    )
    .option('--preset <name>', 'the accelerator', 'tiny4')
    .option('--geometries <n>', `how many of the ${SHORT.length} geometries`, String(SHORT.length))
    .addOption(new Option('--simulator <name>').choices(['icarus', 'verilator']).default('icarus'))
    .option('--break <n>', 'make the nth AND gate an OR, to see runs fail')
    .addHelpText('after', '\nExample:\n  npm run gates -- --geometries 1 --break 1000\n')
    .exitOverride()
    .parse([...args], { from: 'user' })
    .opts<Flags>();
  return run(flags);
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await runScript(main);
