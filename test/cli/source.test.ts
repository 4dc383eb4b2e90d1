import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { EXIT, type ExitCode } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { loadConfig } from '../../generator/cli/source.js';
import { constantValues } from '../../generator/emit/views/csr.js';
import { defineAccelerator, emit, generate, presets } from '../../generator/index.js';
import { validConfig } from '../configs.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

const cli = async (...args: readonly string[]): Promise<{ code: ExitCode; out: string; err: string }> => {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    color: false,
  });
  return { code, out, err };
};

const mine = defineAccelerator({ preset: 'tiny4', name: 'mine', prefix: 'my_', array: { rows: 3 }, engines: ['bp'] });

/** A folder with the accelerator `mine` in it. */
const generated = (): string => generate(mine, { out: join(folder(), 'mine') }).folder;

const refusal = (call: () => unknown): readonly string[] => {
  try {
    call();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ code, path, message, fix }) => `${code} ${path}: ${message}; ${fix}`);
  }
  return [];
};

describe('a generated folder', () => {
  it('and its manifest are the configuration that they were made of, any one', () => {
    const root = folder();
    fc.assert(
      fc.property(validConfig(fc.constant({ rows: 2, columns: 3 })), (config) => {
        const out = join(root, `a${readdirSync(root).length}`);
        mkdirSync(out);
        writeFileSync(join(out, 'manifest.json'), emit(config).find(({ path }) => path === 'manifest.json')!.text);
        for (const source of [out, `${out}/`, join(out, 'manifest.json'), relative('.', `${out}/`)]) {
          expect(loadConfig(source, [])).toEqual(config);
        }
      }),
      { seed: 10, numRuns: 6 },
    );
  });

  it('takes changes as a preset does, and is then called another name', () => {
    const out = generated();
    expect(loadConfig(out, ['array.rows=4'])).toEqual({ ...mine, name: 'mine-custom', array: { rows: 4, columns: 4 } });
    expect(loadConfig(out, ['format=bf16'])).toMatchObject({ format: 'bf16', addStages: 3 });
    expect(loadConfig(out, ['prefix=x_', 'name=y'])).toEqual({ ...mine, prefix: 'x_', name: 'y' });
    expect(refusal(() => loadConfig(out, ['array.rows=0']))).toEqual([
      expect.stringContaining('OUT_OF_RANGE array.rows'),
    ]);
  });

  it.each([
    ['generate', []],
    ['compile', ['--layer', 'C=3,H=5,W=5,N=4,K=3', '--pass', 'fprop', '--json']],
    ['run', ['--layer', 'C=3,H=5,W=5,N=4,K=3', '--pass', 'fprop', '--simulator', 'icarus', '--json']],
  ])('serves %s', async (command, args) => {
    const out = generated();
    const rest =
      command === 'generate' ? [out, '--out', join(folder(), 'again'), '--json'] : ['--preset', out, ...args];
    const run = await cli(command, ...rest);
    expect(run.code, run.err).toBe(EXIT.ok);
    const result = JSON.parse(run.out);
    if (command === 'generate') {
      for (const path of result.files) {
        expect(readFileSync(join(result.folder, path), 'utf8'), path).toBe(readFileSync(join(out, path), 'utf8'));
      }
    } else expect(Object.values(result)).toContain('mine');
  });

  it('serves estimate', async () => {
    const { code, err } = await cli('estimate', 'C=3,H=5,W=5,N=4,K=3', '--preset', generated(), '--engine', 'zerofree');
    expect({ code, err }).toEqual({ code: EXIT.usage, err: expect.stringContaining('mine is built without it') });
  });

  it.each([
    ['a folder without a manifest', (out: string) => join(out, 'rtl'), 'EISDIR'],
    ['no folder', (out: string) => join(out, 'none'), 'ENOENT'],
    ['another file of it', (out: string) => join(out, 'librelane/config.json'), 'NO_CONFIGURATION'],
  ])('%s is refused by every command', async (_name, path, code) => {
    const source = path(generated());
    const layer = ['--layer', 'C=3,H=5,W=5,N=4,K=3', '--pass', 'fprop'];
    for (const words of [
      ['generate', source],
      ['synth', source],
      ['estimate', 'alexnet', '--preset', source],
      ['run', '--preset', source, ...layer],
      ['compile', '--preset', source, ...layer],
    ]) {
      const { code: exit, err } = await cli(...words);
      expect(exit).toBe(EXIT.usage);
      expect(err).toMatch(new RegExp(`^error\\n {2}\\S+: .* \\[${code}\\]\\n {4}fix: .+\\n$`));
    }
  });

  it('is named with its path, not as a preset', () => {
    const here = process.cwd();
    const out = generated();
    process.chdir(join(out, '..'));
    try {
      expect(refusal(() => loadConfig('mine', []))).toEqual([expect.stringContaining('; write ./mine for the folder')]);
      expect(loadConfig('./mine', []).name).toBe('mine');
      process.chdir('mine');
      expect(loadConfig('.', []).name).toBe('mine');
    } finally {
      process.chdir(here);
    }
  });
});

describe('one clear error for', () => {
  const changed = { ...mine, array: { rows: 4, columns: 4 } };
  const wrong = { ...mine, array: { rows: 0, columns: 4 } };

  it.each<[string, object, string]>([
    ['a changed configuration', { config: changed }, 'its configuration is not the one that configSha256 belongs to'],
    ['a wrong one', { config: wrong }, 'config.array.rows: is 0'],
    ['a missing one', { config: undefined }, 'config: missing'],
    ['none', { config: null }, 'config: is null'],
    ['a lost hash', { configSha256: undefined }, 'its configuration is not the one'],
    ['another generator', { generator: 'other' }, 'generator is "other"'],
    ['no generator', { generator: undefined }, 'generator is undefined'],
  ])('a manifest with %s', (_name, changes, message) => {
    const path = join(generated(), 'manifest.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...changes }));
    for (const source of [path, join(path, '..')]) {
      const found = refusal(() => loadConfig(source, []));
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(`MANIFEST ${path}: ${message}`);
    }
  });

  it('a manifest that ends too early', () => {
    const path = join(generated(), 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300));
    expect(refusal(() => loadConfig(join(path, '..'), []))).toEqual([
      expect.stringMatching(/^NOT_JSON .*manifest\.json: it is not JSON/),
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a network', { name: 'n', layers: [] }, 'it holds a network'],
    ['package.json', { name: 'n', version: '1', engines: { node: '>=20' } }, 'it holds no configuration'],
    ['every preset', presets, 'it holds no configuration'],
    ['nothing', {}, 'it holds no configuration'],
    ['a list', [presets.tiny4], 'it must be an object with name'],
    ['a number', 7, 'it must be an object with name'],
  ])('a file that holds %s', (_name, content, message) => {
    const path = join(folder(), 'other.json');
    writeFileSync(path, JSON.stringify(content));
    const found = refusal(() => loadConfig(path, []));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it('a key that is there twice, however it is written', () => {
    const path = join(folder(), 'twice.json');
    writeFileSync(
      path,
      '{"preset": "tiny4", "array": {"rows": 3, "columns": 2, "r\\u006fws": 4}, "name": "{\\"a\\":1}"}',
    );
    expect(refusal(() => loadConfig(path, []))).toEqual([
      expect.stringContaining('one object has the key "rows" twice; give "rows" once'),
    ]);
    writeFileSync(path, '{"preset": "tiny4", "array": {"rows": 3}, "axi": {"outstanding": 4}, "name": "a"}');
    expect(loadConfig(path, []).array.rows).toBe(3);
  });
});

describe('CONFIG_HASH', () => {
  const hash = (config: typeof mine): number => constantValues(config).config_hash!;

  it('says what the hardware is, whatever it and its modules are called', () => {
    expect(hash(defineAccelerator({ preset: 'tiny4', name: 'other', prefix: 'x_' }))).toBe(hash(presets.tiny4));
    const file = (config: typeof mine, path: string): string => emit(config).find((each) => each.path === path)!.text;
    const value = /CONFIG_HASH_VALUE\s+(0x\w+)u/;
    expect(value.exec(file({ ...mine, name: 'b', prefix: 'bpi_' }, 'sw/bpi_registers.h'))![1]).toBe(
      value.exec(file(mine, 'sw/my_registers.h'))![1],
    );
  });

  it('differs for any other hardware', () => {
    const { tiny4 } = presets;
    const others = [
      ...[
        'array.rows=5',
        'array.columns=5',
        'format=bf16',
        'buffers.dynamicBytes=2048',
        'buffers.stationaryBytes=2048',
      ],
      ...['buffers.accumulatorDepth=128', 'axi.dataWidth=64', 'axi.addressWidth=40', 'axi.outstanding=8', 'engines=bp'],
    ].map((set) => hash(loadConfig('tiny4', [set])));
    const stages = [1, 2, 3, 4].map((addStages) => hash(defineAccelerator({ preset: 'odd', addStages })));
    const all = [hash(tiny4), ...others, ...stages];
    expect(new Set(all).size).toBe(all.length);
  });
});
