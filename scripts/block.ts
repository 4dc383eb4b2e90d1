import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UserError } from '../generator/check/errors.js';
import { loadConfig } from '../generator/cli/source.js';
import { blocksOf } from '../generator/emit/blocks.js';
import { packageRoot } from '../generator/paths.js';
import { runBench } from './blockBench.js';
import { ensureTools } from './tools.js';

interface Options {
  readonly preset: string;
  readonly set: readonly string[];
  readonly seed: number;
  readonly waves?: string;
}

const count = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a seed is a whole number, 0 or more');
  return Number(text);
};

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const program = new Command('npm run block --')
  .description("run one block's bench on Icarus Verilog")
  .argument('<block>', 'name of the block, as in templates/rtl')
  .option('--preset <preset|file>', 'configuration', 'tiny4')
  .option('--set <path=value>', 'change the configuration', collect, [])
  .option('--seed <n>', 'seed of the bench', count, 0)
  .option('--waves <file.vcd>', 'write waves')
  .addHelpText(
    'after',
    '\nExamples:\n  npm run block -- pe --preset odd --seed 3\n  npm run block -- issue --waves issue.vcd\n',
  )
  .action(async (block: string, { preset, set, seed, waves }: Options) => {
    const config = loadConfig(preset, set);
    const names = blocksOf(config).map(({ name }) => name);
    if (!names.includes(block) || block === 'top') {
      throw new UserError([
        {
          code: 'block.unknown',
          path: 'block',
          message: `${config.name} has no block with a bench of its own named "${block}"`,
          fix: `use one of ${names.filter((name) => name !== 'top').join(', ')}`,
        },
      ]);
    }
    await ensureTools(['iverilog']);
    const folder = join(packageRoot, '.cache', 'blocks', `${config.name}-${block}`);
    mkdirSync(folder, { recursive: true });
    const result = await runBench({ config, block, seed, folder, waves: waves && resolve(waves) });
    console.log(result.output.trimEnd());
    console.log(result.passed ? `${block}: passed (${folder})` : `${block}: FAILED; sources in ${folder}`);
    process.exitCode = result.passed ? 0 : 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof UserError) {
    for (const { message, fix } of error.problems) console.error(`error: ${message}\n  fix: ${fix}`);
    process.exitCode = 2;
  } else {
    console.error(`error: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
