import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Design } from '../../generator/eda/design.js';
import { mapping, mappingFiles } from '../../generator/eda/targets.js';
import { findYosys } from '../../generator/eda/yosys.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();

/** What a register holds next: of itself (r), an input, the register before it, and a constant. */
const NEXT: Readonly<Record<string, (r: string, before: string, constant: number) => string>> = {
  down: (r) => `${r} - 1'b1`,
  less: (r, _before, constant) => `${r} - ${constant}`,
  difference: (r, before) => `${before} - ${r}`,
  chosen: (r, before) => `(d[0] ? d : ${before}) + ${r}`,
  sum: (r, before) => `${r} + (${before} ^ d)`,
  compared: (r, before, constant) => `${r} < ${before} ? d : ${r} - ${constant}`,
  constant: (r, _before, constant) => `${constant} - ${r}`,
};

interface Register {
  readonly bits: number;
  readonly reset: 'none' | 'zero' | 'one';
  readonly enabled: boolean;
  readonly signed: boolean;
  readonly next: string;
  readonly constant: number;
}
const fields = {
  bits: fc.integer({ min: 3, max: 8 }),
  reset: fc.constantFrom('none', 'zero', 'one'),
  enabled: fc.boolean(),
  signed: fc.boolean(),
  constant: fc.integer({ min: 1, max: 9 }),
};

const verilog = (registers: readonly Register[]): string => {
  const one = ({ bits, reset, enabled, signed, next, constant }: Register, n: number): string => {
    const [r, before] = [`r${n}`, n === 0 ? 'd' : `r${n - 1}`];
    const load = `if (load) ${r} <= d; else ${enabled ? `if (en[${n}]) ` : ''}${r} <= ${NEXT[next]!(r, before, constant)};`;
    const clear = reset === 'none' ? '' : `if (rst) ${r} <= {${bits}{1'b${reset === 'one' ? 1 : 0}}}; else `;
    return `reg ${signed ? 'signed ' : ''}[${bits - 1}:0] ${r}; always @(posedge clk) ${clear}${load}`;
  };
  const last = registers.length - 1;
  return `(input clk, rst, load, input [${last}:0] en, input [7:0] d, output [7:0] q);
    ${registers.map(one).join('\n')}
    assign q = ${registers.map((_, n) => `r${n}`).join(' ^ ')};
  endmodule`;
};

const typesOf = (design: Design, top: string): readonly string[] =>
  Object.values(design.modules[top]!.cells).map(({ type }) => type);

/** Compares what two modules give for random inputs, once all registers have been given a value; PASS and how often, or MISMATCH. */
const bench = (registers: readonly Register[]): string => `module tb;
  reg clk = 0, rst = 1, load = 1;
  reg [${registers.length - 1}:0] en = 0;
  reg [7:0] d = 0;
  wire [7:0] is, should;
  gate u_gate (.clk(clk), .rst(rst), .load(load), .en(en), .d(d), .q(is));
  gold u_gold (.clk(clk), .rst(rst), .load(load), .en(en), .d(d), .q(should));
  integer n, seed = 18;
  initial begin
    for (n = 0; n < 2000; n = n + 1) begin
      #1 clk = 1;
      #1 clk = 0;
      if (is !== should || ^is === 1'bx) begin $display("MISMATCH"); $finish; end
      rst = $random(seed) % 16 == 0;
      load = $random(seed) % 8 == 0;
      en = $random(seed);
      d = $random(seed);
    end
    $display("PASS %0d", n);
    $finish;
  end
endmodule
`;

/** Types of the cells that a module becomes. */
const mapped = async (text: string): Promise<readonly string[]> => {
  const { 't.json': made } = await (await findYosys()).run(
    ['read_verilog t.v', ...mapping('xilinx', 't', 'hx8k'), 'write_json t.json'],
    { 't.v': text, ...mappingFiles('xilinx', '') },
    ['t.json'],
  );
  return typesOf(JSON.parse(made!) as Design, 't');
};

it('leaves what sums, differences and registers do', async () => {
  const yosys = await findYosys();
  const kinds = Object.keys(NEXT).map((next) => fc.record({ ...fields, next: fc.constant(next) }));
  let ones = 0;
  await fc.assert(
    fc.asyncProperty(fc.tuple(...kinds), async (registers) => {
      const text = verilog(registers);
      const { 't.json': made, 'gate.v': gate } = await yosys.run(
        [
          ...['read_verilog t.v', ...mapping('xilinx', 't', 'hx8k'), 'write_json t.json', 'rename t gate'],
          ...[
            'read_verilog -overwrite +/xilinx/cells_sim.v',
            'hierarchy -top gate',
            'proc',
            'flatten',
            'write_verilog -noattr gate.v',
          ],
        ],
        { 't.v': `module t${text}`, ...mappingFiles('xilinx', '') },
        ['t.json', 'gate.v'],
      );
      const { modules } = JSON.parse(made!) as Design;
      ones += typesOf({ modules }, 't').filter((type) => type === 'FDSE').length;
      const folder = temporaryFolder();
      writeFiles(folder, [{ path: 'all.v', text: `${gate}\nmodule gold${text}\n${bench(registers)}` }]);
      const run = (tool: string, ...args: string[]) => spawnSync(tool, args, { cwd: folder, encoding: 'utf8' });
      expect(run('iverilog', '-g2005-sv', '-s', 'tb', '-o', 'all.vvp', 'all.v').stderr).toBe('');
      expect(run('vvp', '-N', 'all.vvp').stdout).toBe('PASS 2000\n');
    }),
    { seed: 18, numRuns: 3, endOnFailure: true },
  );
  expect(ones).toBeGreaterThan(0);
});

it('spends no LUT on the complement of a register that counts down, that a chain takes', async () => {
  const text = `module t(input clk, begins, input [7:0] d, output reg done);
    reg [7:0] left;
    always @(posedge clk) begin
      left <= begins ? d : left - 1'b1;
      done <= begins ? 1'b0 : left == 8'd1;
    end
  endmodule`;
  const types = await mapped(text);
  // eight bits that are loaded or counted, and the end in two
  expect(types.filter((type) => /^(LUT|INV)/.test(type))).toHaveLength(10);
});

it('keeps multipliers of which nothing is read but what goes straight to the next one,', async () => {
  const chain = `module t(input clk, input [1:0] en, input signed [31:0] a, b, output signed [17:0] y);
    reg signed [7:0] x [0:3];
    reg signed [15:0] m [0:3];
    reg signed [17:0] s [0:3];
    genvar r;
    generate for (r = 0; r < 4; r = r + 1) begin : row
      wire signed [17:0] above;
      if (r == 0) assign above = 18'sd0; else assign above = s[r-1];
      always @(posedge clk) begin
        x[r] <= a[8*r +: 8];
        if (en[0]) m[r] <= x[r] * $signed(b[8*r +: 8]);
        if (en[1]) s[r] <= above + m[r];
      end
    end endgenerate
    assign y = s[3];
  endmodule`;
  expect((await mapped(chain)).filter((type) => type === 'DSP48E1')).toHaveLength(4);
});
