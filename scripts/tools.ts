import { ensureTools } from '../generator/base/tools.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

const main = async (args: readonly string[]): Promise<0> => {
  parseWords('tools', args, (command) =>
    command.description('install Verilator, Icarus Verilog and what they need with apt-get, where they are missing'),
  );
  await ensureTools();
  return 0;
};

await runScript(main);
