import { expect, it } from 'vitest';
import type { Design } from '../../generator/eda/design.js';
import { type ModulePart, partsOf } from '../../generator/eda/parts.js';
import { findYosys } from '../../generator/eda/yosys.js';

const COUNTERS = Array.from(
  { length: 40 },
  (_, index) => `reg [${(index % 9) + 3}:0] count_${index};
  always @(posedge clk) if (en) count_${index} <= ones(count_${index} + d[${index % 4}]) ^ (d[1] ? count_${index} : d);`,
);
const CELL = `module bpi_cell(input clk, input en, input [3:0] d, output q);
  function [3:0] ones(input [11:0] x);
    integer i;
    begin
      ones = 0;
      for (i = 0; i < 12; i = i + 1) ones = ones + x[i];
    end
  endfunction
  ${COUNTERS.join('\n  ')}
  assign q = ^{${COUNTERS.map((_, index) => `count_${index}`).join(', ')}};
endmodule
`;
const OTHER = CELL.replace('bpi_cell', 'bpi_other').replaceAll('count_', 'sum_');
const top = (names: readonly string[]): string => `module bpi_top(input clk, input en, input [3:0] d, output [2:0] q);
${names.map((name, index) => `  (* keep_hierarchy *) ${name} u_${index}(clk, en, d, q[${2 * index}]);`).join('\n')}
  (* keep_hierarchy *) bpi_ram u_ram(clk, q[1]);
endmodule
`;

const partsIn = async (sources: readonly string[], names: readonly string[]): Promise<readonly ModulePart[]> => {
  const files = Object.fromEntries([...sources, top(names)].map((text, index) => [`${index}.v`, text]));
  const script = [
    'read_verilog -lib ram.v',
    `read_verilog ${Object.keys(files).join(' ')}`,
    'hierarchy -top bpi_top',
    'proc',
    'flatten',
    'opt_merge',
    'opt_clean',
    'write_json out.json',
  ];
  const yosys = await findYosys();
  const inputs = { ...files, 'ram.v': 'module bpi_ram(input clk, output q); endmodule' };
  const { 'out.json': made } = await yosys.run(script, inputs, ['out.json']);
  return partsOf(JSON.parse(made!) as Design);
};

it('takes a design apart into modules whose text does not depend on the others', async () => {
  const alone = await partsIn([CELL], ['bpi_cell']);
  const beside = await partsIn([OTHER, CELL], ['bpi_other', 'bpi_cell']);
  const cell = (parts: readonly ModulePart[]): ModulePart => parts.find(({ name }) => name === 'bpi_cell')!;
  expect(cell(beside)).toEqual(cell(alone));
  expect(beside.map(({ name }) => name).sort()).toEqual(['bpi_cell', 'bpi_other', 'bpi_top']);
});

it('leaves what is below a module as boxes: ports of those that are mapped, names of those that Verilog declares', async () => {
  const parts = await partsIn([CELL], ['bpi_cell']);
  const { json, boxes } = parts.find(({ name }) => name === 'bpi_top')!;
  const { modules } = JSON.parse(json) as Design;
  expect(boxes).toEqual(['bpi_ram']);
  expect(modules.bpi_cell).toMatchObject({ attributes: { blackbox: 1 }, cells: {} });
  expect(Object.keys(modules.bpi_cell!.ports)).toEqual(['clk', 'en', 'd', 'q']);
});
