import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { generate } from '../../generator/emit/generate.js';
import { benchParts } from '../../generator/emit/rtl.js';
import { shippedVectors } from '../../generator/emit/vectors/files.js';
import { INSTRUCTION_SET, KINDS } from '../../generator/isa/instructionSet.js';
import { snakeCase } from '../../generator/isa/registers.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { readVerdict } from '../../scripts/blockBench.js';
import { isaMacros } from '../../scripts/formal/isa.js';
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

  it('are those of every block but the whole and the queues, which the bench of the sequencer tries', () => {
    const blocks = readdirSync(join(folder, 'rtl'))
      .filter((name) => name.endsWith('.v'))
      .map((name) => name.slice(prefix.length, -'.v'.length));
    expect(benchesOf(folder, prefix)).toEqual(blocks.filter((name) => name !== 'top' && name !== 'dispatch'));
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
});

describe('benches and proofs', () => {
  const folders = { 'templates/tb': /_tb\.v\.hbs$/, 'tb/formal': /\.v$/ };
  const files = Object.entries(folders).flatMap(([folder, name]) =>
    readdirSync(folder)
      .filter((file) => name.test(file))
      .map((file) => join(folder, file)),
  );

  it('read an instruction, and a geometry, by the names of its fields', () => {
    const counted = files.flatMap((path) => {
      const slices =
        /\b(?:\w*ins|ins_data|in_data|out_data|\w*_text\[\w+\]|(?:load|exec|store)_data|tile|geometry)\[ *\d[^\]]*\]/g;
      const verilog = readFileSync(path, 'utf8');
      const instructions = /511:0/.test(verilog) ? verilog : '';
      return [...instructions.matchAll(slices)]
        .map(([slice]) => slice)
        .filter((slice) => !/\[(511|895):0\]/.test(slice));
    });
    expect(counted).toEqual([]);
  });

  it('find there every field of the table, and its place', () => {
    for (const kind of KINDS)
      for (const { name, word, low, bits } of INSTRUCTION_SET[kind].fields) {
        const [, slice] = new RegExp(`^\`define ${snakeCase(`${kind}_${name}`).toUpperCase()} (.*)$`, 'm').exec(
          isaMacros.text,
        )!;
        const [at, width = '1'] = slice!.split(' +: ');
        const place = at!
          .split('+')
          .reduce((sum, part) => sum + part.split('*').reduce((all, factor) => all * Number(factor), 1), 0);
        expect([place, Number(width)], `${kind}.${name}`).toEqual([word * 32 + low, bits]);
      }
  });
});

describe('what benches share', () => {
  const { prefix } = presets.tiny4;
  const shared = benchParts(presets.tiny4);
  const names = (text: string): readonly string[] =>
    [...text.matchAll(/^ *(?:task|module|function(?: \[.*?\]| integer| real)?) (\w+)/gm)].map(([, name]) => name!);

  it('stands once: no bench writes it again, nor a verdict of its own', () => {
    const taken = new Set(
      shared.filter(({ path }) => /\.vh$|_memory\.v$/.test(path)).flatMap(({ text }) => names(text)),
    );
    expect([...taken]).toEqual(expect.arrayContaining(['fail', 'random', 'verdict', `${prefix}axi_read_memory`]));
    for (const file of emit(presets.tiny4).filter(({ path }) => path.endsWith('_tb.v') && path.startsWith('tb/'))) {
      expect(names(file.text).filter((name) => taken.has(name))).toEqual([]);
      expect(file.text).toContain(`\`include "${prefix}bench.vh"`);
      expect(file.text).toMatch(/\bverdict\(/);
      expect(file.text, file.path).not.toContain('PASS');
    }
  });

  it('is included by some bench, each part of it', () => {
    const texts = emit(presets.tiny4).filter(({ path }) => path.startsWith('tb/'));
    for (const { path } of shared)
      expect(
        texts.some(({ text }) => text.includes(`\`include "${path.slice('tb/'.length)}"`)),
        path,
      ).toBe(true);
  });

  // [what the bench does on its tenth cycle, checks of a cycle in one of its cases]
  it.each([
    ['passes', 'verdict(5);', 1, /^PASS 22 checks$/m],
    ['fails without enough checks', 'verdict(50);', 1, /^FAIL 0 errors/m],
    [
      'fails when a case made too few',
      'verdict(5);',
      0,
      /^FAIL tb.few.fail, cycle \d+: too few checks\nFAIL 1 errors/m,
    ],
    [
      'fails with an error',
      'begin fail("wrong"); verdict(5); end',
      1,
      /^FAIL tb.fail, cycle 10: wrong\nFAIL 1 errors/m,
    ],
    [
      'fails where a value is unknown',
      'begin same(1\'b0, 1\'bx, "one"); verdict(5); end',
      1,
      /one\n +0, expected X\nFAIL 1 e/,
    ],
    ['fails where it should have been so', 'begin check(1\'bx, "two"); verdict(5); end', 1, /two\nFAIL 1 errors/],
    ['ends by itself', 'patience = 1000;', 1, /hangs\nFAIL 1 errors/],
  ])('a bench %s', async (_, then, steps, verdict) => {
    const folder = root();
    const text = `module tb;
    localparam LEAST = 5;
    \`include "${prefix}bench.vh"
    some_case #(.NUMBER(0), .STEPS(1)) c0 ();
    some_case #(.NUMBER(1), .STEPS(${steps})) few ();
    always @(posedge clk) if (cycle == 10) ${then}
endmodule
module some_case #(parameter NUMBER = 0, STEPS = 1);
    \`include "${prefix}case.vh"
    always @(posedge clk) if (cycle < 100) checks = checks + STEPS;
endmodule
`;
    writeFiles(folder, [...shared, { path: 'tb/some_tb.v', text: `\`timescale 1ns/1ps\n${text}` }]);
    const ran = await shell('iverilog -g2005-sv -Wall -Itb -s tb -o t.vvp tb/some_tb.v && vvp -N t.vvp', folder);
    expect(ran.text).toMatch(verdict);
    expect(readVerdict(ran.text, ran.code ?? undefined).passed).toBe(verdict.source.startsWith('^PASS'));
  });
});
