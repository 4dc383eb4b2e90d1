import picocolors from 'picocolors';
import { MISSING_TOOL, problemsText, UserError } from '../base/errors.js';
import { isOfTheMachine, meaningOf } from '../base/fileError.js';
import { EXIT, type ExitCode, type Terminal } from './context.js';

type Colors = ReturnType<typeof picocolors.createColors>;

const block = ({ problems }: UserError, { red, bold, dim }: Colors): string =>
  problemsText(problems, { title: (text) => red(bold(text)), path: bold, code: dim });

/** Prints one error block, with the stack only where it was asked for, and says with which code to exit. */
export const reportFailure = (error: unknown, terminal: Terminal, debug: boolean): ExitCode => {
  const { err, color, errColor } = terminal;
  const pc = picocolors.createColors(errColor ?? color);
  const stack = debug && error instanceof Error ? `${error.stack}\n` : '';
  if (error instanceof UserError) {
    err(block(error, pc) + stack);
    return error.problems.some(({ code }) => code === MISSING_TOOL) ? EXIT.missingTool : EXIT.usage;
  }
  if (isOfTheMachine(error)) {
    const { code = '', path = 'disk' } = error as NodeJS.ErrnoException;
    const problem = { code, path, ...meaningOf(error)! };
    return reportFailure(new UserError([problem]), terminal, debug);
  }
  const text = error instanceof Error ? error.message : String(error);
  err(`${pc.red(pc.bold('error'))}\n  ${pc.bold('bp-im2col')}: a fault in the program: ${text}\n`);
  err(debug ? stack : '    fix: report it, with what --debug adds to the output\n');
  return EXIT.failed;
};
