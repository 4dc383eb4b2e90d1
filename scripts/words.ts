import { Command } from 'commander';
import { scriptCommand } from '../generator/base/paths.js';
import { withUsage } from '../generator/cli/usage.js';

/**
 * Reads the words after an npm script.
 * @param name the script's, in `package.json`.
 * @param describe adds what it takes.
 */
export const parseWords = (name: string, args: readonly string[], describe: (command: Command) => Command): Command => {
  const self = scriptCommand(name, '--help').replace(/ --help$/, '');
  const command = describe(new Command(self)).option('--no-color', 'print without colours');
  return withUsage(command, self).parse([...args], { from: 'user' });
};
