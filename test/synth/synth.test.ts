import { expect, it } from 'vitest';
import { runCli } from '../../generator/cli/program.js';
import { blockName, blockSizes, delaysOf } from '../../scripts/synth/netlist.js';
import { cellAreas, kindOf } from '../../scripts/synth/targets.js';
import { findYosys } from '../../scripts/synth/yosys.js';

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
  expect([...delaysOf(log)]).toEqual([['\\a', 120.5]]);
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
    renamed: {},
  };
  const [pe, top] = blockSizes(netlist, reading);
  expect(pe).toMatchObject({ block: 'pe', instances: 2, cells: 6, luts: 4, flipFlops: 2, memoryBits: 0, delay: 70 });
  expect(top).toMatchObject({ block: 'top', instances: 1, cells: 0, memoryBits: 32 });
  expect(kindOf('FDRE')).toEqual({ flipFlops: 1 });
  expect(kindOf('RAMB18E1')).toEqual({ blockRams: 0.5 });
});

it.each([false, true])(
  'synthesizes; WebAssembly: %s',
  async (wasm) => {
    const yosys = await findYosys(wasm);
    const made = await yosys.run(SCRIPT, { 'top.v': COUNTER }, ['top.json']);
    const netlist = JSON.parse(made['top.json']!);
    expect(Object.keys(netlist.modules)).toEqual(expect.arrayContaining(['bpi_cell', 'bpi_top']));
    await expect(yosys.run(['read_verilog top.v'], { 'top.v': 'module' }, [])).rejects.toThrow(/ERROR.*syntax error/);
  },
  60_000,
);

it.each([
  [['--target', 'asics'], 'asics'],
  [['--target', 'ice40', '--netlist', 'x.v'], 'only generic and asic'],
  [['--only', 'pie'], 'no block "pie"'],
])('refuses %j', async (args, message) => {
  let err = '';
  const terminal = { out: () => undefined, err: (text: string) => (err += text), color: false };
  expect(await runCli(['synth', 'tiny4', ...args], terminal as never)).toBe(2);
  expect(err).toContain(message);
});
