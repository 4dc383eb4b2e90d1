import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { blocksOf } from '../../generator/emit/blocks.js';
import { generate } from '../../generator/emit/generate.js';
import { benchFile } from '../../generator/emit/rtl.js';
import { validConfig } from '../configs.js';
import { temporaryFolders } from '../temporary.js';

const SHAPES = [
  [1, 1],
  [64, 1],
  [1, 64],
  [3, 17],
  [17, 3],
  [9, 16],
] as const;

/** Random configurations, each of a shape that is easily got wrong; a seed makes them again. */
const drawn: readonly Config[] = SHAPES.flatMap(([rows, columns], i) =>
  fc
    .sample(validConfig(fc.constant({ rows, columns })), { seed: 100 + i, numRuns: 1 })
    .map((config) => ({ ...config, name: `random_${rows}x${columns}_${config.format}` })),
);

/** The modules that nothing else instantiates: the top, once there is one; else every block that no other uses. */
const roots = (config: Config): readonly string[] => {
  const present = blocksOf(config);
  const used = new Set(present.flatMap(({ uses }) => uses));
  const top = present.filter(({ name }) => name === 'top');
  const chosen = top.length > 0 ? top : present.filter(({ name }) => !used.has(name));
  return chosen.map(({ name }) => config.prefix + name);
};

/** Yosys says this of every small register file that has a reset, which is what such a file is meant to become. */
const EXPECTED = /^Warning: Replacing memory .* with list of registers\..*\n/gm;

const run = (tool: string, args: readonly string[], cwd: string): { readonly ok: boolean; readonly text: string } => {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  const said = `${error?.message ?? ''}${stdout}${stderr}`.replace(EXPECTED, '');
  return { ok: status === 0 && said === '', text: `${tool} ${args.join(' ')}\n${said}`.slice(0, 4000) };
};

const hasYosys = spawnSync('yosys', ['-V']).status === 0;
if (!hasYosys) console.warn('yosys is not installed: elaboration in Yosys is skipped');

const folder = temporaryFolders();

/** With a vector unit: a lane beside few columns and a bus of a word; lanes that no vector fills; the most there can be. */
const withVector: readonly Config[] = [
  { ...presets.odd, name: 'odd_2_lanes', vector: { lanes: 2 } },
  { ...presets.ref16, name: 'ref16_8_lanes', vector: { lanes: 8 } },
  { ...presets['ref16-int8'], name: 'ref16_int8_4_lanes', vector: { lanes: 4 } },
  { ...presets.tiny4, name: 'tiny4_1_lane', vector: { lanes: 1, coefficients: 16 } },
  {
    ...{ ...presets.odd, name: 'odd_32_bit_bus_1_lane', vector: { lanes: 1, coefficients: 16 }, addStages: 1 },
    axi: { dataWidth: 32, addressWidth: 20, outstanding: 2 },
  },
  {
    ...{ ...presets.odd, name: 'of_64_by_17_32_lanes', engines: ['zerofree'], array: { rows: 64, columns: 17 } },
    axi: { ...presets.odd.axi, dataWidth: 1024 },
    ...{ vector: { lanes: 32, coefficients: 4096 }, buffers: { ...presets.ref16.buffers, accumulatorDepth: 64 } },
  },
];

describe.each([...Object.values(presets), ...withVector, ...drawn].map((config) => [config.name, config] as const))(
  '%s',
  (_, config) => {
    const clean = (tool: string, args: (root: string) => readonly string[]): void => {
      const out = join(folder(), 'out');
      generate(config, { out });
      for (const root of roots(config)) {
        const { ok, text } = run(tool, args(root), out);
        expect(ok, `${text}\n${JSON.stringify(config)}`).toBe(true);
      }
    };

    it('is clean in Verilator', () =>
      clean('verilator', (root) => ['--lint-only', '-Wall', '-f', 'rtl.f', '--top-module', root]));

    it('compiles in Icarus', () =>
      clean('iverilog', (root) => ['-g2005-sv', '-Wall', '-f', 'rtl.f', '-s', root, '-o', '/dev/null']));

    it.skipIf(!hasYosys)('elaborates in Yosys', () => {
      const wide = Math.max(config.array.rows, config.array.columns) > 32;
      const sources = blocksOf(config).map(({ name }) => `rtl/${config.prefix}${name}.v`);
      clean('yosys', (root) => [
        '-q',
        '-f',
        'verilog -defer -Irtl',
        ...sources,
        '-p',
        // at 128 lanes the check takes nearly as long as all before it, and sees nothing that smaller ones do not show
        `hierarchy -check -top ${root}; proc${wide ? '' : '; check -assert'}`,
      ]);
    });
  },
);

describe.each(['ref16', 'ref16-int8'] as const)('benches of %s', (name) => {
  const config = presets[name];
  it('compile in Icarus', () => {
    const out = join(folder(), 'out');
    generate(config, { out });
    for (const block of blocksOf(config).filter(({ bench }) => bench === undefined)) {
      const bench = benchFile(config, block).path;
      const { ok, text } = run(
        'iverilog',
        ['-g2005-sv', '-Wall', '-Wno-timescale', '-f', 'rtl.f', '-s', 'tb', '-o', '/dev/null', bench],
        out,
      );
      expect(ok, text).toBe(true);
    }
  });
});
