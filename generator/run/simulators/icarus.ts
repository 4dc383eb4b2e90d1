import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../base/errors.js';
import { discard, expectWhole, runTool, temporaryFolder } from '../../base/processes.js';
import type { Config } from '../../description/config.js';
import { ceilPow2, derive } from '../../description/derive.js';
import { blocks } from '../../emit/blocks.js';
import { benchFile, type EmittedFile } from '../../emit/rtl.js';
import { buildOnce, cacheKey } from './cache.js';
import { type HostOperation, type OperationResult, RESPONSES, type SimJob, type SimResult, waveFormat } from './job.js';
import { toolEnvironment, toolVersion } from './toolchain.js';
import { hasStatus, writeFiles } from './verilator.js';

/** The bench of a whole accelerator: memory, host and protocol checks in Verilog. */
export const systemBench = (config: Config): EmittedFile =>
  benchFile(config, blocks.find(({ bench }) => bench === 'system')!);

const LARGEST_MEMORY = 2 ** 24;
const UNKNOWN_BYTE = 0x5a;

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');
const word = (value: number): string => hex(value >>> 0, 8);
const lines = (items: readonly string[]): string => items.map((item) => `${item}\n`).join('');

const KINDS: readonly HostOperation['kind'][] = ['write', 'read', 'irq', 'wait', 'poll'];

/** kind, offset, value, mask, cycles. */
const operationLine = (operation: HostOperation): string => {
  const offset = 'offset' in operation ? operation.offset : 0;
  const value = 'value' in operation ? operation.value : 0;
  const mask = 'mask' in operation ? operation.mask : 0;
  const cycles = operation.kind === 'wait' ? operation.cycles : 'maxCycles' in operation ? operation.maxCycles : 0;
  return hex(KINDS.indexOf(operation.kind), 2) + [offset, value, mask, cycles].map(word).join('');
};

/** The largest value, or with sign −1 the smallest. */
const extreme = (values: readonly bigint[], sign: bigint): bigint =>
  values.reduce((best, value) => ((value - best) * sign > 0n ? value : best));

const memoryProblem = (bytes: number): UserError =>
  new UserError([
    {
      code: 'ICARUS_MEMORY',
      path: 'simulator',
      message: `the memory spans ${bytes} bytes: the Icarus bench holds ${LARGEST_MEMORY} at most`,
      fix: 'simulate in Verilator, or take a smaller layer',
    },
  ]);

/** @throws UserError when a job whose memory spans so many bytes is too large for Icarus. */
export const checkIcarusMemory = (bytes: number): void => {
  if (ceilPow2(bytes) > LARGEST_MEMORY) throw memoryProblem(bytes);
};

/** The part of the address space that the bench's memory covers: all images, dumps and writable ranges, on beat boundaries. */
const memorySpan = (config: Config, job: SimJob): { readonly base: bigint; readonly bytes: number } => {
  const ranges = [
    ...job.images.map(({ address, bytes }) => ({ address, bytes: bytes.length })),
    ...job.dumps,
    ...job.allowedWrites,
  ].filter(({ bytes }) => bytes > 0);
  if (ranges.length === 0) return { base: 0n, bytes: 1024 };
  const first = extreme(
    ranges.map(({ address }) => address),
    -1n,
  );
  const last = extreme(
    ranges.map(({ address, bytes }) => address + BigInt(bytes)),
    1n,
  );
  const base = first - (first % BigInt(derive(config).beatBytes));
  const bytes = ceilPow2(Math.max(1024, Number(last - base)));
  if (bytes > LARGEST_MEMORY) {
    throw memoryProblem(Number(last - base));
  }
  return { base, bytes };
};

const memoryText = (job: SimJob, base: bigint): string =>
  job.images
    .map(
      ({ address, bytes }) =>
        `@${hex(address - base, 1)}\n${Buffer.from(bytes).toString('hex').replace(/../g, '$&\n')}`,
    )
    .join('');

const parseDump = (text: string): Uint8Array => {
  const bytes = text
    .replace(/\/\/.*$/gm, '')
    .split(/\s+/)
    .filter((token) => token !== '' && !token.startsWith('@'));
  return Uint8Array.from(bytes, (token) => (/^[0-9a-f]+$/i.test(token) ? Number.parseInt(token, 16) : UNKNOWN_BYTE));
};

/** Reads the lines that the bench prints. */
const parseOutput = (output: string): Omit<SimResult, 'dumps' | 'seconds' | 'log' | 'simulator'> => {
  const rows = output.split('\n').map((line) => line.split(' '));
  const of = (key: string): readonly (readonly string[])[] => rows.filter(([first]) => first === key);
  const end = of('END')[0];
  const protocol = of('PROTOCOL').map(([, cycle, ...text]) => `cycle ${cycle}: ${text.join(' ')}`);
  const strays = of('STRAY').map(([, address]) => BigInt(`0x${address}`));
  return {
    cycles: end ? Number(end[1]) : 0,
    hang: end?.[2] === '1',
    stopped: end === undefined,
    operations: of('OP').map(
      ([, , value, response, met, cycle]): OperationResult => ({
        value: Number.parseInt(value, 16),
        response: RESPONSES[Number(response)],
        met: met === '1',
        cycle: Number(cycle),
      }),
    ),
    protocolFailures: end ? Number(end[3]) : protocol.length,
    protocol,
    strayBytes: end ? Number(end[4]) : strays.length,
    strays,
  };
};

/** Runs a job in Icarus Verilog, for small designs and jobs. The RTL's top module is `<prefix>top`. */
export const runIcarus = async (config: Config, job: SimJob, rtl: readonly EmittedFile[]): Promise<SimResult> => {
  const span = memorySpan(config, job);
  const memory = job.memory ?? {};
  const errors = memory.errors ?? [];
  const parameters = {
    MEMORY_BYTES: span.bytes,
    OPERATIONS: job.script.length,
    DUMPS: job.dumps.length,
    ALLOWED: job.allowedWrites.length,
    ERRORS: errors.length,
    INSIDE: hasStatus(config, rtl) ? 1 : 0,
  };
  const flags = [
    '-g2005-sv',
    '-Irtl',
    '-s',
    'tb',
    ...Object.entries(parameters).map(([name, value]) => `-Ptb.${name}=${value}`),
  ];
  const bench = systemBench(config);
  const sources = [...rtl, bench];
  const texts = sources.flatMap(({ path, text }) => [path, text]);
  const { env, variables } = toolEnvironment();
  const key = cacheKey('icarus', [await toolVersion('iverilog', '-V'), ...variables, ...flags, ...texts]);
  const built = await buildOnce(key, async (beside) => {
    writeFiles(beside, sources);
    const verilog = sources.filter(({ path }) => path.endsWith('.v')).map(({ path }) => path);
    await runTool('iverilog', [...flags, '-o', 'simulation.vvp', ...verilog], {
      ...{ cwd: beside, env, extendEnv: false },
    });
  });

  const folder = temporaryFolder('bpi-sim-');
  try {
    const range = (address: bigint, bytes: number): string => hex(address, 16) + hex(bytes, 16);
    writeFiles(folder, [
      { path: 'memory.hex', text: memoryText(job, span.base) },
      { path: 'script.hex', text: lines(job.script.map(operationLine)) },
      {
        path: 'dumps.hex',
        text: lines(
          job.dumps.map(({ address, bytes }) => {
            const first = address - span.base;
            return hex(first, 16) + hex(first + BigInt(bytes) - 1n, 16);
          }),
        ),
      },
      { path: 'allowed.hex', text: lines(job.allowedWrites.map(({ address, bytes }) => range(address, bytes))) },
      {
        path: 'errors.hex',
        text: lines(
          errors.map(({ access, response, address, bytes }) => {
            const code = (access === 'write' ? 4 : 0) | RESPONSES.indexOf(response);
            return hex(code, 2) + range(address, bytes);
          }),
        ),
      },
    ]);
    const { beatBytes } = derive(config);
    const bandwidth = memory.bytesPerCycle ?? beatBytes;
    const mostTokens = bandwidth % beatBytes === 0 ? bandwidth : bandwidth + beatBytes;
    const plusargs = {
      seed: (job.seed ?? 0) % 0x7fffffff,
      base: hex(span.base, 1),
      read_latency: memory.readLatency ?? 100,
      write_latency: memory.writeLatency ?? 20,
      bytes_per_cycle: bandwidth,
      most_tokens: Math.max(mostTokens, beatBytes),
      stall: memory.stallPercent ?? 0,
      max_cycles: job.maxCycles ?? 10_000_000,
      ...(job.waves ? { waves: resolve(job.waves) } : {}),
    };
    const begin = performance.now();
    const { all } = await runTool(
      'vvp',
      [
        '-N',
        join(built, 'simulation.vvp'),
        ...(job.waves && waveFormat(job.waves) === 'fst' ? ['-fst'] : []),
        ...Object.entries(plusargs).map(([name, value]) => `+${name}=${value}`),
      ],
      { cwd: folder, reject: false, cpuSeconds: job.cpuSeconds },
    );
    const seconds = (performance.now() - begin) / 1000;
    const output = parseOutput(all);
    const unknown = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(UNKNOWN_BYTE);
    const log = all
      .split('\n')
      .filter((line) => !/^(OP|PROTOCOL|STRAY|END) /.test(line))
      .join('\n');
    return {
      ...output,
      simulator: 'icarus',
      seconds,
      dumps: job.dumps.map(({ bytes }, index) => {
        if (output.stopped || bytes === 0) return unknown(bytes);
        const path = join(folder, `dump${index}.hex`);
        const dump = parseDump(readFileSync(path, 'utf8'));
        expectWhole(path, dump.length === bytes);
        return dump;
      }),
      log,
    };
  } finally {
    discard(folder);
  }
};
