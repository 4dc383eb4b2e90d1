#!/usr/bin/env node
import { withFileErrors } from '../base/fileError.js';
import { EXIT } from './context.js';
import { endWithNpm } from './endWithNpm.js';
import { reportFailure } from './failure.js';
import { runCli } from './program.js';
import { processTerminal } from './terminal.js';

endWithNpm();
const args = process.argv.slice(2);
const { stdout, stderr } = process;
const terminal = processTerminal(args);

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
