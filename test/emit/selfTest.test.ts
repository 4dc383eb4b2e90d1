import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PASS_TENSORS } from '../../generator/dataflows/loopNest.js';
import { type Config, ENGINES } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { generate } from '../../generator/emit/generate.js';
import { makeSelfTest } from '../../generator/emit/selfTest.js';
import { selfTestFiles } from '../../generator/emit/selfTestFiles.js';
import { unpackResult } from '../../generator/formats/index.js';
import { judge } from '../../generator/golden/judge.js';
import { validConfig } from '../configs.js';
import { temporaryFolders } from '../temporary.js';
import { commandIn, type Ran, shell } from './commands.js';

const { tiny4 } = presets;
const root = temporaryFolders('file');
const output = (config: Config): string => generate(config, { out: join(root(), 'out') }).folder;
const icarus = (folder: string): Promise<Ran> => shell(commandIn(folder, 'rtl.f', 'selftest'), folder);

const hasVerilator = spawnSync('verilator', ['--version']).status === 0;
if (!hasVerilator) console.warn('verilator is not installed: the self-test runs in Icarus alone');

const FILES = ['memory.hex', 'expected.hex', 'script.hex'] as const;

/** What may have happened to a file: it is gone, cut short, or of another content. */
const DAMAGE: Readonly<Record<string, (path: string) => void>> = {
  missing: (path) => rmSync(path),
  'cut short': (path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, -200)),
  changed: (path) =>
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/^([0-9a-f])/m, (digit) => (digit === '1' ? '3' : '1')),
    ),
  empty: (path) => writeFileSync(path, ''),
};

/** Damages each file in turn; the compiled test must say which one it was, in Icarus and Verilator alike. */
const refusesDamage = async (folder: string, run: string): Promise<void> => {
  for (const name of FILES) {
    for (const [kind, damage] of Object.entries(DAMAGE)) {
      const elsewhere = join(root(), 'elsewhere');
      mkdirSync(elsewhere);
      cpSync(join(folder, 'selftest'), join(elsewhere, 'selftest'), { recursive: true });
      damage(join(elsewhere, 'selftest', name));
      const { text, code, checks } = await shell(run.replace('DIR', folder), elsewhere);
      expect(text, `${kind} ${name}`).toMatch(new RegExp(`^FAIL .*${name} is missing`, 'm'));
      expect([code === 0, checks]).toEqual([false, 0]);
    }
  }
};

describe('the self-test of tiny4', () => {
  let folder = '';
  beforeAll(() => {
    folder = output(tiny4);
  });

  it('passes in Icarus, by the commands of rtl.f and of its page', async () => {
    expect(commandIn(folder, 'selftest/README.md', 'iverilog')).toContain(
      commandIn(folder, 'rtl.f', 'selftest').split(' -o ')[0]!,
    );
    for (const file of ['rtl.f', 'selftest/README.md']) {
      const { text, code, checks } = await shell(commandIn(folder, file, 'iverilog'), folder);
      expect({ code, most: checks > 3000 }, text).toEqual({ code: 0, most: true });
    }
    await refusesDamage(folder, 'vvp -N DIR/test.vvp');
  });

  it.skipIf(!hasVerilator)('passes in Verilator, by the command of its page', async () => {
    const { text, code, checks } = await shell(commandIn(folder, 'selftest/README.md', 'verilator'), folder);
    expect({ code, most: checks > 3000 }, text).toEqual({ code: 0, most: true });
    expect(text).not.toMatch(/%Warning/);
    await refusesDamage(folder, `DIR/obj_dir/V${tiny4.prefix}selftest_tb`);
  });
});

describe('the self-test finds', () => {
  const faults: readonly (readonly [what: string, block: string, from: string, to: string])[] = [
    ['a wrong sum', 'pe', 'y_data_q <= y_data_i + {', 'y_data_q <= y_data_i - {'],
    ['a sum that is not kept', 'pe', 'if (x_valid_q) y_data_q', 'if (x_valid_q && !product_q[9]) y_data_q'],
    ['a run that never ends', 'csr', "status_done_q <= 1'b1", "status_done_q <= 1'b0"],
    ['a row at a wrong address', 'store', 'c1_addr_q + stride1', 'c1_addr_q - stride1'],
    ['a zero that is not counted', 'agu_dynamic', 'stops ? zero_short : first_lane', "{LANE_W{1'b0} }"],
    ['saturation that is one short', 'epilogue', 'over ? !sign : scaled[1]', 'over ? sign : scaled[1]'],
    ['a stored zero too many', 'reorganize', 'wrap_w ? stride_w :', "wrap_w ? stride_w + 1'b1 :"],
  ];
  it.each(faults)('%s', async (_, block, from, to) => {
    const folder = output(tiny4);
    const path = join(folder, `rtl/${tiny4.prefix}${block}.v`);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replaceAll(from, to));
    const ran = await icarus(folder);
    expect(ran.text).toMatch(/^(FAIL .*: |CHECK failed)/m);
    expect([ran.code === 0, ran.checks]).toEqual([false, 0]);
  });
});

/** Small accelerators of every kind: one cell, each engine alone, both formats, narrow and wide buses and addresses. */
const small: readonly Config[] = [
  {
    ...tiny4,
    name: 'one_cell',
    array: { rows: 1, columns: 1 },
    buffers: { dynamicBytes: 64, stationaryBytes: 64, accumulatorDepth: 16 },
  },
  ...ENGINES.map((engine, i) => ({
    ...tiny4,
    ...{ name: engine, engines: [engine], prefix: `${engine}_`, array: { rows: 2 + i, columns: 5 - i } },
    axi: { dataWidth: [64, 1024, 128][i]!, addressWidth: [33, 64, 48][i]!, outstanding: [2, 4, 64][i]! },
    buffers: { dynamicBytes: 4096, stationaryBytes: 4096, accumulatorDepth: 64 },
  })),
  { ...presets.odd, name: 'odd_bp', engines: ['bp'], array: { rows: 2, columns: 3 }, addStages: 4 },
];

it.each(small.map((config) => [config.name, config] as const))('the self-test of %s passes', async (_, config) => {
  const { text, code, checks } = await icarus(output(config));
  expect({ code, some: checks > 100 }, text).toEqual({ code: 0, some: true });
});

describe('the self-test of any configuration', () => {
  const { ref16 } = presets;
  const extremes: readonly Config[] = [
    ...Object.values(presets),
    { ...ref16, array: { rows: 128, columns: 128 } },
    {
      ...tiny4,
      array: { rows: 128, columns: 1 },
      buffers: { dynamicBytes: 4096, stationaryBytes: 4096, accumulatorDepth: 16 },
    },
  ];

  it('is small, holds every pass that fits, and expects what the plain loop nest gives', () => {
    const property = fc.property(validConfig(), (config) => {
      const { layer, runs, images, base, bytes } = makeSelfTest(config);
      expect(base % bytes).toBe(0);
      const passes = new Set(runs.map(({ pass }) => pass));
      // the sums of a weight gradient may not fit the accumulator; the others always do
      expect(passes.has('fprop') && passes.has('dgrad')).toBe(true);
      const operandOf = (name: string) => {
        const image = images.find((one) => one.name === name)!;
        return config.format === 'int8'
          ? new Int8Array(image.bytes.slice().buffer)
          : (unpackResult(image.bytes, 'bf16', true) as Float32Array);
      };
      for (const { pass, plan, expected, title } of runs.filter(({ title }) => !title.endsWith('narrow'))) {
        const { first, second } = PASS_TENSORS[pass];
        const result = unpackResult(expected, config.format, false) as Int32Array | Float32Array;
        const verdict = judge(layer, pass, { first: operandOf(first), second: operandOf(second) }, result);
        expect([title, verdict.wrong]).toEqual([title, 0]);
        expect(result.some((value) => value !== 0)).toBe(true);
        expect(plan.memory.output.address + plan.memory.output.bytes).toBeLessThanOrEqual(base + bytes);
      }
      expect(selfTestFiles(config).reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(250_000);
    });
    fc.assert(property, { seed: 21, numRuns: 12, examples: extremes.map((config) => [config]) });
  });

  it('has a stack for wide vectors in Verilator', () => {
    const pageOf = (config: Config) => selfTestFiles(config).find(({ path }) => path.endsWith('.md'))!.text;
    expect(pageOf({ ...tiny4, array: { rows: 128, columns: 1 } })).toContain('(ulimit -s unlimited; obj_dir/');
    expect(pageOf(tiny4)).not.toContain('ulimit');
  });

  it('is the same from run to run, and in the manifest', () => {
    expect(selfTestFiles(structuredClone(tiny4))).toEqual(selfTestFiles(tiny4));
    const files = emit(tiny4);
    const manifest = JSON.parse(files.find(({ path }) => path === 'manifest.json')!.text);
    const listed = manifest.files.map(({ path }: { readonly path: string }) => path);
    for (const { path } of selfTestFiles(tiny4)) expect(listed).toContain(path);
  });
});

describe('rtl.f from another folder', () => {
  it('works by the line that it carries, in Icarus and Verilator', async () => {
    const folder = output(tiny4);
    const elsewhere = root();
    const list = commandIn(folder, 'rtl.f', 'sed').replaceAll('DIR', folder);
    const top = `${tiny4.prefix}top`;
    expect(await shell(`${list} && iverilog -g2005-sv -Wall -f dir.f -s ${top} -o top.vvp`, elsewhere)).toMatchObject({
      text: '',
      code: 0,
    });
    const relative = commandIn(folder, 'rtl.f', 'sed').replaceAll('DIR', 'out');
    const line = `${relative} && iverilog -g2005-sv -Wall -f dir.f -s ${top} -o top.vvp && rm dir.f top.vvp`;
    expect(await shell(line, join(folder, '..'))).toMatchObject({ text: '', code: 0 });
    if (!hasVerilator) return;
    const lint = `verilator --lint-only -Wall -F ${folder}/rtl.f --top-module ${top}`;
    expect(await shell(lint, elsewhere)).toMatchObject({ text: '', code: 0 });
  });
});
