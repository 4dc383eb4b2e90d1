import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../generator/cli/program.js';
import { presets } from '../../generator/description/presets.js';
import { blockName, blockSizes, delayOf } from '../../generator/eda/netlist.js';
import { formatSynthesis, totalOf } from '../../generator/eda/report.js';
import { designSources } from '../../generator/eda/synthesize.js';
import { type CellKind, cellAreas, kindOf, mapping } from '../../generator/eda/targets.js';
import { findYosys } from '../../generator/eda/yosys.js';

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
    files,
    ['out.json'],
  );
  const cells = Object.values(JSON.parse(made!).modules[top].cells as Record<string, { type: string }>);
  const sum = (count: (kind: CellKind) => number | undefined): number =>
    cells.reduce((all, { type }) => all + (count(kindOf(type)) ?? 0), 0);
  expect(sum((kind) => kind.blockRams)).toBe(blockRams);
  expect(sum((kind) => kind.flipFlops)).toBe(0);
  expect(sum((kind) => kind.luts)).toBeLessThanOrEqual(8);
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

it('names the blocks of address generation that are there', () => {
  const blocks = ['tap_walker', 'divider'].map((block) => totalOf(block, []));
  const text = formatSynthesis({ name: 'tiny4', target: 'generic', tool: 'Yosys', blocks });
  expect(text).toContain('address generation: 0 cells (tap_walker)\n');
});
