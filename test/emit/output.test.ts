import fs from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { presets } from '../../generator/description/presets.js';
import { manifestFile } from '../../generator/emit/manifest.js';
import { writeFolder } from '../../generator/emit/output.js';
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

  it('may be the current one, which stays the same folder', () => {
    const here = folder();
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(here);
    const inode = fs.statSync(here).ino;
    for (const text of ['1', '2']) writeFolder('.', output(text));
    cwd.mockRestore();
    expect([fs.statSync(here).ino, tree(here)]).toEqual([inode, WRITTEN]);
    expect(fs.readFileSync(join(here, 'rtl/a.v'), 'utf8')).toBe('2');
  });

  it('keeps what simulators and people put there, untouched', () => {
    const out = join(folder(), 'out');
    writeFolder(out, output('1'));
    const others = ['a.out', 'obj_dir/Vtb', 'obj_dir/deep/x.o', 'tb/waves.vcd', 'rtl/notes.txt', 'x.fst'];
    for (const path of others) {
      fs.mkdirSync(dirname(join(out, path)), { recursive: true });
      fs.writeFileSync(join(out, path), `mine: ${path}`);
    }
    fs.mkdirSync(join(out, 'empty'));
    fs.symlinkSync('/nowhere', join(out, 'link'));
    const states = () =>
      others.map((path) => fs.statSync(join(out, path), { bigint: true })).map(({ ino, mtimeNs }) => [ino, mtimeNs]);
    const before = states();
    const fewer = output('2').slice(1, 3);
    writeFolder(out, [manifestFile(presets.tiny4, fewer), ...fewer]);
    expect(states()).toEqual(before);
    const gone = 'tb/a_tb.v';
    const folders = ['empty', 'link', 'obj_dir', 'obj_dir/deep'];
    expect(tree(out)).toEqual([...WRITTEN, ...others, ...folders].filter((path) => path !== gone).sort());
    expect(fs.readFileSync(join(out, 'rtl/a.v'), 'utf8')).toBe('2');
  });

  it('keeps a file that is not written any more if it was changed, and all outside that a manifest names', () => {
    const root = folder();
    const out = join(root, 'out');
    writeFolder(out, output('1'));
    fs.appendFileSync(join(out, 'tb/a_tb.v'), 'mine');
    fs.writeFileSync(join(root, 'thesis.tex'), '1');
    const manifest = JSON.parse(fs.readFileSync(join(out, 'manifest.json'), 'utf8'));
    const { sha256 } = manifest.files[0];
    const names = ['../thesis.tex', 'rtl/../../thesis.tex', join(root, 'thesis.tex'), ''];
    const files = [...manifest.files, ...names.map((path) => ({ path, sha256 }))];
    fs.writeFileSync(join(out, 'manifest.json'), JSON.stringify({ ...manifest, files }));
    const fewer = output('2').slice(1, 3);
    writeFolder(out, [manifestFile(presets.tiny4, fewer), ...fewer]);
    expect(fs.readFileSync(join(out, 'tb/a_tb.v'), 'utf8')).toBe('1mine');
    expect(fs.readFileSync(join(root, 'thesis.tex'), 'utf8')).toBe('1');
    writeFolder(out, output('3'), { force: true });
    expect(fs.readFileSync(join(out, 'tb/a_tb.v'), 'utf8')).toBe('3');
  });

  it('is completed by the same command after a writer was killed between two files', () => {
    const out = join(folder(), 'out');
    writeFolder(out, output('1'));
    fs.writeFileSync(join(out, 'rtl/a.v'), '2');
    fs.rmSync(join(out, 'rtl/b.v'));
    writeFolder(out, output('2'));
    expect(tree(out)).toEqual(WRITTEN);
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
    'a file of the user where a new one of ours is to be': (out) => {
      const fewer = output('1')
        .filter(({ path }) => path !== 'rtl/a.v')
        .slice(1);
      writeFolder(out, [manifestFile(presets.tiny4, fewer), ...fewer]);
      fs.writeFileSync(join(out, 'rtl/a.v'), 'mine');
      return 'CHANGED_FILES';
    },
    'a folder where a file is to be': (out) => {
      writeFolder(out, output('1'));
      fs.rmSync(join(out, 'rtl/a.v'));
      fs.mkdirSync(join(out, 'rtl/a.v'));
      return 'IN_THE_WAY';
    },
    'a file where a folder is to be': (out) => {
      writeFolder(out, output('1'));
      fs.rmSync(join(out, 'tb'), { recursive: true });
      fs.writeFileSync(join(out, 'tb'), 'mine');
      return 'IN_THE_WAY';
    },
    'a link where a file is to be': (out) => {
      writeFolder(out, output('1'));
      fs.renameSync(join(out, 'rtl/a.v'), `${out}-a.v`);
      fs.symlinkSync(`${out}-a.v`, join(out, 'rtl/a.v'));
      return 'SYMLINK';
    },
    'a link where a folder is to be': (out) => {
      writeFolder(out, output('1'));
      fs.renameSync(join(out, 'rtl'), `${out}-rtl`);
      fs.symlinkSync(`${out}-rtl`, join(out, 'rtl'));
      return 'SYMLINK';
    },
    'a file of ours that was changed': (out) => {
      writeFolder(out, output('1'));
      fs.appendFileSync(join(out, 'rtl/b.v'), 'mine');
      return 'CHANGED_FILES';
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

  it('folders above the current one, and no name at all', () => {
    const root = folder();
    const here = join(root, 'here');
    fs.mkdirSync(here);
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(here);
    const codes = ['', '..', root, '/'].map((out) => codeOf(() => writeFolder(out, output('1'))));
    cwd.mockRestore();
    expect(codes).toEqual(['NO_FOLDER', ...Array(3).fill('FOREIGN_FILES')]);
    expect(tree(root)).toEqual(['here']);
  });

  it('with the names of what is in the way', () => {
    const out = join(folder(), 'out');
    writeFolder(out, output('1'));
    fs.appendFileSync(join(out, 'rtl/b.v'), 'mine');
    expect(() => writeFolder(out, output('2'))).toThrow(/rtl\/b\.v[\s\S]*set force to true/);
  });

  it('a file where a folder should be on the way', () => {
    const root = folder();
    fs.writeFileSync(join(root, 'file'), '');
    expect(codeOf(() => writeFolder(join(root, 'file/out'), output('1')))).toMatch(/ENOTDIR|EEXIST/);
    expect(codeOf(() => writeFolder(join(root, 'file/deep/out'), output('1')))).toMatch(/ENOTDIR|EEXIST/);
    expect(tree(root)).toEqual(['file']);
  });
});

/** What may stand at a path: nothing, what we wrote, the user's, a folder with a file of the user's, or a link. */
const STATES = ['none', 'ours', 'changed', 'folder', 'link'] as const;

it('any mixture of files: what is not ours is never lost, but for what force is told to overwrite', () => {
  const paths = ['a.v', 'rtl/b.v', 'rtl/c.v', 'deep/er/d.v', 'e.v'];
  const states = fc.tuple(...paths.map(() => fc.constantFrom(...STATES)));
  const wanted = fc.subarray(paths, { minLength: 1 });
  const scene = fc.record({ states, first: wanted, second: wanted, adopted: fc.boolean(), force: fc.boolean() });
  const property = fc.property(scene, ({ states, first, second, adopted, force }) => {
    const root = folder();
    const out = join(root, 'out');
    const files = (chosen: readonly string[], text: string) => {
      const some = chosen.map((path) => ({ path, text }));
      return [manifestFile(presets.tiny4, some), ...some];
    };
    if (adopted) writeFolder(out, files(first, 'old'));
    else fs.mkdirSync(out);
    paths.forEach((path, i) => {
      const at = join(out, path);
      if (states[i] === 'ours') return;
      fs.rmSync(at, { force: true });
      if (states[i] === 'none') return;
      fs.mkdirSync(dirname(at), { recursive: true });
      if (states[i] === 'changed') fs.writeFileSync(at, `mine ${path}`);
      if (states[i] === 'link') fs.symlinkSync(`../${path}`, at);
      if (states[i] === 'folder') {
        fs.mkdirSync(at);
        fs.writeFileSync(join(at, 'file'), `mine ${path}`);
      }
    });
    const contentOf = (path: string): string => {
      const stat = fs.lstatSync(path);
      if (stat.isFile()) return fs.readFileSync(path, 'utf8');
      return stat.isSymbolicLink() ? 'link' : 'folder';
    };
    const snapshot = () => tree(out).map((path) => [path, contentOf(join(out, path))] as const);
    const before = snapshot();
    const code = codeOf(() => writeFolder(out, files(second, 'new'), { force }));
    const after = new Map(snapshot());
    expect(fs.readdirSync(root)).toEqual(['out']);
    const inTheWay = (state: string) => paths.some((path, i) => second.includes(path) && states[i] === state);
    const blocked = inTheWay('link') || inTheWay('folder');
    const foreign = !adopted && before.length > 0;
    expect(code !== 'none').toBe(blocked || (!force && (inTheWay('changed') || foreign)));
    if (code !== 'none') {
      expect([...after]).toEqual(before);
      return;
    }
    for (const path of second) expect(after.get(path)).toBe('new');
    for (const [path, content] of before) {
      const isMine = content === 'link' || content.startsWith('mine');
      if (isMine && !second.includes(path)) expect(after.get(path)).toBe(content);
      if (content === 'old' && !second.includes(path)) expect(after.has(path)).toBe(false);
    }
  });
  fc.assert(property, { seed: 13, numRuns: 200 });
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
    { write: 0, rename: 5 },
    { write: 0, rename: 8 },
  ])('a full disk while replacing: %j', (fault) => {
    const root = folder();
    const out = join(root, 'out');
    writeFolder(out, output('1'));
    fs.writeFileSync(join(out, 'rtl/mine'), 'mine');
    Object.assign(faults, fault, { code: 'ENOSPC' });
    expect(codeOf(() => writeFolder(out, output('2')))).toBe('ENOSPC');
    fs.rmSync(join(out, 'rtl/mine'));
    expect(tree(out)).toEqual(WRITTEN);
    expect(tree(root)).toHaveLength(WRITTEN.length + 1);
    expect(fs.readFileSync(join(out, 'rtl/a.v'), 'utf8')).toBe('1');
  });
});
