import { Command, CommanderError } from 'commander';
import { version } from '../emit/host.js';
import { analyzeCommand } from './analyze.js';
import { compileCommand } from './compile.js';
import { type Context, EXIT, type ExitCode, type Terminal } from './context.js';
import { estimateCommand } from './estimate.js';
import { exploreCommand } from './explore.js';
import { reportFailure } from './failure.js';
import { generateCommand } from './generate.js';
import { presetsCommand } from './presets.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { schemaCommand } from './schema.js';
import { synthCommand } from './synth.js';
import { trainCommand } from './train.js';
import { withUsage } from './usage.js';

const examples = `
Examples:
  bp-im2col presets
  bp-im2col generate ref16 --out build/ref16
  bp-im2col run --layer C=64,H=56,W=56,N=128,K=3,S=2,P=1 --pass dgrad
  bp-im2col analyze resnet18 --strided
  bp-im2col estimate resnet18 --engine zerofree
  bp-im2col explore resnet8 --vary array=8x8,16x16 --vary axi.dataWidth=64,128
  bp-im2col compile --layer C=64,H=56,W=56,N=128,K=3,S=2,P=1 --pass dgrad --c conv.h
  bp-im2col generate --help

Exit codes: 0 right, 1 failed or mismatch, 2 wrong input, 3 a tool is missing.
`;

/** The commands, one file each. */
const commands: readonly ((context: Context) => Command)[] = [
  generateCommand,
  runCommand,
  analyzeCommand,
  estimateCommand,
  exploreCommand,
  compileCommand,
  trainCommand,
  reportCommand,
  presetsCommand,
  schemaCommand,
  synthCommand,
];

/** What a command takes, where words are easily taken for another one's. */
const ONE_OR_OTHER =
  'takes one pass of a layer (--layer C=64,H=56,… --pass dgrad), or a network (digits, lenet5, model.onnx)';
const TAKES: Readonly<Record<string, string>> = { run: `run ${ONE_OR_OTHER}`, compile: `compile ${ONE_OR_OTHER}` };

const buildProgram = (context: Context): Command => {
  const program = new Command('bp-im2col')
    .description('Generates systolic-array accelerators that train convolutional networks.')
    .version(version(), '-V, --version', 'print the version')
    .option('--debug', 'print the stack of an error')
    .option('--no-color', 'print without colours (as NO_COLOR in the environment does)')
    .addHelpText('after', examples);
  for (const command of commands) program.addCommand(command(context));
  for (const command of [program, ...program.commands]) {
    const name = command.name();
    const self = command === program ? 'npx bp-im2col' : `npx bp-im2col ${name}`;
    withUsage(command, self, TAKES[name]).configureOutput({ writeOut: context.out, writeErr: context.err });
  }
  return program;
};

/**
 * Runs the command line.
 * @param args the words after the program's name.
 * @returns the exit code; nothing is thrown.
 */
export const runCli = async (args: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let code: ExitCode = EXIT.ok;
  const exitWith = (wanted: ExitCode): void => {
    code = wanted;
  };
  try {
    await buildProgram({ ...terminal, exitWith }).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportFailure(error, terminal, args.includes('--debug'));
  }
};
