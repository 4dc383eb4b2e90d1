import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a shell command printed, and the code it ended with. */
export interface Ran {
  readonly text: string;
  readonly code: number | null;
  /** Checks of the `PASS` line; 0 without one. */
  readonly checks: number;
}

/** Runs a line as a user would type it. */
export const shell = (line: string, cwd: string): Promise<Ran> =>
  new Promise((done, fail) => {
    const child = spawn('sh', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
    child.on('error', fail);
    child.on('close', (code) => done({ text, code, checks: Number(/^PASS (\d+) checks$/m.exec(text)?.[1] ?? 0) }));
  });

/** The first line of a file of the output, without its comment sign, that holds a word. */
export const commandIn = (folder: string, file: string, word: string): string => {
  const line = readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .find((candidate) => /^(\/\/ {3}| {4})/.test(candidate) && candidate.includes(word));
  if (line === undefined) throw new Error(`no command in ${file} holds ${word}`);
  return line.replace(/^(\/\/ {3}| {4})/, '');
};
