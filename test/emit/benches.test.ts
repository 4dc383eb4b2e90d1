import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { generate } from '../../generator/emit/generate.js';
import { shippedVectors } from '../../generator/emit/vectors/files.js';
import { readVerdict } from '../../scripts/blockBench.js';
import { validConfig } from '../configs.js';
import { temporaryFolders } from '../temporary.js';
import { commandIn, type Ran, shell } from './commands.js';

/** Benches that read files which the output brings along, and are quick whatever the size of the array. */
const WITH_FILES = ['agu_accumulate', 'agu_dynamic', 'agu_stationary', 'pe', 'pixel_walker', 'tap_axes', 'tap_walker'];

/** The command of `rtl.f` for one bench; its compiled form has a name of its own. */
const benchCommand = (folder: string, bench: string): string =>
  commandIn(folder, 'rtl.f', '<block>').replace('<block>', bench).replaceAll('test.vvp', `${bench}.vvp`);

const benchesOf = (folder: string, prefix: string): readonly string[] =>
  readdirSync(join(folder, 'tb'))
    .filter((name) => name.endsWith('_tb.v'))
    .map((name) => name.slice(prefix.length, -'_tb.v'.length));

const root = temporaryFolders('file');
const output = (config: Config): string => generate(config, { out: join(root(), 'out') }).folder;

/** The first half of the command: the second runs what it makes. */
const compile = (folder: string, bench: string): Promise<Ran> =>
  shell(benchCommand(folder, bench).split(' && ')[0]!, folder);

const checkBench = async (folder: string, bench: string): Promise<void> => {
  const { checks, code, text } = await shell(benchCommand(folder, bench), folder);
  expect({ code, passed: checks > 0 }, `${bench}\n${text}`).toEqual({ code: 0, passed: true });
};

describe.concurrent('benches of tiny4, as rtl.f says', () => {
  const { prefix } = presets.tiny4;
  const folder = output(presets.tiny4);

  const filesOf = (bench: string): readonly string[] => [
    ...new Set(readFileSync(join(folder, `tb/${prefix}${bench}_tb.v`), 'utf8').match(/(?<=")tb\/\w+\.hex(?=")/g)),
  ];
  const all = benchesOf(folder, prefix);
  const withFiles = all.filter((bench) => filesOf(bench).length > 0);

  it.each(withFiles)('%s', (bench) => checkBench(folder, bench));

  // test/rtl runs these: the same texts, the same seed
  it.each(all.filter((bench) => !withFiles.includes(bench)))('%s, compiled', async (bench) => {
    expect(await compile(folder, bench)).toMatchObject({ text: '', code: 0 });
  });

  it('are those of every block but the whole', () => {
    const blocks = readdirSync(join(folder, 'rtl'))
      .filter((name) => name.endsWith('.v'))
      .map((name) => name.slice(prefix.length, -'.v'.length));
    expect(benchesOf(folder, prefix)).toEqual(blocks.filter((name) => name !== 'top'));
  });

  it.each(withFiles)('%s fails when one of its files is missing', async (bench) => {
    await compile(folder, bench);
    const read = filesOf(bench);
    for (const path of read) {
      const elsewhere = join(folder, '..', `without-${path.replace('/', '-')}-${bench}`);
      mkdirSync(elsewhere);
      for (const other of read.filter((name) => name !== path)) cpSync(join(folder, other), join(elsewhere, other));
      const ran = await shell(`vvp -N ../out/${bench}.vvp`, elsewhere);
      expect(ran.checks, `${path}\n${ran.text}`).toBe(0);
      expect(ran.text).toMatch(/^(FAIL|CHECK failed)/m);
    }
  });

  it('read files that the output holds, and it holds no other', () => {
    const read = withFiles.flatMap(filesOf);
    const held = readdirSync(join(folder, 'tb')).filter((name) => name.endsWith('.hex'));
    expect(held.map((name) => `tb/${name}`).sort()).toEqual([...new Set(read)].sort());
  });
});

const SHAPES = [
  [1, 1],
  [128, 3],
  [2, 128],
] as const;

const drawn = SHAPES.flatMap(([rows, columns], i) =>
  fc
    .sample(validConfig(fc.constant({ rows, columns })), { seed: 200 + i, numRuns: 1 })
    .map((config) => ({ ...config, name: `random_${rows}x${columns}_${config.format}` })),
);

describe.concurrent.each([presets.ref16, presets.odd, ...drawn].map((config) => [config.name, config] as const))(
  'benches of %s',
  (_, config) => {
    let folder = '';
    beforeAll(() => {
      folder = output(config);
    });
    it.each(WITH_FILES)('%s', (bench) => checkBench(folder, bench));
  },
);

it('the files of the benches stay small on any array', () => {
  const sizes = fc.property(validConfig(), (config) => {
    const files = shippedVectors(config, [...WITH_FILES, 'array', 'fp32_add', 'bf16_mul']);
    expect(
      files.reduce((sum, { text }) => sum + text.length, 0),
      JSON.stringify(config),
    ).toBeLessThan(600_000);
  });
  fc.assert(sizes, { seed: 5, numRuns: 6, examples: [[{ ...presets.ref16, array: { rows: 128, columns: 128 } }]] });
});

describe('the verdict on a bench', () => {
  it.each([
    ['PASS 12 checks\n', 0, true],
    ['PASS 0 checks\n', 0, false],
    ['PASS 12 checks\n', 1, false],
    ['FAIL cycle 3\nPASS 12 checks\n', 0, false],
    ['CHECK failed in tb.dut: x\nPASS 12 checks\n', 0, false],
    ['', 0, false],
  ])('%j with code %i', (text, code, passed) => {
    expect(readVerdict(text, code).passed).toBe(passed);
  });

  it('needs a check in every bench itself', () => {
    for (const name of readdirSync('templates/tb').filter((file) => file !== 'system_tb.v.hbs')) {
      const [verdict] = /if \(.*\) \$display\("PASS/.exec(readFileSync(`templates/tb/${name}`, 'utf8')) ?? [''];
      expect(verdict, name).toMatch(/> \d|> CYCLES|>= VECTORS|== 4 \* VECTORS|!empty/);
    }
  });
});
