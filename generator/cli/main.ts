#!/usr/bin/env node
import { withFileErrors } from '../check/fileError.js';
import { EXIT, type Terminal } from './context.js';
import { reportFailure } from './failure.js';
import { runCli } from './program.js';

const args = process.argv.slice(2);
const { env, stdout, stderr } = process;
const plain = Boolean(env.NO_COLOR) || args.includes('--no-color') || env.TERM === 'dumb';
const isColored = (stream: NodeJS.WriteStream): boolean =>
  !plain && (Boolean(env.FORCE_COLOR) || Boolean(stream.isTTY));

const terminal: Terminal = {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  color: isColored(stdout),
  errColor: isColored(stderr),
};

// a reader that goes away (| head) is no error; a full disk behind the output is
stderr.on('error', () => process.exit(EXIT.usage));
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  try {
    withFileErrors('standard output', () => {
      throw error;
    });
  } catch (meaning) {
    process.exit(reportFailure(meaning, terminal, args.includes('--debug')));
  }
});

process.exitCode = await runCli(args, terminal);
