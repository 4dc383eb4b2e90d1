import { describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import type { ErrorCause } from '../../generator/isa/registers.js';
import {
  BUSY,
  DONE,
  ERROR,
  IDLE,
  indexOf,
  makeWorkload,
  read,
  runScript,
  type Start,
  start,
  stoppedBy,
  UNTOUCHED,
  until,
  type Workload,
  waitIrq,
  withWord,
  write,
} from '../../generator/run/host.js';
import type { HostOperation, InjectedError, MemoryRange, Simulator } from '../../generator/run/simulators/job.js';

const tiny4 = presets.tiny4!;
const layer = parseLayer('B=1,C=5,H=7,W=6,N=6,K=3,S=2,P=1');
const FIRST = 0x10000;
const SECOND = 0x40000;

const victim = makeWorkload(tiny4, layer, 'dgrad', 'zerofree', FIRST);
const good = makeWorkload(tiny4, layer, 'wgrad', 'zerofree', SECOND);
const { words, memory } = victim.plan;

interface Case extends Start {
  readonly cause: ErrorCause;
  readonly errors?: readonly InjectedError[];
  readonly allowed?: readonly MemoryRange[];
  /** Checked where the fault has one place. */
  readonly instruction?: number;
  readonly address?: number;
  /** Index of the instruction that causes it, and that others may follow before it does. */
  readonly culprit?: number;
  /** Index of the first instruction that cannot be read. */
  readonly unread?: number;
  readonly config?: Config;
  readonly victim?: Workload;
  readonly good?: Workload;
  readonly simulator?: Simulator;
}

/** Nothing is written by a run that decoding stops before its first STORE. */
const NOTHING: readonly MemoryRange[] = [];

/** A run stops with its cause and interrupt; after W1C, and again after a soft reset, the next one is right. */
const expectStop = async (given: Case): Promise<void> => {
  const config = given.config ?? tiny4;
  const first = given.victim ?? victim;
  const second = given.good ?? good;
  const clear = write(config, 'status', DONE | ERROR);
  const stop: readonly HostOperation[] = [
    ...start(config, first, given),
    waitIrq,
    read(config, 'status'),
    read(config, 'error_address_lo'),
    read(config, 'error_instruction'),
  ];
  const run: readonly HostOperation[] = [...start(config, second), waitIrq, read(config, 'status')];
  const script: readonly HostOperation[] = [
    ...[...stop, clear, read(config, 'status')],
    ...[...run, clear],
    ...[...stop, write(config, 'ctrl', 6), until(config, BUSY, 0), clear, read(config, 'status')],
    ...run,
  ];
  const outcome = await runScript(config, [first, second], script, {
    words: given.words,
    allowed: given.allowed,
    memory: { errors: given.errors },
    simulator: given.simulator,
  });
  expect(outcome.faults).toEqual([]);
  expect(outcome.met).toBe(true);
  const [status, address, instruction, cleared, done, again, , , , afterReset, doneAgain] = outcome.values;
  expect(status, 'status').toBe(stoppedBy(given.cause));
  expect(again, 'status of the second time').toBe(status);
  if (given.address !== undefined) expect(address, 'error address').toBe(given.address);
  if (given.instruction !== undefined) expect(instruction, 'error instruction').toBe(given.instruction);
  if (given.culprit !== undefined) {
    expect(instruction, 'taken before the error').toBeGreaterThan(given.culprit);
    expect(instruction, 'taken before the error').toBeLessThanOrEqual(words.length / 16);
  }
  if (given.unread !== undefined) expect(instruction).toBeLessThanOrEqual(given.unread);
  expect([cleared, done, afterReset, doneAgain]).toEqual([IDLE, DONE | IDLE, IDLE, DONE | IDLE]);
  expect(outcome.exact[1], 'result of the next run').toBe(true);
};

/** A case of an instruction that decoding refuses: nothing behind it has run. */
const refused = (cause: ErrorCause, at: number, word: number, change: (value: number) => number): Case => ({
  cause,
  words: withWord(words, at, word, change),
  instruction: at,
  address: memory.program + 64 * at,
  allowed: at <= indexOf(words, 'store') ? NOTHING : undefined,
});

const load = indexOf(words, 'load');
const exec = indexOf(words, 'exec');
const store = indexOf(words, 'store');
const geometry = indexOf(words, 'geometry');

describe('a program is refused', () => {
  const cases: Readonly<Record<string, Case>> = {
    'for an unknown opcode': refused('OPCODE', exec, 0, (value) => value | 0x70),
    'for opcode 0': refused('OPCODE', 0, 0, () => 0),
    'for reserved bits': refused('FIELD', load, 0, (value) => value | 0x100000),
    'for a word that is not used': refused('FIELD', store, 15, () => 1),
    'for a tile without images': refused('FIELD', exec, 3, (value) => value & 0xffff0000),
    'for a tile without rows': refused('FIELD', exec, 4, (value) => value & 0xffff0000),
    'for a tile without taps': refused('FIELD', exec, 12, (value) => value & 0xff),
    'for a tile with more lanes than the array': refused('FIELD', exec, 5, (value) => (value & 0xffffff) | (5 << 24)),
    'for a geometry with a stride of 0': refused('FIELD', geometry, 4, (value) => value & 0xffff),
    'for a store of nothing': refused('FIELD', store, 6, (value) => value & 0xffff),
    'for a load outside the buffer': refused('BUFFER_RANGE', load, 5, (value) => value + 1024),
    'for a row larger than the buffer': refused('BUFFER_RANGE', load, 6, () => 1025),
    'for a store outside the accumulator': refused('ACCUMULATOR_RANGE', store, 5, () => 64),
    'for a store to a misaligned address': refused('MISALIGNED', store, 3, (value) => value + 2),
    'for a load that waits for an EXEC behind it': refused('WAIT', load, 1, () => 1000),
    'for a store that waits for a LOAD behind it': refused('WAIT', store, 2, (value) => value + 1000),
  };
  it.each(Object.entries(cases))('%s', (_, given) => expectStop(given));
});

describe('a run stops', () => {
  const output: MemoryRange = { address: BigInt(memory.output.address), bytes: memory.output.bytes };
  const tensor: MemoryRange = { address: BigInt(memory.dy.address + 8), bytes: 4 };
  const middle = memory.output.address + (memory.output.bytes >> 3) * 4;
  const target: MemoryRange = { address: BigInt(middle), bytes: 4 };
  const late: MemoryRange = { address: BigInt(memory.program + 64 * exec), bytes: 64 };
  const cases: Readonly<Record<string, Case>> = {
    'at a program that is not aligned': {
      cause: 'MISALIGNED',
      program: memory.program + 4,
      address: memory.program + 4,
      instruction: 0,
      allowed: NOTHING,
    },
    'at a program without an END': {
      cause: 'NO_END',
      count: words.length / 16 - 1,
      address: memory.program + 4 * words.length - 64,
      instruction: words.length / 16 - 1,
    },
    'at a program of no instructions': { cause: 'NO_END', count: 0, instruction: 0, allowed: NOTHING },
    'at a load whose address and buffer disagree': {
      cause: 'MISALIGNED',
      words: withWord(words, load, 3, (value) => value + 1),
      culprit: load,
      allowed: NOTHING,
    },
    'at a tile outside the accumulator': {
      cause: 'ACCUMULATOR_RANGE',
      words: withWord(words, exec, 7, (value) => value + 64),
      culprit: exec,
      address: 0,
    },
    'at a write outside the window': {
      cause: 'WINDOW',
      windowLimit: middle,
      culprit: store,
      allowed: [{ address: output.address, bytes: middle - memory.output.address }],
    },
    'at a write before the window': {
      cause: 'WINDOW',
      windowBase: memory.output.address + memory.output.bytes,
      culprit: store,
      address: memory.output.address,
      allowed: NOTHING,
    },
    // Icarus: until a STORE has come, its queue holds unknown values
    'at SLVERR on the first instruction, before any STORE': {
      cause: 'READ_SLVERR',
      errors: [{ access: 'read', response: 'SLVERR', address: BigInt(memory.program), bytes: 64 }],
      address: memory.program,
      allowed: NOTHING,
      simulator: 'icarus',
    },
    ...Object.fromEntries(
      (['SLVERR', 'DECERR'] as const).flatMap((response): readonly (readonly [string, Case])[] => [
        [
          `at ${response} on the program`,
          {
            cause: `READ_${response}`,
            errors: [{ access: 'read', response, ...late }],
            address: Number(late.address),
            unread: exec,
          },
        ],
        [
          `at ${response} on a tensor`,
          {
            cause: `READ_${response}`,
            errors: [{ access: 'read', response, ...tensor }],
            address: Number(tensor.address),
            culprit: load,
          },
        ],
        [
          `at ${response} on a write`,
          { cause: `WRITE_${response}`, errors: [{ access: 'write', response, ...target }], culprit: store },
        ],
      ]),
    ),
  };
  it.each(Object.entries(cases))('%s', (_, given) => expectStop(given));
});

describe('an engine that is not built', () => {
  const config: Config = { ...tiny4, name: 'tiny4_bp', engines: ['bp'] };
  const small = parseLayer('B=1,C=3,H=4,W=4,N=2,K=2,S=2');
  const next = makeWorkload(config, small, 'dgrad', 'bp', SECOND);
  it.each([
    ['zerofree', 'exec'],
    ['traditional', 'reorganize'],
  ] as const)('is refused: %s', async (engine, kind) => {
    const first = makeWorkload(tiny4, small, 'dgrad', engine, FIRST);
    const instruction = indexOf(first.plan.words, kind);
    await expectStop({
      cause: 'ENGINE',
      config,
      victim: first,
      good: next,
      instruction,
      allowed: NOTHING,
      simulator: 'icarus',
    });
  });
});

describe('a run is not disturbed', () => {
  it('by START', async () => {
    const script: readonly HostOperation[] = [
      ...start(tiny4, victim),
      { kind: 'wait', cycles: 150 },
      write(tiny4, 'ctrl', 5),
      waitIrq,
      read(tiny4, 'status'),
      write(tiny4, 'status', ERROR),
      waitIrq,
      read(tiny4, 'status'),
      write(tiny4, 'status', DONE),
      ...start(tiny4, good),
      waitIrq,
      read(tiny4, 'status'),
    ];
    const outcome = await runScript(tiny4, [victim, good], script);
    expect(outcome.faults).toEqual([]);
    expect(outcome.values).toEqual([(stoppedBy('START_BUSY') & ~IDLE) | BUSY, DONE | IDLE, DONE | IDLE]);
    expect(outcome.exact).toEqual([true, true]);
  });

  // a wide bus brings what stands behind END in the same cycle
  const wide: Config = { ...tiny4, name: 'tiny4_wide', axi: { ...tiny4.axi, dataWidth: 512 } };
  it.each([
    ['32 bits', tiny4, 'verilator'],
    ['512 bits', wide, 'icarus'],
  ] as const)('by instructions behind END of this run or the one before, bus of %s', async (_, config, simulator) => {
    const first = makeWorkload(config, layer, 'dgrad', 'zerofree', FIRST);
    const second = makeWorkload(config, layer, 'wgrad', 'zerofree', SECOND);
    const junk = new Uint32Array(first.plan.words.length + 64);
    junk.set(first.plan.words);
    junk.fill(0x77, first.plan.words.length);
    const run = [waitIrq, read(config, 'status'), write(config, 'status', DONE)];
    const script = [
      ...start(config, first, { words: junk }),
      ...run,
      ...start(config, second),
      ...run,
      ...start(config, first, { words: junk }),
      ...run,
    ];
    const outcome = await runScript(config, [first, second], script, { words: junk, simulator });
    expect(outcome.faults).toEqual([]);
    expect(outcome.values).toEqual([DONE | IDLE, DONE | IDLE, DONE | IDLE]);
    expect(outcome.exact).toEqual([true, true]);
  });
});

describe('a soft reset', () => {
  const traditional = makeWorkload(tiny4, layer, 'dgrad', 'traditional', FIRST);
  const runs = [victim, traditional];
  // cycles after START, from the first fetch to the last stores
  it.each([1, 30, 77, 130, 260, 555, 901, 1402, 2300, 3100])('after %i cycles stops the run', async (cycles) => {
    const first = runs[cycles & 1]!;
    const script: readonly HostOperation[] = [
      ...start(tiny4, first),
      { kind: 'wait', cycles },
      write(tiny4, 'ctrl', 6),
      until(tiny4, BUSY, 0),
      write(tiny4, 'status', DONE | ERROR),
      ...start(tiny4, good),
      waitIrq,
      read(tiny4, 'status'),
      write(tiny4, 'status', DONE),
      ...start(tiny4, first),
      waitIrq,
      read(tiny4, 'status'),
    ];
    const outcome = await runScript(tiny4, [first, good], script, { seed: cycles });
    expect(outcome.faults).toEqual([]);
    expect(outcome.met).toBe(true);
    expect(outcome.values.slice(1)).toEqual([DONE | IDLE, DONE | IDLE]);
    expect(outcome.exact).toEqual([true, true]);
  });

  it('leaves what was not yet written', async () => {
    const script = [...start(tiny4, victim), write(tiny4, 'ctrl', 6), until(tiny4, BUSY, 0), read(tiny4, 'status')];
    const outcome = await runScript(tiny4, [victim], script, { allowed: NOTHING });
    expect(outcome.faults).toEqual([]);
    expect(outcome.values[1]).toBe(IDLE);
    expect(outcome.outputs[0]!.every((byte) => byte === UNTOUCHED)).toBe(true);
  });
});
