import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { runCli } from '../../generator/cli/program.js';
import { presets } from '../../generator/description/presets.js';
import { MULTIPLY } from '../../generator/eda/multiply.js';
import { type BlockSize, blockName, blockSizes, delayOf, totalOf } from '../../generator/eda/netlist.js';
import { formatSynthesis, shareOf } from '../../generator/eda/report.js';
import { designSources } from '../../generator/eda/sources.js';
import { type Runs, smallerOf, synthesize } from '../../generator/eda/synthesize.js';
import {
  type CellKind,
  cellAreas,
  kindOf,
  mapping,
  mappingFiles,
  multiplexersOf,
  TARGETS,
} from '../../generator/eda/targets.js';
import { findYosys, type Yosys } from '../../generator/eda/yosys.js';

const COUNTER = `module bpi_cell(input clk, input d, output reg q); always @(posedge clk) q <= !d; endmodule
module bpi_top(input clk, input [1:0] d, output [1:0] q);
  (* keep_hierarchy *) bpi_cell a(clk, d[0], q[0]);
  (* keep_hierarchy *) bpi_cell b(clk, d[1], q[1]);
endmodule`;
const SCRIPT = ['read_verilog top.v', 'synth -flatten -top bpi_top', 'write_json top.json'];

it('names blocks with and without parameters', () => {
  expect(blockName('$paramod$1f0a\\bpi_fifo', 'bpi_')).toBe('fifo');
  expect(blockName("$paramod\\bpi_pe\\ADD_STAGES=s32'01", 'bpi_')).toBe('pe');
  expect(blockName('bpi_top', 'bpi_')).toBe('top');
  expect(blockName('$_AND_', 'bpi_')).toBeUndefined();
});

it('reads areas and delays', () => {
  const liberty =
    'library(x) {\ncell (AND2X1) {\n  cell_footprint : "and2";\n  area : 32;\n}\ncell (INVX1) { area : 16.5; }\n}';
  expect([...cellAreas(liberty)]).toEqual([
    ['AND2X1', 32],
    ['INVX1', 16.5],
  ]);
  const log = [
    "2.1.1. Extracting gate netlist of module `\\a' to `x'..",
    'ABC: WireLoad = "none"  Gates = 2  Delay =   120.50 ps  (  1 %)',
    'ABC: WireLoad = "none"  Gates = 2  Delay =    90.00 ps  (  1 %)',
  ].join('\n');
  expect(delayOf(log)).toBe(120.5);
  expect(delayOf('no path')).toBeUndefined();
});

it('sums instances, memory bits and kinds of cells', () => {
  const memory = { type: 'bpi_sram_1r1w', parameters: { WIDTH: '1000', DEPTH: '100' } };
  const netlist = {
    modules: {
      bpi_top: { cells: { a: { type: '$paramod\\bpi_pe' }, b: { type: '$paramod\\bpi_pe' }, m: memory } },
      '$paramod\\bpi_pe': { cells: { f: { type: 'SB_DFFE' }, l: { type: 'SB_LUT4' }, k: { type: 'SB_LUT4' } } },
    },
  };
  const reading = {
    prefix: 'bpi_',
    top: 'bpi_top',
    memory: 'sram_1r1w',
    areas: new Map<string, number>(),
    delays: new Map([['$paramod\\bpi_pe', 70]]),
  };
  const [pe, top] = blockSizes(netlist, reading);
  expect(pe).toMatchObject({ block: 'pe', instances: 2, cells: 6, luts: 4, flipFlops: 2, memoryBits: 0, delay: 70 });
  expect(top).toMatchObject({ block: 'top', instances: 1, cells: 0, memoryBits: 32 });
  expect(kindOf('FDRE')).toEqual({ flipFlops: 1 });
  expect(kindOf('RAMB18E1')).toEqual({ blockRams: 0.5 });
});

it.each(['SB_CARRY', 'PFUMX', 'L6MUX21', 'CARRY4', 'MUXF7', 'MUXF8'])('does not count %s as a LUT', (type) =>
  expect(kindOf(type)).toEqual({}),
);
it.each([
  ['LUT6', 1],
  ['SRL16E', 1],
  ['CCU2C', 2],
  ['RAM64M', 4],
  ['TRELLIS_DPR16X4', 6],
])('counts %s as %i LUTs', (type, luts) => expect(kindOf(type)).toEqual({ luts }));

it('reads sources that do not name the configuration, so that a block of two of them is mapped once', () => {
  const renamed = designSources({ ...presets.tiny4, name: 'other' }, [], []).files;
  const given = designSources(presets.tiny4, [], []).files;
  for (const name of ['bpi_sram_1r1w.v', 'bpi_dma_write.v', 'bpi_pe.v']) expect(renamed[name]).toBe(given[name]);
  expect(given['bpi_dma_write.v']).toContain('endmodule');
});

it.each([false, true])('synthesizes; WebAssembly: %s', async (wasm) => {
  const yosys = await findYosys(wasm);
  const made = await yosys.run(SCRIPT, { 'top.v': COUNTER }, ['top.json']);
  const netlist = JSON.parse(made['top.json']!);
  expect(Object.keys(netlist.modules)).toEqual(expect.arrayContaining(['bpi_cell', 'bpi_top']));
  await expect(yosys.run(['read_verilog top.v'], { 'top.v': 'module' }, [])).rejects.toThrow(/ERROR.*syntax error/);
});

it.each([
  ['ice40', 2],
  ['ecp5', 1],
  ['xilinx', 0.5],
] as const)('makes block RAM of a memory on %s, without logic against collisions', async (target, blockRams) => {
  const { files } = designSources(presets.tiny4, [], []);
  const top = 'bpi_sram_1r1w';
  const sizes = '-set WIDTH 32 -set DEPTH 128 -set LANES 4 -set ADDR_W 7';
  const yosys = await findYosys();
  const { 'out.json': made } = await yosys.run(
    [
      `read_verilog -DSYNTHESIS ${top}.v`,
      `chparam ${sizes} ${top}`,
      ...mapping(target, top, 'hx8k'),
      'write_json out.json',
    ],
    { ...files, ...mappingFiles(target, '') },
    ['out.json'],
  );
  const cells = Object.values(JSON.parse(made!).modules[top].cells as Record<string, { type: string }>);
  const sum = (count: (kind: CellKind) => number | undefined): number =>
    cells.reduce((all, { type }) => all + (count(kindOf(type)) ?? 0), 0);
  expect(sum((kind) => kind.blockRams)).toBe(blockRams);
  expect(sum((kind) => kind.flipFlops)).toBe(0);
  expect(sum((kind) => kind.luts)).toBeLessThanOrEqual(8);
});

it.each([
  [2, 2],
  [3, 5],
  [5, 3],
  [4, 4],
  [6, 2],
])('makes rows of carry chains of a signed product of %i and %i bits, and no other value', async (a, b) => {
  const product = (name: string): string => `module ${name}(input signed [${a - 1}:0] a, input signed [${b - 1}:0] b,
    output signed [${a + b - 1}:0] y);
    assign y = a * b;
  endmodule`;
  const yosys = await findYosys();
  const { 'map.json': made } = await yosys.run(
    [
      'read_verilog product.v',
      'techmap -map multiply.v rows/t:$mul',
      'write_json map.json',
      'miter -equiv -flatten -make_assert whole rows miter',
      'sat -verify -prove-asserts miter',
    ],
    { 'product.v': `${product('whole')}\n${product('rows')}`, 'multiply.v': MULTIPLY },
    ['map.json'],
  );
  const types = Object.values(JSON.parse(made!).modules.rows.cells as Record<string, { type: string }>);
  expect(types.filter(({ type }) => type === '$mul')).toHaveLength(0);
  expect(types.length).toBeGreaterThan(0);
});

describe('without what it needs', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it.each([
    [['--target', 'asic', '--library', 'osu035'], /osu035: not found.*\n.*sudo apt-get install -y qflow-tech-osu035\n/],
    [['--target', 'ice40', '--device', 'up5k'], /nextpnr-ice40, icepack: not found.*\n.*npm install @yowasp/],
  ])('exits with 3 and says what to install: %j', async (args, message) => {
    vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(1000);
    vi.stubEnv('PATH', '/nowhere');
    vi.stubEnv('XDG_DATA_DIRS', '/nowhere');
    let err = '';
    const terminal = { out: () => undefined, err: (text: string) => (err += text), color: false };
    expect(await runCli(['synth', 'tiny4', ...args], terminal as never)).toBe(3);
    expect(err).toMatch(message);
  });
});

it.each([
  [['--target', 'asics'], 'asics'],
  [['--target', 'ecp5', '--device', 'hx8k'], 'only ice40 is placed and routed, not ecp5'],
  [['--bitstream', 'x.bin'], 'only ice40 is placed and routed, not generic'],
  [['--target', 'ice40', '--bitstream', 'x.txt'], 'the name does not end in .bin or .asc'],
  [['--target', 'ice40', '--device', 'ice9'], 'ice9'],
  [['--target', 'ice40', '--seed', '-1'], '--seed'],
  [['--target', 'ice40', '--netlist', 'x.v'], 'only generic and asic'],
  [['--only', 'pie'], 'no block "pie"'],
  [['--library', 'osu018'], 'only asic maps to a library of standard cells, not generic'],
  [['--target', 'ice40', '--library', 'osu035'], 'only asic maps to a library of standard cells, not ice40'],
])('refuses %j', async (args, message) => {
  let err = '';
  const terminal = { out: () => undefined, err: (text: string) => (err += text), color: false };
  expect(await runCli(['synth', 'tiny4', ...args], terminal as never)).toBe(2);
  expect(err).toContain(message);
});

const sizeOf = (block: string, counts: Partial<BlockSize>): BlockSize => ({
  ...totalOf(block, []),
  instances: 1,
  ...counts,
});
const BASE = { name: 'tiny4', target: 'ecp5', tool: 'Yosys' } as const;

it('names the blocks of address generation that are there', () => {
  const blocks = ['tap_walker', 'divider'].map((block) => totalOf(block, []));
  const text = formatSynthesis({ ...BASE, target: 'generic', blocks });
  expect(text).toContain('address generation: 0 cells (tap_walker)\n');
});

describe('the whole and its blocks', () => {
  const blocks = [
    sizeOf('pe', { instances: 16, luts: 300, flipFlops: 30 }),
    sizeOf('tap_walker', { luts: 80, cells: 90 }),
    sizeOf('csr', { luts: 20, flipFlops: 2 }),
  ];
  const [narrow, wide] = [sizeOf('whole', { luts: 350, flipFlops: 28, dsps: 16 }), sizeOf('whole', { luts: 1390 })];

  it('are printed: the whole first, the way it was mapped and what the other way gave', () => {
    const whole = { size: narrow, cellsApart: false, multiplexers: 'narrow', tried: { narrow, wide } } as const;
    expect(formatSynthesis({ ...BASE, blocks, whole })).toBe(`tiny4 for ecp5, Yosys
  block       instances  cells  LUTs  flip-flops  block RAMs  DSPs  memory bits    share
  whole                      0   350          28           0    16            0
  pe                 16      0   300          30           0     0            0   75.0 %
  tap_walker          1     90    80           0           0     0            0   20.0 %
  csr                 1      0    20           2           0     0            0    5.0 %
  all blocks         18     90   400          32           0     0            0  100.0 %
  whole: flattened, without wide multiplexers (with them 1,390 LUTs)
  blocks: each mapped alone, so it keeps what no neighbour reads; shares are of their sum
  address generation: 90 cells, 20.0 % of all blocks (tap_walker)
`);
    const other = { ...whole, multiplexers: 'wide', cellsApart: true } as const;
    expect(formatSynthesis({ ...BASE, blocks, whole: other })).toContain(
      '\n  whole: flattened, the cells of the array apart, with wide multiplexers (without them 350 LUTs)\n',
    );
    const plain = formatSynthesis({ ...BASE, blocks });
    expect(plain).not.toContain('whole');
    expect(plain).toContain('all blocks');
  });

  it('have shares that add up: of areas, else LUTs, else cells', () => {
    const sum = (of: readonly BlockSize[]): number => of.reduce((all, size) => all + shareOf(size, of), 0);
    for (const unit of ['area', 'luts', 'cells'] as const) {
      const some = [3, 5, 0].map((count, index) => sizeOf(`${index}`, { cells: 7, [unit]: count }));
      expect(sum(some)).toBeCloseTo(1);
      expect(shareOf(some[0]!, some)).toBeCloseTo(3 / 8);
    }
    expect(shareOf(sizeOf('fifo', {}), [sizeOf('fifo', { memoryBits: 9 })])).toBe(0);
  });

  it.each([
    ['narrow', 9, 5, 10, 1],
    ['wide', 10, 1, 9, 5],
    ['wide', 9, 5, 9, 4],
    ['narrow', 9, 4, 9, 5],
    ['narrow', 9, 5, 9, 5],
  ] as const)(
    'take the smaller: %s, of %i LUTs and %i flip-flops, and %i and %i',
    (chosen, luts, ffs, others, more) => {
      const tried = {
        narrow: sizeOf('whole', { luts, flipFlops: ffs }),
        wide: sizeOf('whole', { luts: others, flipFlops: more }),
      };
      expect(smallerOf(tried)).toBe(chosen);
    },
  );

  it('are mapped on ECP5 with and without wide multiplexers, elsewhere in one way', () => {
    for (const target of TARGETS) expect(multiplexersOf(target)).toHaveLength(target === 'ecp5' ? 2 : 1);
    expect(multiplexersOf('ecp5').map((way) => mapping('ecp5', 't', 'hx8k', way))).toEqual([
      ['synth_ecp5 -abc9 -nowidelut -top t'],
      ['synth_ecp5 -abc9 -top t'],
    ]);
  });
});

describe('with a Yosys that counts runs', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const folders: string[] = [];
  const cells = (type: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${type}_${index}`, { type, connections: {} }]));
  const module = (of: object) => ({ ports: {}, netnames: {}, cells: of });

  /** As many LUTs as `luts` says for a script; top holds csr, unless all is flat. */
  const counting = (luts: (script: string) => number): { readonly yosys: Yosys; readonly scripts: string[] } => {
    folders.push(mkdtempSync(join(tmpdir(), 'bpi-cache-')));
    vi.stubEnv('BP_IM2COL_CACHE', folders.at(-1)!);
    const scripts: string[] = [];
    const run: Yosys['run'] = async (script, inputs, outputs) => {
      const text = script.join('\n');
      scripts.push(text);
      const csr = { u_csr: { type: 'bpi_csr', connections: {} } };
      const isKept = Object.values(inputs).some((file) => file.includes('(* keep_hierarchy *) module bpi_csr'));
      const elaborated = { bpi_top: module(isKept ? csr : {}), ...(isKept ? { bpi_csr: module({}) } : {}) };
      const name = /-top (\S+)$/m.exec(text)?.[1] ?? '';
      const below = name === 'bpi_top' && inputs['part.json']?.includes('u_csr') ? csr : {};
      const mapped = { [name]: module({ ...cells('LUT4', luts(text)), ...below }) };
      const made = (output: string): object => ({ modules: output === 'netlist.json' ? mapped : elaborated });
      return Object.fromEntries(outputs.map((output) => [output, JSON.stringify(made(output))]));
    };
    return { yosys: { version: 'Yosys', identity: 'counting', run }, scripts };
  };
  const options = { target: 'ecp5', library: 'osu018' } as const;

  it.each([
    ['narrow', 5],
    ['wide', 500],
  ] as const)('reports the smaller whole, %s, and blocks without wide multiplexers', async (chosen, narrow) => {
    const { yosys, scripts } = counting((script) =>
      script.includes('-top bpi_csr') ? 70 : script.includes('-nowidelut') ? narrow : 50,
    );
    const told: (readonly [Runs, Runs])[] = [];
    const onProgress = (...runs: readonly [Runs, Runs]): unknown => told.push(runs);
    const { synthesis } = await synthesize(presets.tiny4, yosys, { ...options, whole: true, onProgress });
    const { whole, blocks } = synthesis;
    expect(whole).toMatchObject({ size: { luts: Math.min(narrow, 50) }, multiplexers: chosen, cellsApart: false });
    expect(whole!.tried).toMatchObject({ narrow: { luts: narrow }, wide: { luts: 50 } });
    expect(blocks.map(({ block, luts }) => [block, luts])).toEqual(
      [
        ['csr', 70],
        ['top', narrow],
      ].sort(([, a], [, b]) => Number(b) - Number(a)),
    );
    expect(scripts.filter((script) => script.includes('-nowidelut'))).toHaveLength(3);
    expect(told[0]).toEqual([
      { done: 0, all: 2 },
      { done: 0, all: 2 },
    ]);
    expect(told.at(-1)).toEqual([
      { done: 2, all: 2 },
      { done: 2, all: 2 },
    ]);
    // from the cache
    const before = scripts.length;
    expect(await synthesize(presets.tiny4, yosys, { ...options, whole: true })).toMatchObject({ synthesis });
    expect(scripts).toHaveLength(before);
    // the blocks of the whole are those that are asked for alone
    const alone = await synthesize(presets.tiny4, yosys, options);
    expect(alone.synthesis.blocks).toEqual(blocks);
    expect(alone.synthesis.whole).toBeUndefined();
    expect(scripts.slice(before).filter((script) => script.includes('synth_ecp5'))).toEqual([]);
  });

  it('gives its one error, and keeps nothing of what failed', async () => {
    const failure = new UserError([{ code: 'YOSYS', path: 'Yosys', message: 'ERROR: it broke', fix: 'report it' }]);
    const { yosys } = counting((script) => {
      if (script.includes('synth_ecp5 -abc9 -top bpi_top')) throw failure;
      return 3;
    });
    await expect(synthesize(presets.tiny4, yosys, { ...options, whole: true })).rejects.toBe(failure);
    expect(readdirSync(folders.at(-1)!).filter((entry) => entry.startsWith('synth'))).toEqual([]);
    expect((await synthesize(presets.tiny4, yosys, options)).synthesis.blocks).toHaveLength(2);
  });
});

describe('with a yosys of ours in the path', () => {
  const folders: string[] = [];
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const synth = async (
    body: string,
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
    const folder = mkdtempSync(join(tmpdir(), 'bpi-yosys-test-'));
    folders.push(folder);
    writeFileSync(
      join(folder, 'yosys'),
      `#!/bin/sh\nif [ "$1" = -V ]; then echo "Yosys 0.23 (ours)"; exit; fi\n${body}`,
      {
        mode: 0o755,
      },
    );
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    vi.stubEnv('BP_IM2COL_CACHE', join(folder, 'cache'));
    let [out, err] = ['', ''];
    const terminal = { out: (text: string) => (out += text), err: (text: string) => (err += text), color: false };
    return { code: await runCli(['synth', 'tiny4', ...args], terminal as never), out, err };
  };
  /** Two LUTs without wide multiplexers, three with them. */
  const LUTS = `
one='{"modules":{"bpi_top":{"ports":{},"netnames":{},"cells":{}}}}'
echo "$one" > design.json
echo "$one" > memories.json
cells='"a":{"type":"LUT4"},"b":{"type":"LUT4"}'
grep -q nowidelut script.ys || cells="$cells,"'"c":{"type":"LUT4"}'
echo '{"modules":{"bpi_top":{"cells":{'"$cells"'}}}}' > netlist.json
`;

  it('prints the whole as total, as text and as JSON', async () => {
    const text = await synth(LUTS, '--target', 'ecp5');
    expect(text.code).toBe(0);
    expect(text.out).toContain('\n  whole: flattened, without wide multiplexers (with them 3 LUTs)\n');
    const { code, out } = await synth(LUTS, '--target', 'ecp5', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      total: { block: 'whole', luts: 2 },
      whole: { multiplexers: 'narrow', cellsApart: false, tried: { narrow: { luts: 2 }, wide: { luts: 3 } } },
      blocks: [{ block: 'top', luts: 2, share: 1 }],
      sum: { luts: 2 },
    });
    expect(JSON.parse((await synth(LUTS, '--target', 'xilinx', '--json')).out).total).toMatchObject({ luts: 3 });
  });

  it.each([['--blocks'], ['--only', 'csr']])('leaves out the whole with %s', async (...args) => {
    const { out } = await synth(LUTS, '--target', 'ecp5', '--json', ...args);
    const { whole, total, sum } = JSON.parse(out);
    expect(whole).toBeUndefined();
    expect(total).toEqual(sum);
  });

  it('keeps the cells of a large array apart', async () => {
    const { out } = await synth(
      LUTS,
      '--target',
      'xilinx',
      '--json',
      '--set',
      'array.rows=13',
      '--set',
      'array.columns=5',
    );
    expect(JSON.parse(out).whole.cellsApart).toBe(true);
  });

  it('prints its one error', async () => {
    const { code, out, err } = await synth('echo "ERROR: it broke"; exit 1', '--target', 'ecp5');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error\n {2}Yosys 0\.23: ERROR: it broke \[YOSYS\]\n {4}fix: .*\n$/);
  });
});
