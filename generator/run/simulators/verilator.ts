import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../base/makeFolder.js';
import { packageRoot } from '../../base/paths.js';
import { discard, expectWhole, runTool, temporaryFolder } from '../../base/processes.js';
import { toolPath } from '../../base/tools.js';
import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { EmittedFile } from '../../emit/rtl.js';
import type { Activity } from '../../machine/activity.js';
import { buildOnce, cacheKey, isBuilt } from './cache.js';
import { type OperationResult, RESPONSES, type SimJob, type SimResult, type WaveFormat, waveFormat } from './job.js';
import { inLanes, lanesKey, type MadeFile } from './lanes.js';
import { toolEnvironment, toolVersion } from './toolchain.js';

const harnessFiles = (): readonly EmittedFile[] => {
  const folder = join(packageRoot, 'tb', 'harness');
  return readdirSync(folder)
    .sort()
    .map((name) => ({ path: `harness/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
};

const COVERAGE_FILE = 'coverage.dat';

/** The harness that also writes coverage when the model is done. */
const withCoverage = (files: readonly EmittedFile[]): readonly EmittedFile[] =>
  files.map(({ path, text }) => {
    if (path !== 'harness/main.cpp') return { path, text };
    const end = 'm_top.final();';
    if (text.split(end).length !== 2) throw new Error(`${path} has no single ${end} behind which to write coverage`);
    return { path, text: text.replace(end, `${end} m_context.coveragep()->write("${COVERAGE_FILE}");`) };
  });

const constantsFile = (config: Config): EmittedFile => ({
  path: 'harness/generated_constants.h',
  text: `#pragma once\nconstexpr unsigned BEAT_BYTES = ${derive(config).beatBytes};\n`,
});

/** What the timeline shows of the accelerator, and the block and wire that say so. */
const STATUS_WIRES = {
  busy: { block: 'top', wire: 'busy' },
  exec_open: { block: 'activity', wire: 'tile_open' },
  array_busy: { block: 'top', wire: 'array_busy' },
  store: { block: 'top', wire: 'store_valid' },
} as const;

/** Whether the sources have these wires: a stand-in for the top, and a netlist, need not. */
export const hasStatus = (config: Config, rtl: readonly EmittedFile[]): boolean =>
  Object.values(STATUS_WIRES).every(({ block, wire }) => {
    const source = rtl.find(({ path }) => basename(path) === `${config.prefix}${block}.v`)?.text ?? '';
    return new RegExp(`\\bwire\\b[^;]*\\b${wire}\\b`).test(source);
  });

/** Verilator's own name of a module: two underscores mean something else there. */
const nameOf = (config: Config, block: string): string => `${config.prefix}${block}`.replaceAll('__', '___05F');

const statusFile = (config: Config, shown: boolean): EmittedFile => {
  const fields = Object.entries(STATUS_WIRES);
  const value = ({ block, wire }: (typeof STATUS_WIRES)[keyof typeof STATUS_WIRES]): string => {
    const path = block === 'top' ? [wire] : [`u_${block}`, wire];
    return shown ? `bool(top.rootp->${[nameOf(config, 'top'), ...path].join('__DOT__')})` : 'false';
  };
  return {
    path: 'harness/generated_status.h',
    text: [
      '#pragma once',
      '#include "Vtop.h"',
      '#include "Vtop___024root.h"',
      `struct Status { bool ${fields.map(([name]) => name).join(', ')}; };`,
      `inline Status status_of(const Vtop& top) { (void)top; return {${fields.map(([, wire]) => value(wire)).join(', ')}}; }`,
      '',
    ].join('\n'),
  };
};

/**
 * Ports that a cell has for itself; the clock is that of all, as what waits for one event is evaluated together.
 */
const OWN_PORTS = ['rst_i', 'w_*_i', 'x_*_i', 'y_*_i'] as const;

/**
 * What Verilator is told besides the sources. With ports of their own, all cells share one function: half the code,
 * and faster than one function for each. The wires of the status are kept for the harness to read.
 */
const hintsFile = (config: Config, shown: boolean): EmittedFile => {
  const wires = shown ? Object.values(STATUS_WIRES) : [];
  const lines = [
    ...OWN_PORTS.map((port) => `public_flat_rd -module "${nameOf(config, 'pe')}" -var "${port}"`),
    ...wires.map(({ block, wire }) => `public_flat_rd -module "${nameOf(config, block)}" -var "${wire}"`),
  ];
  return { path: 'harness/hints.vlt', text: `\`verilator_config\n${lines.join('\n')}\n` };
};

/** Writes files into a folder, with the folders they need. */
export const writeFiles = (folder: string, files: readonly EmittedFile[]): void => {
  for (const { path, text } of files) {
    makeFolder(dirname(join(folder, path)));
    writeFileSync(join(folder, path), text);
  }
};

const flags = (config: Config, waves: WaveFormat | undefined, coverage: boolean, isRtl: boolean): readonly string[] => [
  '--cc',
  '--exe',
  '--build',
  '--build-jobs',
  '2',
  '-O3',
  // computes wrong results for netlists in some versions (verilator issues 3824, 4059, 4709, 5186)
  '-fno-const-bit-op-tree',
  '-CFLAGS',
  '-std=c++17 -I../harness',
  '-MAKEFLAGS',
  `OPT_FAST=${isRtl && !coverage ? '-O2' : '-O1'} OPT_SLOW=-O0`, // slow: what runs once; a netlist takes minutes with -O2
  // random values at the start would count as toggles
  ...(coverage ? ['--x-initial', '0', '--x-assign', '0'] : ['--x-initial', 'unique', '--x-assign', 'unique']),
  '-Wno-fatal',
  '-Irtl',
  '--prefix',
  'Vtop',
  '--top-module',
  `${config.prefix}top`,
  '--Mdir',
  'obj',
  '-o',
  'simulation',
  ...(waves ? [waves === 'vcd' ? '--trace' : '--trace-fst'] : []),
  ...(coverage ? ['--coverage-line', '--coverage-toggle', '--coverage-underscore'] : []),
];

/** From so many cells on they are computed in lanes; with fewer there is little to gain. */
const LANES_FROM = 64;

interface Build {
  /** Whether the array's cells are to be computed in lanes, see {@link inLanes}. */
  readonly lanes: boolean;
  readonly key: string;
  readonly command: readonly string[];
  readonly harness: readonly EmittedFile[];
}

const describeBuild = async (
  config: Config,
  rtl: readonly EmittedFile[],
  waves?: WaveFormat,
  coverage = false,
): Promise<Build> => {
  const shown = hasStatus(config, rtl);
  const main = coverage ? withCoverage(harnessFiles()) : harnessFiles();
  const harness = [...main, constantsFile(config), statusFile(config, shown), hintsFile(config, shown)];
  const hasCells =
    rtl.some(({ text }) => text.includes('no_inline_module')) && !rtl.some(({ path }) => /\.cpp$/.test(path));
  const { rows, columns } = config.array;
  const lanes = hasCells && rows * columns >= LANES_FROM && !waves && !coverage;
  const command = flags(config, waves, coverage, shown);
  const texts = [...rtl, ...harness].flatMap(({ path, text }) => [path, text]);
  const tools = [await toolVersion('verilator', '--version'), await toolVersion('g++', '--version')];
  const { variables } = toolEnvironment();
  return {
    key: cacheKey('verilator', [...tools, ...variables, ...command, ...(lanes ? [lanesKey()] : []), ...texts]),
    command,
    harness,
    lanes,
  };
};

/** Key of the simulator of a design in the cache. */
export const verilatorKey = async (config: Config, rtl: readonly EmittedFile[]): Promise<string> =>
  (await describeBuild(config, rtl)).key;

/** Whether the simulator of a design is in the cache; building it takes a minute or so. */
export const isVerilatorBuilt = async (
  config: Config,
  rtl: readonly EmittedFile[],
  waves?: WaveFormat,
): Promise<boolean> => isBuilt((await describeBuild(config, rtl, waves)).key);

/** The words of a build as those of making the C++ and those of compiling it. */
const inTwoSteps = (
  words: readonly string[],
): { readonly making: readonly string[]; readonly compiling: readonly string[] } => {
  const build = words.indexOf('--build');
  const jobs = words.indexOf('--build-jobs');
  const forMake = words.indexOf('-MAKEFLAGS');
  const making = words.filter((_, i) => ![build, jobs, jobs + 1, forMake, forMake + 1].includes(i));
  return { making, compiling: ['-j', words[jobs + 1]!, ...words[forMake + 1]!.split(' ')] };
};

/** The C++ in a folder. */
const madeFiles = (folder: string): readonly MadeFile[] =>
  readdirSync(folder)
    .filter((name) => /\.(cpp|h)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

/** Builds the simulator of a design, of Verilog and C++, or finds it in the cache. Returns the executable. */
export const buildVerilator = async (
  config: Config,
  rtl: readonly EmittedFile[],
  waves?: WaveFormat,
  coverage = false,
): Promise<string> => {
  const { key, command, harness, lanes } = await describeBuild(config, rtl, waves, coverage);
  const folder = await buildOnce(key, async (beside) => {
    writeFiles(beside, [...rtl, ...harness]);
    const sources = [
      ...harness.filter(({ path }) => /\.(vlt|cpp)$/.test(path)),
      ...rtl.filter(({ path }) => /\.(v|cpp)$/.test(path)),
    ];
    const words = [...command, ...sources.map(({ path }) => path)];
    const options = {
      cwd: beside,
      env: { ...toolEnvironment().env, ...(toolPath('ccache') ? { OBJCACHE: 'ccache' } : {}) },
      extendEnv: false,
    };
    if (lanes) {
      // the C++ is changed between its making and its compiling
      const { making, compiling } = inTwoSteps(words);
      await runTool('verilator', making, options);
      const obj = join(beside, 'obj');
      const made = madeFiles(obj);
      const changed = inLanes(made, nameOf(config, 'pe')) ?? [];
      const put = (files: readonly MadeFile[]): void =>
        writeFiles(
          obj,
          files.map(({ name, text }) => ({ path: name, text })),
        );
      const make = ['-C', 'obj', '-f', 'Vtop.mk', ...compiling];
      put(changed);
      const { exitCode } = await runTool('make', make, { ...options, reject: false });
      // of a Verilator whose C++ is other than it seemed: as it made it
      if (exitCode !== 0) {
        put(made);
        await runTool('make', make, options);
      }
    } else await runTool('verilator', words, options);
    renameSync(join(beside, 'obj', 'simulation'), join(beside, 'simulation'));
    rmSync(join(beside, 'obj'), { recursive: true });
  });
  return join(folder, 'simulation');
};

const jobText = (config: Config, job: SimJob): string => {
  const memory = job.memory ?? {};
  const lines = [
    `seed ${job.seed ?? 0}`,
    `max_cycles ${job.maxCycles ?? 10_000_000}`,
    `read_latency ${memory.readLatency ?? 100}`,
    `write_latency ${memory.writeLatency ?? 20}`,
    `bytes_per_cycle ${memory.bytesPerCycle ?? derive(config).beatBytes}`,
    `stall ${memory.stallPercent ?? 0}`,
    ...(job.waves ? [`waves ${resolve(job.waves)}`] : []),
    ...(job.host ? ['interactive'] : []),
    ...(job.timeline ? [`timeline ${job.timeline.from} ${job.timeline.to}`] : []),
    ...job.images.map(({ address }, index) => `image ${address} image${index}`),
    ...job.dumps.map(({ address, bytes }, index) => `dump ${address} ${bytes} dump${index}`),
    ...job.allowedWrites.map(({ address, bytes }) => `allow ${address} ${bytes}`),
    ...(memory.errors ?? []).map(
      ({ access, address, bytes, response }) => `error ${access} ${address} ${bytes} ${response.toLowerCase()}`,
    ),
  ];
  for (const operation of job.script) {
    switch (operation.kind) {
      case 'write':
        lines.push(`write ${operation.offset} ${operation.value >>> 0}`);
        break;
      case 'read':
        lines.push(`read ${operation.offset}`);
        break;
      case 'irq':
        lines.push(`irq ${operation.maxCycles}`);
        break;
      case 'wait':
        lines.push(`wait ${operation.cycles}`);
        break;
      case 'poll':
        lines.push(`poll ${operation.offset} ${operation.mask >>> 0} ${operation.value >>> 0} ${operation.maxCycles}`);
    }
  }
  return `${lines.join('\n')}\n`;
};

/** What the harness writes; see `tb/harness/report.cpp`. */
interface HarnessReport {
  readonly cycles: number;
  readonly seconds: number;
  readonly hang: boolean;
  readonly stopped: boolean;
  readonly operations: readonly (Omit<OperationResult, 'response'> & { readonly response: number })[];
  readonly protocolFailures: number;
  readonly protocol: readonly string[];
  readonly strayBytes: number;
  readonly strays: readonly string[];
  readonly activity?: Activity;
}

/** Runs a job in Verilator. The RTL's top module is `<prefix>top`. */
export const runVerilator = async (config: Config, job: SimJob, rtl: readonly EmittedFile[]): Promise<SimResult> => {
  const waves = job.waves === undefined ? undefined : waveFormat(job.waves);
  const executable = await buildVerilator(config, rtl, waves, job.coverage !== undefined);
  const folder = temporaryFolder('bpi-sim-');
  try {
    for (const [index, { bytes }] of job.images.entries()) writeFileSync(join(folder, `image${index}`), bytes);
    writeFileSync(join(folder, 'job'), jobText(config, job));
    const reset = job.coverage === undefined ? 2 : 0;
    const seeds = [`+verilator+rand+reset+${reset}`, `+verilator+seed+${((job.seed ?? 0) % 0x7fffffff) + 1}`];
    const any = job.anyProgram === true ? ['+any_program'] : [];
    const [command, ...words] = [...(job.host ?? []), executable, 'job', 'result.json', ...seeds, ...any];
    const { all } = await runTool(command!, words, { cwd: folder });
    if (job.coverage !== undefined) copyFileSync(join(folder, COVERAGE_FILE), job.coverage);
    const text = readFileSync(join(folder, 'result.json'), 'utf8');
    expectWhole('result.json', text.trimEnd().endsWith('}'));
    const report = JSON.parse(text) as HarnessReport;
    return {
      ...report,
      simulator: 'verilator',
      operations: report.operations.map((result) => ({ ...result, response: RESPONSES[result.response]! })),
      strays: report.strays.map(BigInt),
      dumps: job.dumps.map(({ bytes }, index) => {
        const dump = new Uint8Array(readFileSync(join(folder, `dump${index}`)));
        expectWhole(`dump${index}`, dump.length === bytes);
        return dump;
      }),
      log: all,
    };
  } finally {
    discard(folder);
  }
};
