import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../generator/check/errors.js';
import { manifestFile } from '../../generator/emit/manifest.js';
import { writeFolder } from '../../generator/emit/output.js';
import { presets } from '../../generator/spec/presets.js';
import { temporaryFolders } from '../temporary.js';

const faults = vi.hoisted(() => ({ write: 0, rename: 0, code: '' }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  /** Makes the nth call from now fail. */
  const failing =
    <A extends unknown[], R>(kind: 'write' | 'rename', run: (...args: A) => R) =>
    (...args: A): R => {
      if (faults[kind] > 0 && --faults[kind] === 0) throw Object.assign(new Error(faults.code), { code: faults.code });
      return run(...args);
    };
  const writeFileSync = failing('write', real.writeFileSync);
  const renameSync = failing('rename', real.renameSync);
  return { ...real, writeFileSync, renameSync, default: real };
});

const folder = temporaryFolders();
afterEach(() => Object.assign(faults, { write: 0, rename: 0, code: '' }));

const output = (text: string) => {
  const files = ['rtl/a.v', 'rtl/b.v', 'tb/a_tb.v'].map((path) => ({ path, text }));
  return [manifestFile(presets.tiny4, files), ...files];
};

/** Every path below a folder, hidden ones too. */
const tree = (path: string): readonly string[] => (fs.readdirSync(path, { recursive: true }) as string[]).sort();

const WRITTEN = ['manifest.json', 'rtl', 'rtl/a.v', 'rtl/b.v', 'tb', 'tb/a_tb.v'];

const codeOf = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems[0].code;
  }
  return 'none';
};

describe('an output folder', () => {
  it('is made, with the folders above it', () => {
    const root = folder();
    writeFolder(join(root, 'a/b/out'), output('1'));
    expect(tree(join(root, 'a/b/out'))).toEqual(WRITTEN);
    expect(tree(join(root, 'a/b'))).toHaveLength(WRITTEN.length + 1);
  });

  it('may exist when it is empty', () => {
    const out = folder();
    writeFolder(out, output('1'));
    expect(tree(out)).toEqual(WRITTEN);
  });

  it('is replaced when it holds an earlier output; what is no longer written goes', () => {
    const root = folder();
    const out = join(root, 'out');
    writeFolder(out, output('1'));
    const fewer = output('2').slice(1, 3);
    writeFolder(out, [manifestFile(presets.tiny4, fewer), ...fewer]);
    expect(tree(root)).toEqual(['out', 'out/manifest.json', 'out/rtl', 'out/rtl/a.v', 'out/rtl/b.v']);
    expect(fs.readFileSync(join(out, 'rtl/a.v'), 'utf8')).toBe('2');
  });

  it('takes along what killed writers of it left beside it long ago', () => {
    const root = folder();
    const mark = '0123456789ab';
    const left = [`.out.new-${mark}`, `.out.old-${mark}`];
    const others = [`.out.new-${mark}0`, `.out2.new-${mark}`, `.out.older-${mark}`, `out.new-${mark}`];
    for (const name of [...left, ...others]) fs.mkdirSync(join(root, name));
    fs.writeFileSync(join(root, left[0], 'a.v'), '');
    writeFolder(join(root, 'out'), output('1'));
    expect(fs.readdirSync(root).sort()).toEqual([...left, ...others, 'out'].sort());
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 11 * 60_000);
    writeFolder(join(root, 'out'), output('2'));
    clock.mockRestore();
    expect(fs.readdirSync(root).sort()).toEqual([...others, 'out'].sort());
  });
});

describe('refuses, and touches nothing', () => {
  const cases: Readonly<Record<string, (out: string) => string>> = {
    'a folder without our manifest': (out) => {
      fs.mkdirSync(out);
      fs.writeFileSync(join(out, 'thesis.tex'), 'mine');
      return 'FOREIGN_FILES';
    },
    'a manifest of somebody else': (out) => {
      fs.mkdirSync(out);
      fs.writeFileSync(join(out, 'manifest.json'), '{"generator":"another","files":[]}');
      return 'FOREIGN_FILES';
    },
    'a manifest that is not JSON': (out) => {
      fs.mkdirSync(out);
      fs.writeFileSync(join(out, 'manifest.json'), '{');
      return 'FOREIGN_FILES';
    },
    'a file of the user beside ours': (out) => {
      writeFolder(out, output('1'));
      fs.writeFileSync(join(out, 'rtl/notes.txt'), 'mine');
      return 'FOREIGN_FILES';
    },
    'a file of ours that was changed': (out) => {
      writeFolder(out, output('1'));
      fs.appendFileSync(join(out, 'rtl/b.v'), 'mine');
      return 'CHANGED_FILES';
    },
    'an empty folder of the user among ours': (out) => {
      writeFolder(out, output('1'));
      fs.mkdirSync(join(out, 'mine'));
      return 'FOREIGN_FILES';
    },
    'a file': (out) => {
      fs.writeFileSync(out, 'mine');
      return 'NOT_A_FOLDER';
    },
    'a symbolic link to a folder': (out) => {
      fs.mkdirSync(`${out}-real`);
      fs.symlinkSync(`${out}-real`, out);
      return 'SYMLINK';
    },
    'a dangling symbolic link': (out) => {
      fs.symlinkSync(`${out}-nowhere`, out);
      return 'SYMLINK';
    },
  };
  it.each(Object.keys(cases))('%s', (name) => {
    const root = folder();
    const out = join(root, 'out');
    const expected = cases[name](out);
    const before = tree(root);
    expect(codeOf(() => writeFolder(out, output('2')))).toBe(expected);
    expect(tree(root)).toEqual(before);
  });

  it('a symbolic link on the way, below the working folder', () => {
    const root = folder();
    fs.mkdirSync(join(root, 'elsewhere'));
    fs.symlinkSync('elsewhere', join(root, 'link'));
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(root);
    expect(codeOf(() => writeFolder('link/out', output('1')))).toBe('SYMLINK');
    cwd.mockRestore();
    expect(tree(join(root, 'elsewhere'))).toEqual([]);
  });

  it('the current folder, those above it, and no name at all', () => {
    const root = folder();
    const here = join(root, 'here');
    fs.mkdirSync(here);
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(here);
    const inode = fs.statSync(here).ino;
    const codes = ['.', '', '..', root, '/'].map((out) => codeOf(() => writeFolder(out, output('1'))));
    expect(codes).toEqual(['CURRENT_FOLDER', 'NO_FOLDER', ...Array(3).fill('CURRENT_FOLDER')]);
    expect([fs.statSync(here).ino, tree(root)]).toEqual([inode, ['here']]);
    fs.mkdirSync(join(root, 'her'));
    writeFolder('../her', output('1'));
    expect(tree(join(root, 'her'))).toEqual(WRITTEN);
    cwd.mockRestore();
  });

  it('a file where a folder should be on the way', () => {
    const root = folder();
    fs.writeFileSync(join(root, 'file'), '');
    expect(codeOf(() => writeFolder(join(root, 'file/out'), output('1')))).toMatch(/ENOTDIR|EEXIST/);
    expect(codeOf(() => writeFolder(join(root, 'file/deep/out'), output('1')))).toMatch(/ENOTDIR|EEXIST/);
    expect(tree(root)).toEqual(['file']);
  });
});

describe('a failure half-way leaves everything as it was', () => {
  it.each(['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT'])('%s while writing a new folder', (code) => {
    const root = folder();
    Object.assign(faults, { write: 3, code });
    expect(codeOf(() => writeFolder(join(root, 'a/b/out'), output('1')))).toBe(code);
    expect(tree(root)).toEqual([]);
  });

  it.each([
    { write: 4, rename: 0 },
    { write: 0, rename: 1 },
    { write: 0, rename: 2 },
  ])('a full disk while replacing: %j', (fault) => {
    const root = folder();
    const out = join(root, 'out');
    writeFolder(out, output('1'));
    Object.assign(faults, fault, { code: 'ENOSPC' });
    expect(codeOf(() => writeFolder(out, output('2')))).toBe('ENOSPC');
    expect(tree(out)).toEqual(WRITTEN);
    expect(tree(root)).toHaveLength(WRITTEN.length + 1);
    expect(fs.readFileSync(join(out, 'rtl/a.v'), 'utf8')).toBe('1');
  });
});
