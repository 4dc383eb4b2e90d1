import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { partRegisters } from '../../generator/eda/carryChains.js';
import { freeRegisters } from '../../generator/eda/controls.js';
import type { Design } from '../../generator/eda/design.js';
import { findingOf, findRouter } from '../../generator/eda/nextpnr.js';
import { mapping, mappingFiles } from '../../generator/eda/targets.js';
import { findYosys } from '../../generator/eda/yosys.js';

/** A register: how it is reset and enabled, and what it takes: an input, another register, a function, or its own next number. */
interface Register {
  readonly bits: number;
  readonly reset: 'none' | 'zero' | 'one' | 'asynchronous';
  readonly enabled: boolean;
  /** A reset that waits for the enable. */
  readonly waits: boolean;
  readonly takes: 'input' | 'register' | 'function' | 'count';
}
const register: fc.Arbitrary<Register> = fc.record({
  bits: fc.integer({ min: 6, max: 9 }), // fewer share no enable
  reset: fc.constantFrom('none', 'zero', 'one', 'asynchronous'),
  enabled: fc.boolean(),
  waits: fc.boolean(),
  takes: fc.constantFrom('input', 'register', 'function', 'count'),
});

const verilog = (registers: readonly Register[]): string => {
  const one = ({ bits, reset, enabled, waits, takes }: Register, n: number): string => {
    const before = n === 0 ? `d[${bits - 1}:0]` : `r${n - 1}`;
    const next = { input: 'd', register: before, function: `d ^ {d, ${before}} >> 3`, count: `r${n} + 1'b1` }[takes];
    const enable = enabled ? `if (en[${n}]) ` : '';
    const value = `r${n} <= {${bits}{1'b${reset === 'one' ? 1 : 0}}}`;
    const cleared = (load: string): string => (reset === 'none' ? load : `if (rst[${n}]) ${value}; else ${load}`);
    const body =
      waits && reset !== 'asynchronous'
        ? `${enable}begin ${cleared(`r${n} <= ${next};`)} end`
        : cleared(`${enable}r${n} <= ${next};`);
    return `reg [${bits - 1}:0] r${n};
      always @(posedge clk${reset === 'asynchronous' ? `, posedge rst[${n}]` : ''}) ${body}`;
  };
  const last = registers.length - 1;
  return `module t(input clk, input [${last}:0] rst, input [${last}:0] en, input [8:0] d, output [8:0] q);
    ${registers.map(one).join('\n')}
    assign q = ${registers.map((_, n) => `r${n}`).join(' ^ ')};
  endmodule`;
};

/** Cells as their maker defines them: a synchronous reset waits for the enable, an asynchronous one does not. */
const flipFlops = ['', 'E'].flatMap((enable) =>
  ['', 'SR', 'SS', 'R', 'S'].map((reset) => {
    const [port, value] = [reset.at(-1), reset.endsWith('S') ? 1 : 0];
    const load = reset.length === 2 ? `Q <= ${port} ? 1'b${value} : D;` : 'Q <= D;';
    const ports = ['C', 'D', ...(enable ? ['E'] : []), ...(port ? [port] : [])];
    const asynchronous = reset.length === 1;
    return `module SB_DFF${enable}${reset}(output reg Q, input ${ports.join(', ')});
      always @(posedge C${asynchronous ? `, posedge ${port}` : ''}) ${asynchronous ? `if (${port}) Q <= 1'b${value}; else ` : ''}${enable ? 'if (E) ' : ''}${load}
    endmodule`;
  }),
);
const CELLS = `${flipFlops.join('\n')}
module SB_CARRY(output CO, input I0, I1, CI); assign CO = (I0 && I1) || ((I0 || I1) && CI); endmodule
module SB_LUT4(output O, input I0, I1, I2, I3); parameter [15:0] LUT_INIT = 0; assign O = LUT_INIT[{I3, I2, I1, I0}]; endmodule
`;

/** Yosys commands that read a module and make it registers and gates. */
const gates = (name: string): readonly string[] => [
  ...[`read_json ${name}.json`, 'read_verilog cells.v', `hierarchy -top ${name}`],
  ...['proc', 'flatten', 'async2sync', 'dffunmap', 'opt_clean', `design -stash ${name}`],
];
const EQUAL = [
  ...[
    'design -copy-from gold gold',
    'design -copy-from gate gate',
    'equiv_make gold gate equiv',
    'hierarchy -top equiv',
  ],
  ...['equiv_simple', 'equiv_induct', 'equiv_status -assert'],
];

it('leaves what a design does, and no enable or reset where a logic cell has a LUT to spare', async () => {
  const yosys = await findYosys();
  let freedOnes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(register, { minLength: 2, maxLength: 5 }), async (registers) => {
      const { 't.json': made } = await yosys.run(
        ['read_verilog t.v', ...mapping('ice40', 't', 'hx8k'), 'write_json t.json'],
        { 't.v': verilog(registers), ...mappingFiles('ice40', '') },
        ['t.json'],
      );
      const { modules } = JSON.parse(made!) as Design;
      const design: Design = { modules: { t: modules.t! } };
      const freed = freeRegisters(design, 't');
      expect(freeRegisters(freed, 't')).toEqual(freed);
      const typesOf = (of: Design): readonly string[] => Object.values(of.modules.t!.cells).map(({ type }) => type);
      // a bit that is only moved keeps nothing but an asynchronous reset
      const kept = registers.filter(({ takes, reset }) => takes !== 'input' || reset === 'asynchronous');
      const held = typesOf(freed).filter((type) => /^SB_DFF./.test(type)).length;
      expect(held).toBeLessThanOrEqual(kept.reduce((sum, { bits }) => sum + bits, 0));
      freedOnes += typesOf(freed).length - typesOf(design).length;
      const { cells, ...rest } = partRegisters(freed, 't').modules.t!;
      // names of nets are compared, and those inside of cells may differ
      const gate = {
        ...rest,
        cells: Object.fromEntries(Object.entries(cells).map(([name, one]) => [`new_${name}`, one])),
      };
      const inputs = {
        'gold.json': JSON.stringify({ modules: { gold: design.modules.t } }),
        'gate.json': JSON.stringify({ modules: { gate } }),
        'cells.v': CELLS,
      };
      await yosys.run([...gates('gold'), ...gates('gate'), ...EQUAL], inputs, []);
    }),
    { seed: 18, numRuns: 8 },
  );
  expect(freedOnes).toBeGreaterThan(0);
});

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('ends a nextpnr that comes to no end, and says what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpi-nextpnr-'));
  folders.push(folder);
  const forever =
    '#!/bin/sh\n[ "$1" = --version ] && echo "(Version 9.9)" && exit\necho "Info: Routing.."\nwhile :; do :; done\n';
  writeFileSync(join(folder, 'nextpnr-ice40'), forever, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  const { log, asc } = await (await findRouter())!.route('{}', [], 1);
  expect(asc).toBeUndefined();
  expect(log).toContain('Routing..');
  expect(findingOf(log)).toBe(
    'no end after 1 s of processor time: the device is too full to route; try another seed, or a smaller accelerator',
  );
});
