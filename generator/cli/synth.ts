import { Command, Option } from 'commander';
import { UserError } from '../base/errors.js';
import { checkOutput, writeOutput } from '../base/outputFile.js';
import { DEVICE_NAMES, DEVICES, type Device } from '../eda/devices.js';
import type { Router, Routing } from '../eda/nextpnr.js';
import { hasMacros, LIBRARIES, type Library, TARGETS, type Target } from '../eda/targets.js';
import { type Context, EXIT } from './context.js';
import { MISSING_TOOL } from './failure.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';
import { listOf } from './usage.js';

interface Options {
  readonly set: readonly string[];
  readonly target: Target;
  readonly library: Library;
  readonly device?: Device;
  readonly bitstream?: string;
  readonly seed?: string;
  readonly flat?: boolean;
  readonly only?: string;
  readonly netlist?: string;
  readonly wasm?: boolean;
  readonly json?: boolean;
}

const help = `
Sizes are those of a block itself, over all its instances; "pe" is the array's cell, inside systolic.
generic and asic leave memories out as macros and count their bits; the FPGA targets map them to block RAM.
asic maps to the standard cells of Debian's package qflow-tech-osu018 or -osu035. Its path is the longest one
through a block's own logic, as ABC sees it: no wires, no set-up times, no paths from block to block (--flat has these).
ice40 goes on with nextpnr where the sizes leave a hope of fitting: placed and routed among chains of registers in
place of pins, for its highest frequency. This is a measurement and no design for a board.

Examples:
  bp-im2col synth tiny4 --target generic
  bp-im2col synth ref16 --target asic --set engines=zerofree
  bp-im2col synth ref16 --target asic --only systolic
  bp-im2col synth tiny4 --target ice40 --json
  bp-im2col synth tiny4 --target ice40 --only systolic --device hx8k --bitstream systolic.bin
  bp-im2col synth tiny4 --target generic --netlist tiny4.v
`;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** Installs what is missing where it may; its failure is the user's one error. */
const ensure = async (
  names: readonly ('osu018' | 'osu035' | 'nextpnr-ice40' | 'icepack')[],
  say: (line: string) => void,
  alternative = '',
): Promise<void> => {
  const { ensureTools, installCommand, missingTools, ToolsMissing } = await import('../base/tools.js');
  try {
    await ensureTools(names, say);
  } catch (error) {
    if (!(error instanceof ToolsMissing)) throw error;
    const missing = missingTools(names);
    refuse(MISSING_TOOL, missing.join(', '), 'not found', `run: ${installCommand(missing)}${alternative}`);
  }
};

/** A bitstream as text, which needs no icepack. */
const isText = (path: string): boolean => /\.asc$/i.test(path);

/** Options that do not go together, and files that cannot be written. */
const checkOptions = ({ target, library, device, bitstream, seed, netlist }: Options, givesLibrary: boolean): void => {
  if (givesLibrary && target !== 'asic') {
    const message = `only asic maps to a library of standard cells, not ${target}`;
    refuse('NO_LIBRARY', `--library ${library}`, message, 'add --target asic');
  }
  if (netlist !== undefined) {
    if (!hasMacros(target)) {
      const message = `only generic and asic have a netlist to write, not ${target}`;
      refuse('NETLIST', `--netlist ${netlist}`, message, 'leave out --netlist, or take --target generic');
    }
    checkOutput('--netlist', netlist, ['.v']);
  }
  const routed = Object.entries({ device, bitstream, seed }).find(([, value]) => value !== undefined);
  if (routed && target !== 'ice40') {
    const [name, value] = routed;
    refuse('NOT_ROUTED', `--${name} ${value}`, `only ice40 is placed and routed, not ${target}`, 'add --target ice40');
  }
  if (bitstream !== undefined) checkOutput('--bitstream', bitstream, ['.bin', '.asc']);
};

/** nextpnr, which the user asked for; and icepack when a packed bitstream is to be written. */
const requireRouter = async ({ wasm, bitstream }: Options, say: (line: string) => void): Promise<Router> => {
  const { findRouter, ROUTER_PACKAGE } = await import('../eda/nextpnr.js');
  const alternative = `; or: npm install ${ROUTER_PACKAGE}`;
  let router = await findRouter(wasm);
  if (!router && wasm) refuse(MISSING_TOOL, ROUTER_PACKAGE, 'not found', `run: npm install ${ROUTER_PACKAGE}`);
  if (!router) await ensure(['nextpnr-ice40', 'icepack'], say, alternative);
  router ??= (await findRouter())!;
  if (bitstream && !isText(bitstream) && !router.canPack) await ensure(['icepack'], say, '; or give a name in .asc');
  return router;
};

/** `bp-im2col synth`: sizes and paths of an accelerator's blocks, by Yosys; on an iCE40 its frequency, by nextpnr. */
export const synthCommand = ({ out: print, err, exitWith }: Context): Command =>
  addSetOption(new Command('synth'))
    .description('synthesize an accelerator with Yosys and report the size of each block')
    .argument('<preset|file|folder>', SOURCE_HELP)
    .addOption(new Option('-t, --target <target>', 'what to map to').choices(TARGETS).default('generic'))
    .addOption(new Option('--library <name>', 'standard cells of asic').choices(LIBRARIES).default('osu018'))
    .addOption(
      new Option('--device <name>', 'ice40: place and route for it (hx8k, where it may fit)').choices(DEVICE_NAMES),
    )
    .option('--bitstream <file>', 'ice40: write the routed bitstream, .bin or .asc; failing that, exit with 1')
    .option('--seed <n>', 'ice40: seed of place and route (1)')
    .option('--flat', 'as one block beside the cells of the array: paths from block to block are seen')
    .option('--only <blocks>', 'only these blocks and what they hold, as in --only tap_walker,agu_dynamic')
    .option('--netlist <file.v>', 'write the mapped netlist (generic and asic)')
    .option('--wasm', 'use the Yosys (and nextpnr) that npm installed, even where the machine has its own')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action(async (source: string, options: Options, command: Command) => {
      const { set, target, library, device: wanted, bitstream, flat, only: list, netlist, wasm, json } = options;
      const config = loadConfig(source, set);
      checkOptions(options, command.getOptionValueSource('library') === 'cli');
      const [
        { findYosys },
        { synthesize, TOP_BLOCKS },
        report,
        { Progress },
        { findRouter, ROUTER_PACKAGE },
        { route },
        { wholeNumber },
        { openCache },
      ] = await Promise.all([
        import('../eda/yosys.js'),
        import('../eda/synthesize.js'),
        import('../eda/report.js'),
        import('../base/progress.js'),
        import('../eda/nextpnr.js'),
        import('../eda/route.js'),
        import('./wholeNumber.js'),
        import('../run/simulators/cache.js'),
      ]);
      const seed = options.seed === undefined ? 1 : wholeNumber('--seed', options.seed, 0, 2 ** 31 - 1);
      const only = list === undefined ? undefined : listOf('--only', list);
      const unknown = only?.find((name) => !TOP_BLOCKS.includes(name));
      if (unknown !== undefined) {
        refuse('UNKNOWN_BLOCK', '--only', `no block "${unknown}"`, `use some of ${TOP_BLOCKS.join(', ')}`);
      }
      openCache();
      let doing = 'looking for tools';
      const progress = new Progress(() => doing);
      const say = (line: string): void => progress.say(line);
      try {
        const isAsked = wanted !== undefined || bitstream !== undefined;
        if (target === 'asic') await ensure([library], say);
        const asked = isAsked ? await requireRouter(options, say) : undefined;
        const device = wanted ?? 'hx8k';
        const yosys = await findYosys(wasm);
        doing = `synthesizing ${config.name} for ${target} with ${yosys.version}`;
        const mappingOf = doing;
        const onProgress = (done: number, all: number): void => {
          doing = `${mappingOf}: ${done} of ${all} modules`;
          progress.tick();
        };
        const { synthesis, netlist: gates } = await synthesize(config, yosys, {
          ...{ target, library, device, flat, only, onProgress },
        });
        if (netlist !== undefined) writeOutput('--netlist', netlist, Buffer.from(gates));
        const total = report.totalOf('all', synthesis.blocks);

        const routed = async (): Promise<{ readonly routing?: Routing; readonly note?: string }> => {
          if (target !== 'ice40') return {};
          const { title, luts } = DEVICES[device];
          if (!isAsked && total.luts > 2 * luts) {
            return {
              note: `not routed: ${total.luts.toLocaleString('en-US')} LUTs, and an ${title} has ${luts.toLocaleString('en-US')}`,
            };
          }
          const router = asked ?? (await findRouter(wasm));
          if (!router) return { note: `not routed: there is no nextpnr-ice40, nor ${ROUTER_PACKAGE} of npm` };
          doing = `placing and routing ${config.name} for ${title} with ${router.version}`;
          const result = await route(config, yosys, router, { device, seed, only });
          const { asc } = result;
          if (bitstream !== undefined && asc !== undefined) {
            writeOutput('--bitstream', bitstream, isText(bitstream) ? Buffer.from(asc) : await router.pack(asc));
          }
          return result;
        };
        const { routing, note } = await routed();

        if (json) {
          const share = only ? {} : { addressShare: report.addressShare(synthesis).share };
          const whole = { ...synthesis, total, ...share, ...(routing && { routing }), ...(note && { note }) };
          print(`${JSON.stringify(whole, null, 2)}\n`);
        } else {
          print(report.formatSynthesis(synthesis));
          if (routing) print(report.formatRouting(routing));
          if (note) print(`  ${note}\n`);
        }
        if (bitstream !== undefined && routing?.finding !== undefined) {
          err(`--bitstream ${bitstream}: not written: ${routing.finding}\n`);
          exitWith(EXIT.failed);
        }
      } finally {
        progress.end();
      }
    });
