import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { missingTools } from '../../generator/base/tools.js';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { partRegisters } from '../../generator/eda/carryChains.js';
import type { Design } from '../../generator/eda/design.js';
import { cutOut, harness } from '../../generator/eda/harness.js';
import { findingOf, findRouter, megahertzOf, utilisationOf } from '../../generator/eda/nextpnr.js';
import { formatRouting } from '../../generator/eda/report.js';
import { route } from '../../generator/eda/route.js';
import { mapping, mappingFiles } from '../../generator/eda/targets.js';
import { findYosys } from '../../generator/eda/yosys.js';

const LOG = `Info: Device utilisation:
Info: 	         ICESTORM_LC: 16423/ 7680   213%
Info: 	        ICESTORM_RAM:    16/   32    50%
Info: 	               SB_IO:     4/  256     1%

ERROR: Unable to place cell 'a_LC', no Bels remaining of type 'ICESTORM_LC'
1 warning, 1 error
`;

it('reads what nextpnr says', () => {
  expect(utilisationOf(LOG)).toEqual({
    ICESTORM_LC: { used: 16423, available: 7680 },
    ICESTORM_RAM: { used: 16, available: 32 },
    SB_IO: { used: 4, available: 256 },
  });
  expect(findingOf(LOG)).toBe('does not fit: 16,423 ICESTORM_LC of 7,680');
  expect(findingOf(LOG.replace('16423/ 7680', '6423/ 7680'))).toBe(
    "Unable to place cell 'a_LC', no Bels remaining of type 'ICESTORM_LC'",
  );
  const report = { fmax: { clk_i$glb_clk: { achieved: 132.38020324707031, constraint: 12 } } };
  expect(megahertzOf(JSON.stringify(report))).toBe(132.38);
  expect(megahertzOf('{}')).toBeUndefined();
});

it('says what came of it', () => {
  const routing = {
    ...{ device: 'up5k' as const, tool: 'nextpnr-ice40 0.4', seed: 3, harness: { inputs: 20, outputs: 30 } },
    used: { ICESTORM_LC: { used: 1234, available: 5280 }, ICESTORM_PLL: { used: 0, available: 1 } },
  };
  expect(formatRouting({ ...routing, megahertz: 20.5 })).toBe(
    "  iCE40 UP5K, nextpnr-ice40 0.4, seed 3: 20.50 MHz\n    1,234 of 5,280 ICESTORM_LC; 30 registers are the harness's\n",
  );
  expect(formatRouting({ ...routing, finding: 'does not fit: x' })).toContain('seed 3: does not fit: x\n');
});

/** a reads port d and what is left out drives, and feeds b, port q and what is left out. */
const cell = (
  type: string,
  directions: Readonly<Record<string, string>>,
  connections: Record<string, (number | string)[]>,
) => ({
  ...{ type, port_directions: directions, connections },
});
const FF = { CLK: 'input', D: 'input', Q: 'output' };
const design = {
  modules: {
    bpi_top: {
      ports: {
        aclk: { direction: 'input', bits: [2] },
        d: { direction: 'input', bits: [3] },
        unread: { direction: 'input', bits: [4] },
        q: { direction: 'output', bits: [5] },
      },
      netnames: {},
      cells: {
        a: cell('$dff', FF, { CLK: [2], D: [3, 6, '0'], Q: [5, 7, 8] }),
        b: cell('$dff', FF, { CLK: [2], D: [8], Q: [9] }),
        gone: cell('$paramod\\bpi_csr', {}, { clk_i: [2], i: [7, 10], o: [6, 11] }),
        other: cell('bpi_fetch', {}, { i: [11], o: [10] }),
      },
    },
  },
};

it('cuts out what was left out, and only that', () => {
  const { json, inputs, outputs } = cutOut(design, 'bpi_top', 'bpi_');
  const { part } = JSON.parse(json).modules;
  expect(Object.keys(part.cells)).toEqual(['a', 'b']);
  expect(part.ports.aclk.bits).toEqual([2]);
  expect(part.ports.in_bits.bits).toEqual([3, 6]);
  expect(part.ports.out_bits.bits).toEqual([5, 7]);
  expect([inputs, outputs]).toEqual([2, 2]);
});

describe('in Yosys', () => {
  it('has a register for every input, and for every three outputs', async () => {
    const yosys = await findYosys();
    const { 'out.json': made } = await yosys.run(
      ['read_json part.json', 'read_verilog harness.v', 'synth_ice40 -top harness', 'write_json out.json'],
      {
        'part.json': cutOut(design, 'bpi_top', 'bpi_').json.replaceAll('"$dff"', '"dff"'),
        'harness.v': `${harness(cutOut(design, 'bpi_top', 'bpi_'))}
module dff(input CLK, input [2:0] D, output reg [2:0] Q); always @(posedge CLK) Q <= ~D; endmodule\n`,
      },
      ['out.json'],
    );
    const types = Object.values(JSON.parse(made!).modules.harness.cells as Record<string, { type: string }>);
    // three of the harness, two of the part: its outputs have registers, and nothing else is read
    expect(types.filter(({ type }) => type.startsWith('SB_DFF'))).toHaveLength(5);
  });
});

describe.skipIf(missingTools(['nextpnr-ice40', 'icepack']).length > 0)(
  'with nextpnr (skipped where it is not installed)',
  () => {
    const folders: string[] = [];
    const freshCache = (): void => {
      folders.push(mkdtempSync(join(tmpdir(), 'bpi-cache-')));
      vi.stubEnv('BP_IM2COL_CACHE', folders.at(-1)!);
    };
    afterEach(() => {
      vi.unstubAllEnvs();
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
    });
    const one: Config = { ...presets.tiny4, name: 'one', array: { rows: 1, columns: 1 } };
    const only = ['systolic'];

    it('routes one cell of the array, the same for the same seed, and packs it', async () => {
      const yosys = await findYosys();
      const router = (await findRouter())!;
      freshCache();
      const first = await route(one, yosys, router, { device: 'hx8k', seed: 1, only });
      freshCache();
      const again = await route(one, yosys, router, { device: 'hx8k', seed: 1, only });
      expect(again).toEqual(first);
      const { harness: chains, used, megahertz, finding } = first.routing;
      expect(finding).toBeUndefined();
      expect(megahertz).toBeGreaterThan(20);
      expect(used.ICESTORM_LC!.available).toBe(7680);
      expect(used.ICESTORM_LC!.used).toBeGreaterThan(chains.inputs + chains.outputs + 99);
      expect(first.asc).toContain('.device 8k');
      expect([...(await router.pack(first.asc!)).subarray(0, 2)]).toEqual([0xff, 0x00]);
    });

    it('gives the same for the same seed', async () => {
      const counter =
        'module t(input clk, output q); reg [19:0] c; always @(posedge clk) c <= c + 1; assign q = ^c; endmodule';
      const script = ['read_verilog t.v', 'synth_ice40 -top t', 'write_json t.json'];
      const { 't.json': netlist } = await (await findYosys()).run(script, { 't.v': counter }, ['t.json']);
      const router = (await findRouter())!;
      const [first, again, other] = [1, 1, 2].map((seed) =>
        router.route(netlist!, ['--up5k', '--package', 'sg48', '--seed', String(seed)]),
      );
      expect((await first)!.asc).toBe((await again)!.asc);
      expect((await first)!.asc).not.toBe((await other)!.asc);
    });

    it('finds a place for a carry chain whose registers differ in enable and reset', async () => {
      // the low half is reset, the high half has an enable
      const source = `module t(input clk, input reset, input go, output q); reg [15:0] c; wire [15:0] d = c + 1; assign q = ^c;
        always @(posedge clk) begin if (reset) c[7:0] <= 0; else c[7:0] <= d[7:0]; if (go) c[15:8] <= d[15:8]; end endmodule`;
      const script = ['read_verilog t.v', ...mapping('ice40', 't', 'hx8k'), 'write_json t.json'];
      const { 't.json': made } = await (await findYosys()).run(
        script,
        { 't.v': source, ...mappingFiles('ice40', '') },
        ['t.json'],
      );
      const design = JSON.parse(made!) as Design;
      const parted = partRegisters(design, 't');
      const cellsOf = ({ modules }: Design): number => Object.keys(modules.t!.cells).length;
      expect(cellsOf(parted)).toBeGreaterThan(cellsOf(design));
      expect(partRegisters(parted, 't')).toEqual(parted);
      const { asc } = await (await findRouter())!.route(JSON.stringify(parted), ['--hx8k', '--package', 'ct256']);
      expect(asc).toContain('.device 8k');
    });

    it('says that the cells of an array need more DSPs than there are', async () => {
      freshCache();
      const many = { ...one, array: { rows: 3, columns: 3 } };
      const { routing, asc } = await route(many, await findYosys(), (await findRouter())!, {
        device: 'up5k',
        seed: 1,
        only,
      });
      expect(routing.finding).toMatch(/^does not fit: \d+ ICESTORM_DSP of 8$/);
      expect(routing.megahertz).toBeUndefined();
      expect(asc).toBeUndefined();
    });
  },
);
