import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../generator/cli/program.js';
import { makePlan } from '../../generator/compile/plan.js';
import { writeWindow } from '../../generator/compile/window.js';
import type { Engine, Pass } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { type TensorName, tensorShape } from '../../generator/description/tensors.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();
const LAYER = 'C=5,H=7,W=6,N=6,K=3,S=2,P=1';

const compile = async (...args: readonly string[]) => {
  let out = '';
  let err = '';
  const layer = args.includes('--layer') ? [] : ['--layer', LAYER];
  const code = await runCli(['compile', '--preset', 'tiny4', ...layer, ...args], {
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

/** What a C compiler makes of a header: its macros and its words. */
const readBack = (
  folder: string,
  header: string,
  symbol: string,
): { words: Uint32Array; values: Map<string, bigint>; shapes: Map<string, bigint[]> } => {
  const macro = symbol.toUpperCase();
  const names = [...readFileSync(join(folder, header), 'utf8').matchAll(/^#define (\w+) +\w/gm)].map(
    ([, name]) => name!,
  );
  expect(names.every((name) => name.startsWith(`${macro}_`))).toBe(true);
  const arrays = [...readFileSync(join(folder, header), 'utf8').matchAll(/^#define (\w+) +\{/gm)].map(
    ([, name]) => name!,
  );
  const lines = [
    ...names.map((name) => `  printf("${name} %llu\\n", (unsigned long long)${name});`),
    ...arrays.map((name) => {
      const each = [0, 1, 2, 3].map((axis) => `(unsigned long long)${name.toLowerCase()}[${axis}]`);
      return `  { const uint32_t ${name.toLowerCase()}[4] = ${name}; printf("${name} %llu %llu %llu %llu\\n", ${each.join(', ')}); }`;
    }),
  ];
  writeFileSync(
    join(folder, 'main.c'),
    `#include <stdio.h>
#include "${header}"
int main(void) {
${lines.join('\n')}
  fwrite(${symbol}_words, 1, sizeof ${symbol}_words, stderr);
  return 0;
}
`,
  );
  const flags = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Werror'];
  execFileSync('gcc', [...flags, 'main.c', '-o', 'main'], { cwd: folder });
  const said = execFileSync('sh', ['-c', './main 2>words'], { cwd: folder, encoding: 'utf8' });
  const told = new Map(
    said
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name, ...numbers]) => [name!, numbers.map(BigInt)] as const),
  );
  const values = new Map([...told].filter(([name]) => names.includes(name)).map(([name, [value]]) => [name, value!]));
  const shapes = new Map([...told].filter(([name]) => arrays.includes(name)));
  const bytes = readFileSync(join(folder, 'words'));
  return { words: new Uint32Array(new Uint8Array(bytes).buffer), values, shapes };
};

describe('bp-im2col compile', () => {
  it.each<readonly [Pass, Engine, string, boolean, number | undefined]>([
    ['dgrad', 'zerofree', '0x10000000', false, undefined],
    ['wgrad', 'traditional', '0x80000000', true, 7],
    ['fprop', 'bp', '4096', true, undefined],
    ['fprop', 'bp', '4096', false, undefined],
  ])('writes %s by %s as C that holds the plan: %s, narrow %s, shift %s', async (pass, engine, base, narrow, shift) => {
    const folder = temporaryFolder();
    const { code, out } = await compile(
      ...['--pass', pass, '--engine', engine, '--base', base, '--symbol', 'layer_1'],
      ...['--c', join(folder, 'l.h'), '--bin', join(folder, 'l.bin'), '--json', ...(narrow ? ['--narrow'] : [])],
      ...(shift === undefined ? [] : ['--shift', String(shift)]),
    );
    expect(code).toBe(0);
    const plan = makePlan(presets.tiny4, parseLayer(LAYER), pass, engine, { base: Number(base), narrow, shift });
    const layer = parseLayer(LAYER);
    const { words, values, shapes } = readBack(folder, 'l.h', 'layer_1');
    expect(words).toEqual(plan.words);
    expect(new Uint8Array(readFileSync(join(folder, 'l.bin')))).toEqual(new Uint8Array(plan.words.buffer));
    const { memory } = plan;
    const tensors = { fprop: ['X', 'WT', 'Y'], dgrad: ['DY', 'WT', 'DX'], wgrad: ['X', 'DY', 'DW'] }[pass];
    const expected: Readonly<Record<string, number>> = {
      PROGRAM_ADDRESS: memory.program,
      PROGRAM_COUNT: plan.words.length / 16,
      PROGRAM_BYTES: plan.words.byteLength,
      PREDICTED_CYCLES: plan.cost.cycles,
      ...Object.fromEntries(Object.entries(layer).map(([key, value]) => [`LAYER_${key.toUpperCase()}`, value])),
      ...(narrow ? { SHIFT: shift ?? 0 } : {}),
      WINDOW_BASE: writeWindow(plan).base,
      WINDOW_LIMIT: writeWindow(plan).limit,
      ...(memory.scratch.bytes > 0
        ? { SCRATCH_ADDRESS: memory.scratch.address, SCRATCH_BYTES: memory.scratch.bytes }
        : {}),
    };
    for (const [name, value] of Object.entries(expected))
      expect(values.get(`LAYER_1_${name}`), name).toBe(BigInt(value));
    const places = [memory.x, memory.wt, memory.dy, memory.output].map(({ address }) => BigInt(address));
    for (const name of tensors) expect(places).toContain(values.get(`LAYER_1_${name}_ADDRESS`));
    expect(values.size).toBe(Object.keys(expected).length + 6);
    expect(memory.scratch.bytes > 0).toBe(engine === 'traditional');
    const text = readFileSync(join(folder, 'l.h'), 'utf8');
    for (const name of tensors) {
      const shape = tensorShape(layer, name.toLowerCase() as TensorName);
      expect(shapes.get(`LAYER_1_${name}_SHAPE`)).toEqual(shape.map(BigInt));
    }
    expect(text.includes(`int8: sum / 2^${shift ?? 0}, rounded half to even, saturated to -128..127`)).toBe(narrow);
    expect(text).toContain('with a memory of 100 cycles of read latency, 20 of write latency, 4 bytes a cycle */');
    const said = JSON.parse(out) as { memory: Readonly<Record<string, unknown>> };
    const [first, second, result] = tensors.map((name) => name.toLowerCase());
    expect(Object.keys(said.memory)).toEqual([first, second, 'scratch', 'program', result]);
    expect(said.memory[result!]).toEqual(memory.output);
    expect(said).toMatchObject({
      config: 'tiny4',
      pass,
      engine,
      narrow,
      shift: shift ?? 0,
      shapes: Object.fromEntries(
        tensors.map((name) => [name.toLowerCase(), shapes.get(`LAYER_1_${name}_SHAPE`)!.map(Number)]),
      ),
      instructions: expected.PROGRAM_COUNT,
      memoryTiming: { readLatency: 100, writeLatency: 20, bytesPerCycle: 4 },
    });
  });

  it('names the array after the file, and reaches above 4 GiB', async () => {
    const folder = temporaryFolder();
    const file = join(folder, '2nd-conv.h');
    const { code } = await compile(
      '--pass',
      'dgrad',
      '--set',
      'axi.addressWidth=40',
      '--base',
      '0x8000000000',
      '--c',
      file,
    );
    expect(code).toBe(0);
    expect(readBack(folder, '2nd-conv.h', '_2nd_conv').values.get('_2ND_CONV_WINDOW_BASE')).toBeGreaterThan(2n ** 39n);
  });

  it('puts a result up to the end of the address space, and the limit of the window after it', async () => {
    const folder = temporaryFolder();
    // 256 bytes of y
    const where = ['--layer', 'C=8,H=4,W=4,N=4,K=1', '--at', 'y=0xffffff00'];
    const { code, err } = await compile('--pass', 'fprop', ...where, '--c', join(folder, 'p.h'));
    expect([code, err]).toEqual([0, '']);
    const { values } = readBack(folder, 'p.h', 'p');
    expect(values.get('P_WINDOW_LIMIT')).toBe(2n ** 32n);
  });

  it('puts what it is told to elsewhere, and the window around both', async () => {
    const folder = temporaryFolder();
    const places = { dy: 0x4000_0040, dx: 0x2000_0000, scratch: 0x3000_0000, program: 0x100 };
    const at = Object.entries(places).flatMap(([name, address]) => ['--at', `${name}=${address}`]);
    const { code, err } = await compile(
      ...['--pass', 'dgrad', '--engine', 'traditional', ...at, '--c', join(folder, 'p.h')],
    );
    expect([code, err]).toEqual([0, '']);
    const { values } = readBack(folder, 'p.h', 'p');
    for (const name of ['dy', 'dx', 'scratch', 'program'] as const) {
      expect(values.get(`P_${name.toUpperCase()}_ADDRESS`), name).toBe(BigInt(places[name]));
    }
    expect(values.get('P_WT_ADDRESS')).toBe(0x1000_1000n);
    expect(values.get('P_WINDOW_BASE')).toBe(0x2000_0000n);
    expect(values.get('P_WINDOW_LIMIT')).toBe(0x3000_0000n + values.get('P_SCRATCH_BYTES')!);
  });

  it.each([
    [['--base', '12'], '--base 12: not a multiple of 4096 [MISALIGNED]'],
    [['--base', 'high'], '--base high: not an address [OUT_OF_RANGE]'],
    [['--base', '0xfffff000'], 'beyond the 32 address bits of tiny4 [PLAN_ADDRESSES]'],
    [['--base', '0xFFFFFFFF12345000', '--set', 'axi.addressWidth=64'], 'addresses above 2^53-1 cannot be compiled ['],
    [['--base', '9007199254740992'], 'addresses above 2^53-1 cannot be compiled [OUT_OF_RANGE]'],
    [['--base', '0x12345678901234567'], 'not an address [OUT_OF_RANGE]'],
    [['--at', 'y=0x40'], '--at y=0x40: dgrad has no y [UNKNOWN]\n    fix: take one of dy, wt, scratch, program, dx'],
    [['--at', 'dx=77'], '--at dx=77: not a multiple of 64 [MISALIGNED]\n    fix: take 0x40'],
    [['--at', 'dx'], '--at dx: not a name and an address'],
    [['--at', 'dx=1=2'], '--at dx=1=2: not a name and an address'],
    [['--at', 'dx=', '--at', 'dy=0'], '--at dx=: not an address'],
    [['--at', 'dx=64', '--at', 'dx=0'], '--at dx=0: dx has a place already [DUPLICATE]'],
    [['--at', 'dx=0xffffffc0'], 'beyond the 32 address bits of tiny4 [PLAN_ADDRESSES]'],
    [['--at', 'dx=0x10002000'], 'place: dx would lie at 0x10002000, inside dy (0x10002000 to'],
    [['--at', 'program=0x10001040'], 'place: the program would lie at 0x10001040, inside wt (0x10001000 to'],
    [['--at', 'scratch=0x40'], 'place: dgrad of this layer by zerofree stores nothing in between [PLAN_SCRATCH]'],
    [
      ['--shift', '4'],
      '--shift 4: sums of 32 bits are not shifted [PLAN_SHIFT]\n    fix: add --narrow, or leave --shift out',
    ],
    [['--narrow', '--shift', '32'], '--shift: 32 is more than 31'],
    [
      ['--narrow', '--shift', '1', '--preset', 'odd'],
      '--shift 1: only int8 results are shifted; those of odd are bf16',
    ],
    [['--symbol', 'bpi'], '--symbol bpi: macros of BPI are in'],
    [['--symbol', 'Acc_X', '--set', 'prefix=acc_x_'], '--symbol acc_x_program'],
    [['--c', 'bpi.h'], '--c bpi.h: macros of BPI are in'],
    [['--c', 'Bpi_Registers.h'], '--c Bpi_Registers.h: macros of BPI_REGISTERS are in'],
    [['--symbol', '3x'], '--symbol 3x: not a C identifier [SYMBOL]'],
    [['--c', 'program.txt'], 'the name does not end in .h [EXTENSION]'],
    [['--c', '/nowhere/program.h'], '--c /nowhere/program.h'],
  ])('refuses %j, and writes nothing', async (args, message) => {
    const folder = temporaryFolder();
    const given = args.includes('--c') ? args : [...args, '--c', join(folder, 'p.h')];
    const { code, out, err } = await compile('--pass', 'dgrad', ...given);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual([]);
    for (const file of ['program.txt', 'bpi.h', 'Bpi_Registers.h']) expect(existsSync(file), file).toBe(false);
  });

  it('says which cycles it predicts, and with which memory', async () => {
    const { out } = await compile('--pass', 'dgrad');
    const { cost } = makePlan(presets.tiny4, parseLayer(LAYER), 'dgrad', 'zerofree');
    const memory = '100 cycles of read latency, 20 of write latency, 4 bytes a cycle';
    expect(out).toContain(`\npredicted: ${cost.cycles.toLocaleString('en-US')} cycles, with a memory of ${memory}\n`);
  });

  it('has headers that can be included together, whatever their names are', async () => {
    const folder = temporaryFolder();
    const names = ['a', 'a_layer', 'a_program', 'a_layer_program', 'a_x'];
    for (const name of names) await compile('--pass', 'wgrad', '--c', join(folder, `${name}.h`));
    const uses = names.map((name) => `  if (!sizeof ${name}_words || ${name.toUpperCase()}_LAYER_H != 7u) return 1;`);
    const source = [
      ...names.map((name) => `#include "${name}.h"`),
      'int main(void) {',
      ...uses,
      '  return 0;',
      '}',
      '',
    ];
    writeFileSync(join(folder, 'main.c'), source.join('\n'));
    const flags = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Werror'];
    execFileSync('gcc', [...flags, 'main.c', '-o', 'main'], { cwd: folder });
    execFileSync('./main', { cwd: folder });
  });

  it('refuses a name for an array that is not written', async () => {
    const { code, err } = await compile('--pass', 'dgrad', '--symbol', 'layer_1');
    expect(code).toBe(2);
    expect(err).toContain('--symbol layer_1: there is no C array to name [SYMBOL]\n    fix: add --c file.h');
  });
});
