import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../generator/base/paths.js';
import { makePlan } from '../../generator/compile/plan.js';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { programHeader } from '../../generator/emit/programHeader.js';
import { counters, ERROR_CAUSES } from '../../generator/isa/registers.js';
import { execute } from '../../generator/machine/executor.js';
import { indexOf, UNTOUCHED, withOperands } from '../../generator/run/host.js';
import { simulate } from '../../generator/run/simulate.js';
import { faults, type SimResult } from '../../generator/run/simulators/job.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { temporaryFolders } from '../temporary.js';
import { compilesAlone, STRICT } from './compiles.js';

const temporaryFolder = temporaryFolders('file');

const software = (config: Config) => emit(config).filter(({ path }) => path.startsWith('sw/'));

describe('the driver compiles', () => {
  const wide: Config = { ...presets.tiny4, axi: { ...presets.tiny4.axi, addressWidth: 64 } };
  it.each([
    ['of ref16', presets.ref16],
    ['of an address of 64 bits', wide],
    ['without counters', { ...presets.tiny4, counters: 'none' as const }],
    ['with a prefix of its own', { ...presets.odd, prefix: 'MyCore' }],
  ])('without a library and without a warning, %s', (_, config) => {
    const folder = temporaryFolder();
    writeFiles(folder, software(config));
    const source = `sw/${config.prefix}driver.c`;
    expect(compilesAlone(folder, source)).toEqual([]);
  });

  it('twice in one program, with two prefixes', () => {
    const folder = temporaryFolder();
    const second: Config = { ...presets.odd, prefix: 'odd_' };
    writeFiles(folder, [
      ...[presets.tiny4, second].flatMap(software),
      {
        path: 'main.c',
        text: `#include "bpi_driver.h"
#include "odd_driver.h"
int main(void) { bpi_device a; odd_device b; return (int)bpi_init(&a, 0) + (int)odd_init(&b, 0); }
`,
      },
    ]);
    const args = [...STRICT, '-Isw', 'main.c', 'sw/bpi_driver.c', 'sw/odd_driver.c', '-o', 'main'];
    expect(execFileSync('gcc', args, { cwd: folder, encoding: 'utf8' })).toBe('');
  });
});

describe('the driver on the Verilated core', () => {
  const config = presets.tiny4;
  const layer = parseLayer('C=5,H=7,W=6,N=6,K=3,S=2,P=1');
  // the result, and with it the window, ends with the address space
  const output = 2 ** config.axi.addressWidth - 4 * layer.B * layer.H * layer.W * layer.C;
  const plan = makePlan(config, layer, 'dgrad', 'zerofree', { base: 0x10000, place: { output } });
  const work = withOperands(config, plan, 0x10000);
  const BAD = 0x40000;
  const LOST = 0x50000;
  const instruction = indexOf(plan.words, 'exec');
  let folder = '';
  let sim: SimResult;
  let said: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = temporaryFolder();
    const places = `#define BAD_PROGRAM_ADDRESS ${BAD}u\n#define BAD_INSTRUCTION ${instruction}u\n#define LOST_PROGRAM_ADDRESS ${LOST}u\n`;
    writeFiles(folder, [
      ...software(config),
      { path: 'good.h', text: programHeader(config, plan, 'good') },
      { path: 'places.h', text: places },
    ]);
    const bench = join(packageRoot, 'tb', 'driver');
    const sources = ['sw/bpi_driver.c', join(bench, 'simulated.c'), join(bench, 'scenario.c')];
    const args = [...STRICT, '-DBPI_CUSTOM_IO', '-Isw', '-I.', `-I${bench}`, ...sources, '-o', 'scenario'];
    execFileSync('gcc', args, { cwd: folder });
    sim = await simulate(config, {
      images: work.images
        .filter(({ base }) => base !== plan.memory.program)
        .map(({ base, bytes }) => ({ address: BigInt(base), bytes })),
      script: [],
      host: [join(folder, 'scenario'), folder],
      dumps: [],
      allowedWrites: work.writes,
      memory: {
        ...{ readLatency: 20, writeLatency: 8, stallPercent: 10 },
        errors: [{ access: 'read', address: BigInt(LOST), bytes: 64, response: 'DECERR' }],
      },
      seed: 5,
      maxCycles: 2_000_000,
    });
    said = new Map(
      sim.log
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
    );
  });

  const OK = '0';
  const IDLE = '1';
  const RUNNING = '2';
  const FAILED = '3';
  const TIMEOUT = '4';
  const BAD_ARGUMENT = '5';

  it('breaks no rule of the buses and writes nowhere else', () => {
    expect(faults(sim)).toEqual([]);
  });

  it.each([
    [
      'finds its accelerator and no other',
      { init_without_device: '6', init_of_another: '7', init_of_another_version: '7', init: OK, poll_before: IDLE },
    ],
    [
      'refuses what cannot run',
      {
        ...{ misaligned: BAD_ARGUMENT, empty: BAD_ARGUMENT, no_window: BAD_ARGUMENT },
        ...{ unreachable_program: BAD_ARGUMENT, unreachable_window: BAD_ARGUMENT, poll_after_refusal: IDLE },
      },
    ],
    [
      'runs a program by polling',
      {
        ...{ submit: OK, submit_again: RUNNING, wait_too_short: TIMEOUT, wait: OK, irq_of_polled: '0' },
        ...{ no_error: 'NONE 0 0', poll_acknowledged: IDLE },
      },
    ],
    [
      'reports an unknown opcode by interrupt, and resets',
      {
        ...{ submit_bad: OK, irq_of_bad: '1', poll_bad: FAILED, interrupt_bad: FAILED, irq_after_bad: '0', reset: OK },
        error_bad: `OPCODE ${BAD + 64 * instruction} ${instruction}`,
      },
    ],
    [
      'runs again by interrupt',
      {
        ...{ submit_after_reset: OK, irq_of_good: '1', interrupt_good: OK, error_good: 'NONE 0 0' },
        ...{ irq_after_good: '0', interrupt_spurious: IDLE },
      },
    ],
    [
      'reports an error of the bus, and goes on',
      {
        ...{ submit_lost: OK, wait_lost: FAILED, error_lost: `READ_DECERR ${LOST} 0` },
        ...{ submit_after_lost: OK, wait_after_lost: OK },
      },
    ],
    [
      'stops a run by a reset',
      {
        ...{ submit_to_reset: OK, poll_to_reset: RUNNING, reset_in_run: OK, poll_reset: IDLE, irq_after_reset: '0' },
        ...{ submit_last: OK, wait_last: OK },
      },
    ],
  ])('%s', (_, expected) => {
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, said.get(name)]))).toEqual(expected);
  });

  it.each(['polled', 'interrupted', 'after_lost', 'after_reset'])('leaves the golden result in memory: %s', (name) => {
    expect(Buffer.compare(readFileSync(join(folder, name)), work.expected)).toBe(0);
  });

  it('leaves unwritten what a reset came before', () => {
    const stopped = readFileSync(join(folder, 'stopped'));
    expect(stopped.subarray(-64).every((byte) => byte === UNTOUCHED)).toBe(true);
  });

  it('reads every counter as the executor counts', () => {
    const result = { base: plan.memory.output.address, bytes: new Uint8Array(plan.memory.output.bytes) };
    const predicted = execute(config, plan.words, [
      ...work.images.map((region) => ({ ...region, bytes: region.bytes.slice() })),
      result,
    ]);
    const names = counters(config).map(({ name }) => name);
    const read = said.get('counters')!.split(' ').map(Number);
    expect(read).toHaveLength(names.length);
    const measured = Object.fromEntries(names.map((name, index) => [name, read[index]]));
    expect(measured).toMatchObject(predicted);
    expect(measured.cycles).toBeGreaterThan(0);
    expect(said.get('cycles')).toBe(`${measured.cycles}`);
    expect(said.get('useful_macs')).toBe(`${measured.usefulMacs}`);
  });

  it('puts a counter together of one read of each word', () => {
    expect([said.get('read_counter'), said.get('read_large'), said.get('large_counter')]).toEqual([OK, OK, '6']);
  });

  it.each(['read_absent', 'read_high_word', 'read_no_counter', 'read_after_last'])(
    'says that there is no such counter: %s',
    (name) => {
      expect(said.get(name)).toBe('8');
    },
  );

  it('has a name and a meaning for every cause', () => {
    for (const { code, name, description } of ERROR_CAUSES)
      expect(said.get(`cause${code}`)).toBe(`${name}|${description}`);
    expect(said.get('cause0')).toMatch(/^NONE\|/);
    expect(said.get('cause15')).toMatch(/^UNKNOWN\|/);
  });
});
