import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeWindow } from '../../generator/compile/window.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { makeWorkload } from '../../generator/run/host.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();
const config = presets.tiny4;
const BASE = 0x8000_0000;
const BYTES = 0x10000;
/** The processor's own words. */
const OWN = BASE + BYTES - 64;

/** 32-bit words for `$readmemh`. */
const hex = (bytes: Uint8Array): string =>
  `${[...new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)].map((word) => word.toString(16).padStart(8, '0')).join('\n')}\n`;

/** The guide's Verilog, the accelerator, its surroundings, and one program with what it must give. */
const project = (pass: 'dgrad' | 'wgrad', engine: 'traditional' | 'zerofree') => {
  const source = /^```verilog\n(.*?)^```$/ms.exec(readFileSync('docs/integration.md', 'utf8'))![1]!;
  const { plan, images, expected } = makeWorkload(
    config,
    parseLayer('C=5,H=9,W=8,N=6,K=3,S=2,P=1'),
    pass,
    engine,
    BASE,
  );
  const { program, output } = plan.memory;
  expect(program + plan.words.byteLength).toBeLessThan(OWN);
  const memory = new Uint8Array(BYTES).fill(0xa5);
  for (const { base, bytes } of images) memory.set(bytes, base - BASE);
  const window = writeWindow(plan);
  const values = {
    ...{ PROGRAM: program, COUNT: plan.words.length / 16, WINDOW_BASE: window.base, WINDOW_LIMIT: window.limit },
    ...{ RESULT: output.address, RESULT_WORDS: output.bytes / 4, OWN, OUTSTANDING: config.axi.outstanding },
  };
  const folder = temporaryFolder();
  const parts = readdirSync('tb/crossbar').map((path) => ({
    path,
    text: readFileSync(join('tb/crossbar', path), 'utf8'),
  }));
  writeFiles(folder, [
    ...emit(config),
    ...parts,
    { path: 'soc.v', text: source },
    { path: 'memory.hex', text: hex(memory) },
    { path: 'expected.hex', text: hex(expected) },
    {
      path: 'case.vh',
      text: Object.entries(values)
        .map(([name, value]) => `localparam [31:0] ${name} = 32'h${value.toString(16)};\n`)
        .join(''),
    },
  ]);
  const rtl = emit(config).flatMap(({ path }) => (/^rtl\/.*\.v$/.test(path) ? [path] : []));
  return { folder, sources: ['soc.v', ...parts.map(({ path }) => path), ...rtl] };
};

const run = (folder: string, tool: string, args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' });
  expect(status, `${error?.message ?? ''}${stdout}${stderr}`).toBe(0);
  return stdout;
};

describe("the guide's worked crossbar", () => {
  it.each([
    ['dgrad', 'traditional'],
    ['wgrad', 'zerofree'],
  ] as const)('runs %s by %s in Icarus', (pass, engine) => {
    const { folder, sources } = project(pass, engine);
    run(folder, 'iverilog', ['-g2005-sv', '-Irtl', '-I.', '-s', 'tb', '-o', 'soc.vvp', ...sources]);
    expect(run(folder, 'vvp', ['-N', 'soc.vvp'])).toMatch(/^PASS \d+ checks$/m);
  });

  it('is clean in Verilator', () => {
    const { folder, sources } = project('dgrad', 'zerofree');
    const flags = [
      '--lint-only',
      '-Wall',
      '-Wno-PINCONNECTEMPTY',
      '-Wno-UNUSEDSIGNAL',
      '-Wno-INITIALDLY',
      '-Wno-DECLFILENAME',
      '-Irtl',
      '-I.',
    ];
    const bench = /^(cpu|memory|tb|axi_crossbar)\.v$/;
    writeFiles(folder, [
      {
        path: 'bench.vlt',
        text: `\`verilator_config\n${sources
          .filter((path) => bench.test(path))
          .map((path) => `lint_off -file "*${path}"\n`)
          .join('')}`,
      },
    ]);
    const inside = sources.filter((path) => path !== 'tb.v');
    run(folder, 'verilator', [...flags, '--timing', '--top-module', 'soc', 'bench.vlt', ...inside]);
  });
});
