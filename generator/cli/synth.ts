import { Command, Option } from 'commander';
import { LIBRARIES, type Library, TARGETS, type Target } from '../../scripts/synth/targets.js';
import { UserError } from '../check/errors.js';
import type { Context } from './context.js';
import { checkOutput, writeOutput } from './outputFile.js';
import { addSetOption, loadConfig } from './source.js';

interface Options {
  readonly set: readonly string[];
  readonly target: Target;
  readonly library: Library;
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

Examples:
  bp-im2col synth tiny4 --target generic
  bp-im2col synth ref16 --target asic --set engines=zerofree
  bp-im2col synth ref16 --target asic --only systolic
  bp-im2col synth tiny4 --target ice40 --json
  bp-im2col synth tiny4 --target generic --netlist tiny4.v
`;

/** `bp-im2col synth`: sizes and paths of an accelerator's blocks, by Yosys. */
export const synthCommand = ({ out: print }: Context): Command =>
  addSetOption(new Command('synth'))
    .description('synthesize an accelerator with Yosys and report the size of each block')
    .argument('<preset|file>', 'a preset (see "bp-im2col presets") or a JSON file')
    .addOption(new Option('-t, --target <target>', 'what to map to').choices(TARGETS).default('generic'))
    .addOption(new Option('--library <name>', 'standard cells of asic').choices(LIBRARIES).default('osu018'))
    .option('--flat', 'as one block beside the cells of the array: paths from block to block are seen')
    .option('--only <blocks>', 'only these blocks and what they hold, as in --only tap_walker,agu_dynamic')
    .option('--netlist <file.v>', 'write the mapped netlist (generic and asic)')
    .option('--wasm', 'use the Yosys that npm installed, even where the machine has its own')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action(async (source: string, { set, target, library, flat, only, netlist, wasm, json }: Options) => {
      const config = loadConfig(source, set);
      const { hasMacros, libertyFile } = await import('../../scripts/synth/targets.js');
      if (netlist !== undefined) {
        if (!hasMacros(target)) {
          const fix = 'leave out --netlist, or take --target generic';
          const message = `only generic and asic have a netlist to write, not ${target}`;
          throw new UserError([{ code: 'NETLIST', path: `--netlist ${netlist}`, message, fix }]);
        }
        checkOutput('--netlist', netlist, ['.v']);
      }
      if (target === 'asic') libertyFile(library);
      const [{ findYosys }, { synthesize, TOP_BLOCKS }, { addressShare, formatSynthesis, totalOf }, { Progress }] =
        await Promise.all([
          import('../../scripts/synth/yosys.js'),
          import('../../scripts/synth/synthesize.js'),
          import('../../scripts/synth/report.js'),
          import('../../scripts/progress.js'),
        ]);
      const wanted = only?.split(',');
      const unknown = wanted?.find((name) => !TOP_BLOCKS.includes(name));
      if (unknown !== undefined) {
        const fix = `use some of ${TOP_BLOCKS.join(', ')}`;
        throw new UserError([{ code: 'UNKNOWN_BLOCK', path: '--only', message: `no block "${unknown}"`, fix }]);
      }
      const yosys = await findYosys(wasm);
      const progress = new Progress(() => `synthesizing ${config.name} for ${target} with ${yosys.version}`);
      try {
        const result = await synthesize(config, yosys, { target, library, flat, only: wanted });
        if (netlist !== undefined) writeOutput('--netlist', netlist, Buffer.from(result.netlist));
        const { synthesis } = result;
        const share = addressShare(synthesis).share;
        const whole = {
          ...synthesis,
          total: totalOf('all', synthesis.blocks),
          ...(wanted ? {} : { addressShare: share }),
        };
        print(json ? `${JSON.stringify(whole, null, 2)}\n` : formatSynthesis(synthesis));
      } finally {
        progress.end();
      }
    });
