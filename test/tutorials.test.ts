import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingTools, type Tool } from '../generator/base/tools.js';
import { main } from './processes.js';
import { temporaryFolders } from './temporary.js';

const FOLDER = 'docs/tutorials';

/** Where a reader is, in what the pages show. */
const HOME = '/home/me/work';

/** In an output: any lines, one or more. */
const ANY = '…';

/** Tools that a page's commands call, beside Node. */
const TOOLS: Readonly<Record<string, readonly Tool[]>> = {
  'rtl-in-my-flow.md': ['iverilog', 'verilator'],
  'compare-on-my-network.md': ['iverilog'],
  'train-my-network.md': ['verilator', 'g++', 'make'],
};

/** What a page tells to do: a file to write, or a command and what it prints. `line` is that of its first line, from 1. */
type Step =
  | { readonly kind: 'file'; readonly line: number; readonly path: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: number; readonly command: string; readonly shown: readonly string[] };

/**
 * The steps of a page in order. A fenced block is a file, whose name is in the line before (`name`:); an indented block holds commands behind
 * `$ `, which go on in the next line after a `\`, each with its output below it.
 */
const stepsOf = (page: string): readonly Step[] => {
  const lines = page.split('\n');
  const steps: Step[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]!.startsWith('```')) {
      const end = lines.indexOf('```', i + 1);
      const before =
        lines
          .slice(0, i)
          .filter((line) => line !== '')
          .at(-1) ?? '';
      const [, path] = /`([\w./-]+)`:$/.exec(before) ?? [];
      if (path === undefined) throw new Error(`line ${i + 1}: no file is named before this block`);
      steps.push({
        kind: 'file',
        line: i + 1,
        path,
        text: lines
          .slice(i + 1, end)
          .map((line) => `${line}\n`)
          .join(''),
      });
      i = end;
    } else if (lines[i]!.startsWith('    ')) {
      const first = i;
      while (lines[i + 1]?.startsWith('    ') || (lines[i + 1] === '' && lines[i + 2]?.startsWith('    '))) i++;
      const block = lines.slice(first, i + 1).map((line) => line.slice(4));
      if (!block[0]!.startsWith('$ ')) throw new Error(`line ${first + 1}: no command begins this block`);
      for (let at = 0; at < block.length; ) {
        const line = first + 1 + at;
        let command = block[at++]!.slice(2);
        while (command.endsWith('\\')) command += `\n${block[at++]}`;
        const next = block.findIndex((text, index) => index >= at && text.startsWith('$ '));
        const end = next < 0 ? block.length : next;
        steps.push({ kind: 'command', line, command, shown: block.slice(at, end) });
        at = end;
      }
    }
  }
  return steps;
};

/** The lines of an output, for a reader in HOME, without those that only say how far a command is. */
const linesOf = (printed: string, folder: string): readonly string[] =>
  printed
    .replaceAll(folder, HOME)
    .split('\n')
    .slice(0, -1)
    .filter((line) => !/ {2}\d+ s$/.test(line))
    .map((line) => line.trimEnd());

/** A line but for what depends on the machine: seconds, and cycles in a second. */
const steady = (line: string): string => line.replace(/\b\d+ s$/, '… s').replace(/[\d,]+ cycles\/s/, '… cycles/s');

/** Lines before and behind the one that stands for any. */
const parted = (shown: readonly string[]): readonly [head: readonly string[], tail?: readonly string[]] => {
  const at = shown.indexOf(ANY);
  return at < 0 ? [shown] : [shown.slice(0, at), shown.slice(at + 1)];
};

/** The output in the shape of what is shown: as many lines at its begin and end, or all of it. */
const shortened = (printed: readonly string[], shown: readonly string[]): readonly string[] => {
  const [head, tail] = parted(shown);
  if (!tail || printed.length <= head.length + tail.length) return printed;
  return [...printed.slice(0, head.length), ANY, ...printed.slice(printed.length - tail.length)];
};

it('has a list of tools for each page', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(TOOLS).sort());
});

describe.each(Object.entries(TOOLS))('%s', (name, tools) => {
  const path = `${FOLDER}/${name}`;
  const steps = stepsOf(readFileSync(path, 'utf8'));
  const makeFolder = temporaryFolders('file');
  const renewed = new Map<Step, readonly string[]>();
  let folder = '';

  beforeAll(() => {
    folder = makeFolder();
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(main, join(folder, 'node_modules/.bin/bp-im2col'));
  });

  afterAll(() => {
    if (!process.env.UPDATE_DOCS) return;
    const lines = readFileSync(path, 'utf8').split('\n');
    for (const [step, right] of [...renewed].reverse()) {
      if (step.kind !== 'command') continue;
      const first = step.line - 1 + step.command.split('\n').length;
      lines.splice(first, step.shown.length, ...right.map((line) => (line === '' ? '' : `    ${line}`)));
    }
    writeFileSync(path, lines.join('\n'));
  });

  it('has commands', () => expect(steps.filter(({ kind }) => kind === 'command').length).toBeGreaterThan(4));

  describe.skipIf(missingTools(tools).length > 0)('is what happens', () => {
    it.each(steps.map((step) => [`${path}:${step.line}`, step] as const))('%s', (place, step) => {
      if (step.kind === 'file') return writeFileSync(join(folder, step.path), step.text);
      const { status, stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${step.command}`], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', LC_ALL: 'C', npm_config_update_notifier: 'false' },
      });
      expect(status, `${place}: ${step.command}\n${stdout}`).toBe(0);
      const right = shortened(linesOf(stdout, folder), step.shown);
      // a line that only the machine makes another stays as it is
      const kept = new Map(step.shown.map((line) => [steady(line), line]));
      renewed.set(
        step,
        right.map((line) => kept.get(steady(line)) ?? line),
      );
      if (process.env.UPDATE_DOCS) return;
      const [wanted, shown] = [right.map(steady), step.shown.map(steady)];
      const wrong = wanted.findIndex((line, index) => line !== shown[index]);
      const line = step.line + step.command.split('\n').length + (wrong < 0 ? wanted.length : wrong);
      const renew = 'UPDATE_DOCS=1 npx vitest run test/tutorials.test.ts';
      expect(shown, `${path}:${line} is not what the command prints; renewed by: ${renew}`).toEqual(wanted);
    });
  });
});
