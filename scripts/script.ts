import { CommanderError } from 'commander';
import { writeOutput } from '../generator/base/outputFile.js';
import { endStarted } from '../generator/base/processes.js';
import { ToolsMissing } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { endWithNpm } from '../generator/cli/endWithNpm.js';
import { reportFailure } from '../generator/cli/failure.js';
import { processTerminal } from '../generator/cli/terminal.js';

/** Runs an npm script with its arguments; says what went wrong, and sets the exit code. */
export const runScript = async (body: (args: readonly string[]) => Promise<ExitCode>): Promise<void> => {
  endWithNpm();
  const args = process.argv.slice(2);
  const attempt = async (): Promise<ExitCode> => {
    try {
      return await body(args);
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      if (error instanceof ToolsMissing) {
        console.error(error.message);
        return EXIT.missingTool;
      }
      return reportFailure(error, processTerminal(args), false);
    }
  };
  process.exitCode = await attempt();
  // what an error has left running
  endStarted();
};

/** What `--json [file]` asks for: JSON into a file, or on stdout instead of the tables. */
export const putJson = (json: string | true | undefined, content: unknown): void => {
  if (json === undefined) return;
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (json === true) process.stdout.write(text);
  else writeOutput('--json', json, Buffer.from(text));
};
