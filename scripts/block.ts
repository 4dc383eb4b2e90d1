import { resolve } from 'node:path';
import { UserError } from '../generator/base/errors.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { scriptCommand } from '../generator/base/paths.js';
import { discard, keep, temporaryFolder } from '../generator/base/processes.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { loadConfig, SOURCE_HELP } from '../generator/cli/source.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { blocksOf } from '../generator/emit/blocks.js';
import { runBench } from './blockBench.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

interface Flags {
  readonly preset: string;
  readonly set: readonly string[];
  readonly seed: string;
  readonly waves?: string;
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const help = `
Examples:
  ${scriptCommand('block', 'pe --preset odd --seed 3')}
  ${scriptCommand('block', 'issue --waves issue.vcd')}
`;

const runBlock = async (args: readonly string[]): Promise<ExitCode> => {
  const command = parseWords('block', args, (command) =>
    command
      .description("run one block's bench on Icarus Verilog")
      .argument('<block>', 'name of the block, as in templates/rtl')
      .option('--preset <preset|file|folder>', SOURCE_HELP, 'tiny4')
      .option('--set <path=value>', 'change the configuration', collect, [])
      .option('--seed <n>', 'seed of the bench', '0')
      .option('--waves <file.vcd>', 'write waves')
      .addHelpText('after', help),
  );
  const block = command.args[0]!;
  const { preset, set, seed: digits, waves } = command.opts<Flags>();
  const config = loadConfig(preset, set);
  const own = blocksOf(config).filter(({ bench }) => bench === undefined);
  const names = own.map(({ name }) => name);
  if (!names.includes(block)) {
    const message = `${config.name} has no block with a bench of its own named "${block}"`;
    const fix = `use one of ${names.join(', ')}`;
    throw new UserError([{ code: 'UNKNOWN_BLOCK', path: 'block', message, fix }]);
  }
  const seed = wholeNumber('--seed', digits, 0, 999_999_999);
  if (waves !== undefined) checkOutput('--waves', waves, ['.vcd']);
  await ensureTools(['iverilog']);
  const folder = temporaryFolder(`bpi-${block}-`);
  const result = await runBench({ config, block, seed, folder, waves: waves && resolve(waves) });
  console.log(result.output.trimEnd());
  console.log(result.passed ? `${block}: passed` : `${block}: FAILED; sources in ${folder}`);
  if (result.passed) discard(folder);
  else keep(folder);
  return result.passed ? EXIT.ok : EXIT.failed;
};

await runScript(runBlock);
