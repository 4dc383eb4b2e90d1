import { expect, it } from 'vitest';
import { missingTools } from '../../generator/base/tools.js';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { simulated, withoutCells } from '../../generator/eda/cells.js';
import { totalOf } from '../../generator/eda/netlist.js';
import { synthesize } from '../../generator/eda/synthesize.js';
import { findYosys } from '../../generator/eda/yosys.js';
import { breakGate, compareRuns, gateFiles } from '../../scripts/gates.js';

const cell = (head: string, ports: readonly string[], ...body: readonly string[]): string =>
  [
    `module ${head} (${ports.join(', ')});`,
    ...body,
    '   specify\n     (A *> Y) = (1, 1);\n   endspecify',
    'endmodule',
  ].join('\n');
const MODELS = [
  cell('OAI21X1', ['A', 'B', 'C', 'Y'], 'output Y ;', '   or  (I0, A, B);', '   and (I1, I0, C);', '   not (Y, I1);'),
  cell('MUX2X1', ['A', 'B', 'S', 'Y'], 'output Y ;', '   udp_mux2 (I0, B, A, S);', '   not (Y, I0);'),
  cell(
    'DFFPOSX1',
    ['CLK', 'D', 'Q'],
    'output Q ;',
    "   udp_dff (DS0000, D, CLK, 1'B0, 1'B0, NOTIFIER);",
    '   buf (Q, DS0000);',
  ),
].join('\n\n');
const instance = (type: string, ports: Readonly<Record<string, string>>): string =>
  `  ${type} _1_ (\n${Object.entries(ports)
    .map(([port, net]) => `    .${port}(${net})`)
    .join(',\n')}\n  );`;

it.each([
  [instance('OAI21X1', { A: 'a', B: '\\b.c [1]', C: "1'h1", Y: 'y' }), "  assign y = ~(((a | \\b.c [1]) & 1'h1));"],
  [instance('MUX2X1', { A: 'S', B: 'b', S: 'A', Y: 'Y' }), '  assign Y = ~((A ? S : b));'],
  [
    instance('DFFPOSX1', { CLK: 'clk_i', D: 'd', Q: 'q[3]' }),
    '  reg flip_flop_0;\n  always @(posedge clk_i) flip_flop_0 <= (d);\n  assign q[3] = flip_flop_0;',
  ],
  [instance('bpi_fifo', { a_i: 'a' }), instance('bpi_fifo', { a_i: 'a' })],
])('writes out %s', (text, expected) => expect(withoutCells(`${text}\n`, MODELS)).toBe(`${expected}\n`));

it('refuses a cell whose model it does not know', () => {
  const models = cell('LATCH', ['CLK', 'D', 'Q'], 'output Q ;', "   udp_tlat (DS0000, D, CLK, 1'B0, 1'B0, NOTIFIER);");
  expect(() => withoutCells(`${instance('LATCH', { D: 'd', Q: 'q' })}\n`, models)).toThrow('LATCH has udp_tlat');
});

it('has flip-flops begin with 0, and show a value after the edge', () => {
  const primitive =
    'primitive udp_dff (out, in, clk, clr, set, NOTIFIER);\n   table\n   endtable\nendprimitive // udp_dff';
  const made = simulated(`${MODELS}\n\n${primitive}\n\nprimitive udp_mux2 (out);\nendprimitive`);
  expect(made).toContain("   udp_dff flip_flop (DS0000, D, CLK, 1'B0, 1'B0, NOTIFIER);\n");
  expect(made).toContain("initial out = 1'b0;");
  expect(made).toContain('out <= #0.1');
  expect(made).toMatch(/endmodule\n\nprimitive udp_mux2 \(out\);\nendprimitive$/);
});

it.each([
  ['generic', '  assign a = b & c;\n  assign d = e & f;\n', '  assign a = b & c;\n  assign d = e | f;\n', 'AND'],
  ['asic', '  NAND2X1 _1_ (\n  NAND2X1 _2_ (\n', '  NAND2X1 _1_ (\n  NOR2X1 _2_ (\n', 'NAND'],
] as const)('breaks one gate of %s, or says how many there are', (target, netlist, broken, name) => {
  expect(breakGate(netlist, 1, target)).toBe(broken);
  expect(() => breakGate(netlist, 2, target)).toThrow(`there are 2 ${name} gates`);
});

// one cell and one engine: the least that synthesizes and simulates soon
const small: Config = {
  ...presets.tiny4,
  ...{ name: 'gates', array: { rows: 1, columns: 1 }, engines: ['zerofree'], counters: 'basic' },
};
const layer = parseLayer('C=2,H=3,W=3,N=2,K=2,S=2,P=1');
const given = { layer, pass: 'dgrad', engine: 'zerofree', simulator: 'icarus' } as const;
const options = { target: 'generic', library: 'osu018', simulator: 'icarus' } as const;
/** ANDs of the array's cell, in which most faults show even in so short a layer: the first and some behind it. */
const BROKEN = [0, 7, 20, 50, 80, 120];

it.skipIf(missingTools(['yosys']).length > 0)(
  'passes the netlist of a small accelerator, and fails it with a broken gate',
  async () => {
    const { netlist, synthesis } = await synthesize(small, await findYosys(), { ...options, whole: true });
    // flattened: no bit is kept that no neighbour reads, and no memory is lost
    const { size, cellsApart } = synthesis.whole!;
    const sum = totalOf('all', synthesis.blocks);
    expect(size.flipFlops).toBeLessThan(sum.flipFlops);
    expect(size.flipFlops).toBeGreaterThan(sum.flipFlops / 2);
    expect(size.memoryBits).toBe(sum.memoryBits);
    expect(cellsApart).toBe(true);
    const sound = await compareRuns(small, given, gateFiles(small, netlist, options));
    expect(sound.wrong).toBeUndefined();
    const before = [...netlist.slice(0, netlist.search(/^module \S*bpi_pe\b/m)).matchAll(/^ {2}assign .* & \S+ *;$/gm)]
      .length;
    const outcomes: (string | undefined)[] = [];
    for (const gate of BROKEN) {
      const broken = await compareRuns(small, given, gateFiles(small, breakGate(netlist, before + gate), options));
      outcomes.push(broken.wrong);
      if (broken.wrong?.includes('wrong values')) return;
    }
    expect.fail(`none of the broken gates gave wrong values: ${outcomes}`);
  },
);
