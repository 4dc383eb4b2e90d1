import { Command, Option } from 'commander';
import { UserError } from '../base/errors.js';
import { checkOutput, writeOutput } from '../base/outputFile.js';
import { DEVICE_NAMES, type Device } from '../eda/devices.js';
import { hasMacros, LIBRARIES, type Library, TARGETS, type Target } from '../eda/targets.js';
import { asOptions } from './asOptions.js';
import { type Context, EXIT } from './context.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';
import { listOf } from './usage.js';

interface Options {
  readonly set: readonly string[];
  readonly target: Target;
  readonly library: Library;
  readonly device?: Device;
  readonly bitstream?: string;
  readonly seed?: string;
  readonly blocks?: boolean;
  readonly only?: string;
  readonly netlist?: string;
  readonly wasm?: boolean;
  readonly json?: boolean;
}

const help = `
First comes the whole design, flattened: what you get. ecp5 maps it with and without wide multiplexers and reports the
smaller. Then come the blocks, each mapped alone, over all its instances, with its share of their sum; "pe" is the array's
cell, inside systolic. The whole takes some minutes for tiny4 (--blocks and --only leave it out); the cache keeps it.
generic and asic leave memories out as macros and count their bits, and map the array's cell once, apart from the rest of
the whole; the FPGA targets map memories to block RAM, and flatten an array of up to 64 cells.
asic maps to the standard cells of Debian's package qflow-tech-osu018 or -osu035. Its path is the longest one, as ABC
sees it: no wires, no set-up times; that of a block has no paths from block to block, that of the whole has.
ice40 goes on with nextpnr where the sizes leave a hope of fitting: placed and routed among chains of registers in
place of pins, for its highest frequency. This is a measurement and no design for a board.

Examples:
  bp-im2col synth tiny4 --target generic
  bp-im2col synth tiny4 --target ecp5 --set engines=zerofree
  bp-im2col synth ref16 --target asic --blocks
  bp-im2col synth ref16 --target asic --only systolic
  bp-im2col synth tiny4 --target ice40 --json
  bp-im2col synth tiny4 --target ice40 --only systolic --device hx8k --bitstream systolic.bin
  bp-im2col synth tiny4 --target generic --netlist tiny4.v
`;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** A bitstream as text, which needs no icepack. */
const isText = (path: string): boolean => /\.asc$/i.test(path);

/** Files that cannot be written. */
const checkFiles = ({ target, bitstream, netlist }: Options): void => {
  if (netlist !== undefined) {
    if (!hasMacros(target)) {
      const message = `only generic and asic have a netlist to write, not ${target}`;
      refuse('NETLIST', `--netlist ${netlist}`, message, 'leave out --netlist, or take --target generic');
    }
    checkOutput('--netlist', netlist, ['.v']);
  }
  if (bitstream !== undefined && target === 'ice40') checkOutput('--bitstream', bitstream, ['.bin', '.asc']);
};

/** `bp-im2col synth`: sizes and paths of an accelerator and its blocks, by Yosys; on an iCE40 its frequency, by nextpnr. */
export const synthCommand = ({ out: print, err, exitWith }: Context): Command =>
  addSetOption(new Command('synth'))
    .description('synthesize an accelerator with Yosys and report the size of the whole, and of each block')
    .argument('<preset|file|folder>', SOURCE_HELP)
    .addOption(new Option('-t, --target <target>', 'what to map to').choices(TARGETS).default('generic'))
    .addOption(new Option('--library <name>', 'standard cells of asic').choices(LIBRARIES).default('osu018'))
    .addOption(
      new Option('--device <name>', 'ice40: place and route for it (hx8k, where it may fit)').choices(DEVICE_NAMES),
    )
    .option('--bitstream <file>', 'ice40: write the routed bitstream, .bin or .asc; failing that, exit with 1')
    .option('--seed <n>', 'ice40: seed of place and route (1)')
    .option('--blocks', 'only the blocks, each alone, and not the whole design, which takes longer')
    .option('--only <blocks>', 'only these blocks and what they hold, each alone, as in --only tap_walker,agu_dynamic')
    .option('--netlist <file.v>', 'write the mapped netlist of the blocks (generic and asic)')
    .option('--wasm', 'use the Yosys (and nextpnr) that npm installed, even where the machine has its own')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action(async (source: string, options: Options, command: Command) => {
      const { set, target, library, device, bitstream, blocks, only, netlist, wasm, json } = options;
      const config = loadConfig(source, set);
      checkFiles(options);
      const [{ synthesize }, report, { Progress }, { endStarted }, { wholeNumber }] = await Promise.all([
        import('../api/synthesize.js'),
        import('../eda/report.js'),
        import('../base/progress.js'),
        import('../base/processes.js'),
        import('./wholeNumber.js'),
      ]);
      const seed = options.seed === undefined ? undefined : wholeNumber('--seed', options.seed, 0, 2 ** 31 - 1);
      let doing = 'looking for tools';
      const progress = new Progress(() => doing);
      const words = {
        ...{ library: `--library ${library}`, device: `--device ${device}`, bitstream: `--bitstream ${bitstream}` },
        ...{ seed: `--seed ${seed}`, only: '--only', target: '--target' },
      };
      try {
        const {
          routing,
          note,
          netlist: gates,
          bitstream: bits,
          ...sizes
        } = await asOptions(words, () =>
          synthesize({
            ...{ config, target, device, seed, blocks, wasm, install: true },
            library: command.getOptionValueSource('library') === 'cli' ? library : undefined,
            only: only === undefined ? undefined : listOf('--only', only),
            bitstream: bitstream === undefined ? undefined : isText(bitstream) ? 'asc' : 'bin',
            onInstall: (line) => progress.say(line),
            onProgress: (now) => {
              doing = now;
              progress.tick();
            },
          }),
        );
        if (netlist !== undefined) writeOutput('--netlist', netlist, Buffer.from(gates!));
        if (bitstream !== undefined && bits !== undefined) writeOutput('--bitstream', bitstream, bits);
        if (json) {
          print(`${JSON.stringify({ ...sizes, ...(routing && { routing }), ...(note && { note }) }, null, 2)}\n`);
        } else {
          print(report.formatSynthesis(sizes));
          if (routing) print(report.formatRouting(routing));
          if (note) print(`  ${note}\n`);
        }
        if (bitstream !== undefined && routing?.finding !== undefined) {
          err(`--bitstream ${bitstream}: not written: ${routing.finding}\n`);
          exitWith(EXIT.failed);
        }
      } finally {
        endStarted(); // after an error the other runs of Yosys go on for minutes
        progress.end();
      }
    });
