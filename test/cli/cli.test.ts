import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MISSING_TOOL, UserError } from '../../generator/base/errors.js';
import { EXIT, type ExitCode, type Terminal } from '../../generator/cli/context.js';
import { reportFailure } from '../../generator/cli/failure.js';
import { runCli } from '../../generator/cli/program.js';
import { presets } from '../../generator/description/presets.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

interface Run {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** A terminal that remembers what was written to it. */
const recorder = (color = false) => {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = { out: (text) => out.push(text), err: (text) => err.push(text), color };
  return { terminal, run: (code: ExitCode): Run => ({ code, out: out.join(''), err: err.join('') }) };
};

const cli = async (...args: readonly string[]): Promise<Run> => {
  const { terminal, run } = recorder();
  return run(await runCli(args, terminal));
};

describe('help', () => {
  it.each([['--help'], ['generate', '--help'], ['analyze', '--help'], ['schema', '--help'], ['presets', '--help']])(
    '%s %s shows examples',
    async (...args) => {
      const { code, out, err } = await cli(...args);
      expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
      expect(out).toMatch(/Examples?:\n {2}bp-im2col /);
    },
  );

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await cli('--version')).toEqual({ code: EXIT.ok, out: `${version}\n`, err: '' });
  });
});

describe('wrong words', () => {
  it.each([
    [[]],
    [['generat', 'ref16']],
    [['generate']],
    [['generate', 'ref16', 'extra']],
    [['generate', 'ref16', '--nonsense']],
    [['generate', 'ref16', '--set']],
    [['schema', 'extra']],
  ])('%j: one message, exit 2, no stack', async (args) => {
    const { code, out, err } = await cli(...args);
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
    expect(err).not.toMatch(/\n\s+at /);
    expect(err.length).toBeGreaterThan(0);
  });

  const commands = [
    'generate',
    'run',
    'analyze',
    'estimate',
    'compile',
    'train',
    'report',
    'presets',
    'schema',
    'synth',
  ];

  it('are told of with the help of their command, which is there', async () => {
    const help = await cli('--help');
    for (const name of commands) expect(help.out).toContain(`\n  ${name} `);
    for (const name of commands) {
      const { code, err } = await cli(name, '--nonsense');
      expect({ code, err }).toEqual({
        code: EXIT.usage,
        err: expect.stringMatching(/^error: (unknown option '--nonsense'|required option)/),
      });
      expect(err).toContain(`\n  "npx bp-im2col ${name} --help" shows what there is\n`);
      expect((await cli(name, '--help')).out).toContain(`Usage: bp-im2col ${name} `);
    }
    expect((await cli('--nonsense')).err).toContain('\n  "npx bp-im2col --help" shows what there is\n');
    expect((await cli('rnu')).err).toContain('\n  "npx bp-im2col --help" shows what there is\n');
  });

  it.each(['run', 'compile'])('%s of two networks says what it takes', async (name) => {
    const { code, err } = await cli(name, 'digits', 'lenet5');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain(`${name} takes one pass of a layer (--layer C=64,H=56,… --pass dgrad), or a network`);
  });

  it('name a block twice', async () => {
    expect((await cli('synth', 'tiny4', '--only', 'fifo,top, fifo')).err).toContain('--only: "fifo" is there twice');
  });

  it('proposes the command that was meant', async () => {
    expect((await cli('generat', 'ref16')).err).toContain('generate');
  });
});

describe('generate', () => {
  it('writes the folder and says so', async () => {
    const out = join(folder(), 'tiny');
    const run = await cli('generate', 'tiny4', '--out', out);
    expect(run).toEqual({ code: EXIT.ok, out: expect.stringMatching(/^tiny4: \d+ files in .*tiny\n$/), err: '' });
    expect(readdirSync(out)).toContain('manifest.json');
  });

  it('prints one JSON object', async () => {
    const out = join(folder(), 'tiny');
    const run = await cli('generate', 'tiny4', '--out', out, '--json', '--set', 'array.rows=3', '-s', 'name=t3');
    const result = JSON.parse(run.out);
    expect(result.config).toEqual({ ...presets.tiny4, name: 't3', array: { rows: 3, columns: 4 } });
    expect(result.folder).toBe(out);
    for (const path of result.files) expect(existsSync(join(out, path)), path).toBe(true);
  });

  it('reads a JSON file, with or without a byte order mark', async () => {
    const root = folder();
    writeFileSync(join(root, 'mine.json'), '\uFEFF{"preset":"odd","name":"mine"}');
    const run = await cli('generate', join(root, 'mine.json'), '--out', join(root, 'out'), '--json');
    expect(JSON.parse(run.out).config).toEqual({ ...presets.odd, name: 'mine' });
  });

  const refused = async (args: readonly string[], ...texts: readonly string[]): Promise<void> => {
    const out = join(folder(), 'out');
    const run = await cli('generate', ...args, '--out', out);
    expect({ code: run.code, out: run.out }).toEqual({ code: EXIT.usage, out: '' });
    for (const text of texts) expect(run.err).toContain(text);
    expect(run.err).not.toMatch(/\n\s+at /);
    expect(existsSync(out)).toBe(false);
  };

  it('tells every problem of a configuration in one block', () =>
    refused(
      ['ref16', '--set', 'array.rows=0', '--set', 'array.colums=3', '--set', 'format=fp8'],
      'error: 3 problems\n',
      '  array.rows: is 0; it must be a whole number from 1 to 128 [OUT_OF_RANGE]\n    fix: set array.rows to 1\n',
      '    fix: write array.columns\n',
    ));

  it('names an unknown preset', () => refused(['ref61'], '[UNKNOWN_PRESET]', 'fix: write "ref16"'));
  it('names a missing file', () => refused(['no/such.json'], 'no/such.json: there is no such file', '[ENOENT]'));
  it('names a folder given as a file', () => refused(['./generator'], '[EISDIR]'));

  it('names a file that is not JSON', async () => {
    const path = join(folder(), 'broken.json');
    writeFileSync(path, '{"preset": ');
    await refused([path], '[NOT_JSON]');
  });

  it.each(['null', '[]', '7', '"ref16x"'])('refuses the file %s', async (text) => {
    const path = join(folder(), 'odd.json');
    writeFileSync(path, text);
    await refused([path], 'error');
  });

  it('refuses a folder of the user', async () => {
    const out = folder();
    writeFileSync(join(out, 'mine.txt'), '');
    const run = await cli('generate', 'tiny4', '--out', out);
    expect(run.code).toBe(EXIT.usage);
    expect(run.err).toContain('[FOREIGN_FILES]');
    expect(readdirSync(out)).toEqual(['mine.txt']);
  });

  it('prints the stack of a mistake only under --debug', async () => {
    expect((await cli('generate', 'ref61', '--debug')).err).toMatch(/\n\s+at /);
  });
});

describe('schema and presets', () => {
  it('prints a JSON Schema in which every field is explained', async () => {
    const schema = JSON.parse((await cli('schema')).out);
    const [complete, change] = schema.anyOf;
    expect(change.required).toEqual(['preset']);
    expect(complete.required).toEqual(['name', 'array', 'format', 'buffers', 'axi']);
    for (const variant of [complete, change]) {
      expect(variant.additionalProperties).toBe(false);
      const { array, buffers, axi, ...plain } = variant.properties;
      const fields = [...[array, buffers, axi].map((group) => Object.values(group.properties)), Object.values(plain)];
      for (const field of fields.flat()) expect(field).toHaveProperty('description');
    }
    expect(complete.properties.axi.properties.dataWidth.enum).toEqual([32, 64, 128, 256, 512, 1024]);
  });

  it('lists the presets', async () => {
    const { out } = await cli('presets');
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['name', ...Object.keys(presets), '']);
    expect(JSON.parse((await cli('presets', '--json')).out)).toEqual(presets);
  });
});

describe('failures', () => {
  const report = (error: unknown, color = false): Run => {
    const { terminal, run } = recorder(color);
    return run(reportFailure(error, terminal, false));
  };

  it('exits with 3 when a tool is missing', () => {
    const problem = { code: MISSING_TOOL, path: 'verilator', message: 'not found', fix: 'apt-get install verilator' };
    expect(report(new UserError([problem])).code).toBe(EXIT.missingTool);
  });

  it('owns up to a fault of its own, without a stack', () => {
    const { code, err } = report(new TypeError('x is not a function'));
    expect(code).toBe(EXIT.failed);
    expect(err).toContain('a fault in the program: x is not a function');
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('colours only where it may', () => {
    const error = new UserError([{ code: 'X', path: 'a', message: 'b', fix: 'c' }]);
    expect(report(error).err).not.toContain('\x1b');
    expect(report(error, true).err).toContain('\x1b');
  });
});
