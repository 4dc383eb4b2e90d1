import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { asOptions } from '../../generator/cli/asOptions.js';
import { EXIT } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

const words = { shift: '--shift 4', narrow: '--narrow', layout: '--layout', size: '--size' };

describe('advice of the library', () => {
  it.each([
    ['leave out shift', 'leave out --shift'],
    ['set narrow to true, or leave shift out', 'add --narrow, or leave --shift out'],
    [
      'if so, set layout to nchw (for all files), or leave out size',
      'if so, add --layout nchw (for all files), or leave out --size',
    ],
    ['leave out layout nchw', 'leave out --layout nchw'],
    ['set array.rows to 1, and addStages to 2', 'set array.rows to 1, and addStages to 2'],
    ['leave out the rest, or leave it out', 'leave out the rest, or leave it out'],
    ['set strided to true', 'set strided to true'],
  ])('%s', async (fix, spoken) => {
    const problem = { code: 'X', path: 'shift', message: 'wrong', fix };
    const failing = asOptions(words, () => {
      throw new UserError([problem]);
    });
    await expect(failing).rejects.toMatchObject({ problems: [{ ...problem, path: '--shift 4', fix: spoken }] });
  });

  it('where files are in the way of generate: its flag, which then works', async () => {
    const out = join(folder(), 'out');
    mkdirSync(out);
    writeFileSync(join(out, 'mine.txt'), 'mine');
    const printed: string[] = [];
    const terminal = { out: () => undefined, err: (text: string) => printed.push(text), color: false };
    const generate = (...more: readonly string[]) => runCli(['generate', 'tiny4', '--out', out, ...more], terminal);
    expect(await generate()).toBe(EXIT.usage);
    expect(printed.join('')).toMatch(/mine\.txt \[FOREIGN_FILES\]\n {4}fix: .* or add --force, to write among them/);
    expect(await generate('--force')).toBe(EXIT.ok);
    expect(existsSync(join(out, 'mine.txt'))).toBe(true);
    expect(await runCli(['generate', 'tiny4', '--out', ''], terminal)).toBe(EXIT.usage);
    expect(printed.at(-1)).toContain('--out: "" is no folder [NO_FOLDER]\n    fix: name a folder, as in rtl-out/mine');
  });
});
