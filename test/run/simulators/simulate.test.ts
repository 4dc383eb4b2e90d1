import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../generator/description/config.js';
import { derive } from '../../../generator/description/derive.js';
import { presets } from '../../../generator/description/presets.js';
import { registerOffset } from '../../../generator/isa/registers.js';
import { simulate } from '../../../generator/run/simulate.js';
import {
  faults,
  type HostOperation,
  type MemoryOptions,
  type SimJob,
  type Simulator,
} from '../../../generator/run/simulators/job.js';
import { temporaryFolders } from '../../temporary.js';
import { BUGS, type Bug, mockRtl } from './mockTop.js';

const temporaryFolder = temporaryFolders();

const BURSTS = 6;

/** Above 4 GiB where the configuration reaches that far. */
const high = (config: Config): bigint => (config.axi.addressWidth > 32 ? 0x3_4000_0000n : 0n);
const sourceOf = (config: Config): bigint => high(config) + 0x1_0000n;
const targetOf = (config: Config): bigint => high(config) + 0x1_2000n;

const setup = (config: Config, bug: Bug, memory: MemoryOptions, extra: Partial<SimJob> = {}) => {
  const offset = (name: string): number => registerOffset(config, name);
  const bytes = BURSTS * 4 * derive(config).beatBytes;
  const source = Uint8Array.from({ length: bytes }, (_, index) => (index * 73 + (index >> 8) + 11) & 0xff);
  const write = (name: string, value: number): HostOperation => ({ kind: 'write', offset: offset(name), value });
  const read = (name: string): HostOperation => ({ kind: 'read', offset: offset(name) });
  const script: readonly HostOperation[] = [
    read('id'),
    write('program_lo', Number(sourceOf(config) & 0xffff_ffffn)),
    write('program_hi', Number(high(config) >> 32n)),
    write('window_base_hi', Number(high(config) >> 32n)),
    write('program_count', BURSTS),
    write('window_base_lo', Number(targetOf(config) & 0xffff_ffffn)),
    write('window_limit_lo', BUGS.indexOf(bug)),
    write('ctrl', 5),
    { kind: 'irq', maxCycles: 20_000 },
    read('status'),
    read('dram_bytes_read_lo'),
    read('cycles_lo'),
    write('status', 6),
    { kind: 'poll', offset: offset('status'), mask: 0xf, value: 8, maxCycles: 1000 },
    write('id', 1),
    { kind: 'wait', cycles: 10 },
  ];
  const job: SimJob = {
    images: [{ address: sourceOf(config), bytes: source }],
    script,
    dumps: [{ address: targetOf(config), bytes }],
    allowedWrites: [{ address: targetOf(config), bytes }],
    memory,
    maxCycles: 50_000,
    ...extra,
  };
  return { source, job, bytes };
};

const run = (
  simulator: Simulator,
  preset: string,
  bug: Bug,
  memory: MemoryOptions = {},
  extra: Partial<SimJob> = {},
) => {
  const config = presets[preset];
  const { source, job, bytes } = setup(config, bug, memory, extra);
  return simulate(config, job, { simulator, rtl: mockRtl(config) }).then((result) => ({ result, source, bytes }));
};

const CASES: readonly (readonly [Simulator, string])[] = [
  ['verilator', 'tiny4'],
  ['verilator', 'ref16'],
  ['icarus', 'tiny4'],
  ['icarus', 'odd'],
];

describe.each(CASES)('%s on %s', (simulator, preset) => {
  it.each([
    { stallPercent: 0, seed: 1 },
    { stallPercent: 40, seed: 2 },
    { stallPercent: 40, seed: 3 },
  ])('copies memory with $stallPercent % stalls, seed $seed', async ({ stallPercent, seed }) => {
    const { result, source, bytes } = await run(simulator, preset, 'none', { stallPercent }, { seed });
    expect(faults(result)).toEqual([]);
    expect(result.dumps).toEqual([source]);
    expect(result.operations.map(({ met }) => met)).not.toContain(false);
    const [id, , , , , , , , , status, read, , , idle, refused] = result.operations;
    expect(id.value).toBe(0x32495042);
    expect(status.value).toBe(0b1010);
    expect(read.value).toBe(bytes);
    expect(idle.value & 0xf).toBe(8);
    expect(refused.response).toBe('SLVERR');
  });

  it('takes the latency and the bandwidth that are asked for', async () => {
    const beats = BURSTS * 4;
    const time = async (memory: MemoryOptions): Promise<number> =>
      (await run(simulator, preset, 'none', memory)).result.operations[11].value;
    const { beatBytes } = derive(presets[preset]);
    const fast = await time({ readLatency: 1, writeLatency: 1 });
    expect(await time({ readLatency: 51, writeLatency: 1 })).toBe(fast + 50 * BURSTS);
    expect(await time({ readLatency: 1, writeLatency: 31 })).toBe(fast + 30 * BURSTS);
    // a quarter of the bandwidth: each beat but a burst's first takes four cycles
    const slow = await time({ readLatency: 1, writeLatency: 1, bytesPerCycle: beatBytes / 4 });
    expect(slow).toBeGreaterThan(3 * 2 * beats);
    expect(slow).toBeLessThan(fast + 3 * 2 * beats);
  });

  it.each([
    ['read', 'SLVERR', 7],
    ['read', 'DECERR', 8],
    ['write', 'SLVERR', 9],
    ['write', 'DECERR', 10],
  ] as const)('injects a %s %s', async (access, response, cause) => {
    const beat = derive(presets[preset]).beatBytes;
    const address = (access === 'read' ? sourceOf : targetOf)(presets[preset]) + BigInt(9 * beat);
    const { result, source } = await run(simulator, preset, 'none', {
      errors: [{ access, address, bytes: 1, response }],
    });
    expect(faults(result)).toEqual([]);
    expect(result.operations[9].value).toBe((cause << 8) | 0b1100);
    expect([...result.dumps[0].slice(0, 4 * beat)]).toEqual([...source.slice(0, 4 * beat)]);
  });

  it.each([
    ['address-changes', /AW changed while waiting/],
    ['valid-falls', /AR valid fell before ready/],
    ['no-wlast', /WLAST is missing/],
    ['crosses-4k', /crosses a 4 KiB boundary/],
    ['stray-write', /stray bytes written, first at 0x\d*13/],
    ['owes-data', /owed long after/],
    ['hang', /hang: the script was not over/],
    ['check-fails', /the mock fails as asked/],
  ] as const)('reports a core that has the bug %s', async (bug, report) => {
    const extra = bug === 'hang' ? { maxCycles: 5000 } : {};
    const { result } = await run(simulator, preset, bug, { stallPercent: 60, readLatency: 5 }, extra);
    expect(faults(result).join('\n')).toMatch(report);
  });

  it('goes on until every response is given', async () => {
    const config = presets[preset];
    const { job } = setup(config, 'early-done', { writeLatency: 3000 });
    const result = await simulate(config, job, { simulator, rtl: mockRtl(config) });
    const done = result.operations[8].cycle;
    expect(result.cycles).toBeGreaterThan(done + 2000);
  });
});

it('takes as many cycles in both simulators, when nothing is random', async () => {
  const memory = { readLatency: 17, writeLatency: 9, bytesPerCycle: 3 };
  const [first, second] = await Promise.all(
    (['verilator', 'icarus'] as const).map((simulator) => run(simulator, 'tiny4', 'none', memory)),
  );
  expect(second.result.operations).toEqual(first.result.operations);
  expect(second.result.cycles).toBe(first.result.cycles);
});

it('reports unknown data that is written (Icarus)', async () => {
  const { result } = await run('icarus', 'tiny4', 'unknown-data');
  expect(faults(result).join()).toMatch(/written data is unknown/);
});

it('reads memory that was never written as garbage of the seed (Verilator)', async () => {
  const dumps = [{ address: 0x9_0003n, bytes: 64 }];
  const dump = async (seed: number): Promise<Uint8Array> =>
    (await run('verilator', 'tiny4', 'none', {}, { seed, dumps })).result.dumps[0];
  expect(await dump(1)).toEqual(await dump(1));
  expect(await dump(1)).not.toEqual(await dump(2));
});

it('refuses memory that is too wide for Icarus', async () => {
  const dumps = [{ address: 0x4000_0000n, bytes: 4 }];
  await expect(async () => run('icarus', 'tiny4', 'none', {}, { dumps })).rejects.toThrow(/spans 1073676292 bytes/);
});

it.each(['verilator', 'icarus'] as const)('writes waves (%s)', async (simulator) => {
  const folder = temporaryFolder();
  const waves = join(folder, 'run.fst');
  expect(faults((await run(simulator, 'tiny4', 'none', {}, { waves })).result)).toEqual([]);
  expect(statSync(waves).size).toBeGreaterThan(1000);
});
