import { Command } from 'commander';
import { generate } from '../emit/generate.js';
import { configHash } from '../emit/views/common.js';
import { asOptions } from './asOptions.js';
import type { Context } from './context.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';

interface Options {
  readonly set: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  bp-im2col generate ref16
  bp-im2col generate ref16 --set array.rows=8 --set name=half --out build/half
  bp-im2col generate my-accelerator.json --json
`;

/** `bp-im2col generate`: a configuration in, a folder of Verilog out. */
export const generateCommand = ({ out: print }: Context): Command =>
  addSetOption(new Command('generate'))
    .description(
      'write the Verilog, benches, self-test, register map, driver and files for other tools of an accelerator',
    )
    .argument('<preset|file|folder>', SOURCE_HELP)
    .option('-o, --out <dir>', 'output folder (default: rtl-out/<name>)')
    .option('--force', 'overwrite files that were changed, or that bp-im2col did not write')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', examples)
    .action(async (source: string, { set, out, force, json }: Options) => {
      const config = loadConfig(source, set);
      const { folder, files } = await asOptions({ out: '--out', force: '--force' }, () =>
        generate(config, { out: out ?? `rtl-out/${config.name}`, force }),
      );
      const paths = files.map(({ path }) => path);
      const result = { name: config.name, folder, configSha256: configHash(config), config, files: paths };
      print(json ? `${JSON.stringify(result, null, 2)}\n` : `${config.name}: ${paths.length} files in ${folder}\n`);
    });
