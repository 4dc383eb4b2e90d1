import type { Config } from '../../generator/description/config.js';
import type { EmittedFile } from '../../generator/emit/rtl.js';
import { countersOf, type ErrorCause, snakeCase } from '../../generator/isa/registers.js';
import { execute } from '../../generator/machine/executor.js';
import { DONE, IDLE, read, stoppedBy, write, writeAddress } from '../../generator/run/host.js';
import { simulate } from '../../generator/run/simulate.js';
import {
  faults,
  type HostOperation,
  type InjectedError,
  type MemoryOptions,
  type SimJob,
  type Simulator,
} from '../../generator/run/simulators/job.js';
import { hex, judgeSteps, recover, type Step } from '../../generator/run/steps.js';
import type { Counts } from '../../generator/units/counts.js';
import type { VectorProgram } from './program.js';

/** What the model makes of a program. */
export interface Expected {
  readonly output: Uint8Array;
  readonly counts: Counts;
}

/** Carries a program out on the model. */
export const expectedOf = (config: Config, { words, bases, input, output }: VectorProgram): Expected => {
  const written = { ...output, bytes: output.bytes.slice() };
  const counts = execute(config, words, [{ ...input, bytes: input.bytes.slice() }, written], bases);
  return { output: written.bytes, counts };
};

/** What the host does to start a program. */
export const begin = (config: Config, program: VectorProgram, words = program.words): readonly HostOperation[] => [
  ...writeAddress(config, 'program', program.program),
  write(config, 'program_count', words.length / 16),
  ...writeAddress(config, 'window_base', program.output.base),
  ...writeAddress(config, 'window_limit', program.output.base + program.output.bytes.length),
  ...program.bases.flatMap((base, n) => writeAddress(config, `base${n + 1}`, base)),
  write(config, 'ctrl', 5),
];

const MOST_CYCLES = 2_000_000;

export interface VectorRunOptions {
  readonly simulator?: Simulator;
  readonly seed?: number;
  readonly memory?: MemoryOptions;
  readonly waves?: string;
  /** Sources in place of those of the configuration. */
  readonly rtl?: readonly EmittedFile[];
  readonly limits?: Pick<SimJob, 'maxCycles' | 'cpuSeconds'>;
  /** What happens before the run: the same program, changed so that it stops, or ended by a soft reset. */
  readonly before?: Accident;
}

/** A run that does not reach its end. */
export type Accident =
  /** Decoding refuses an instruction. */
  | { readonly kind: 'refused'; readonly words: Uint32Array; readonly instruction: number; readonly cause: ErrorCause }
  /** Writes to a place outside the program's own are answered with an error. */
  | { readonly kind: 'bus error'; readonly words: Uint32Array; readonly address: number; readonly bytes: number }
  /** So many cycles after START. */
  | { readonly kind: 'reset'; readonly cycles: number };

/** Where a changed program lies: as far from the other one as both are long at most. */
const CHANGED = 0x40000;

/** What the host does for an accident, and what is wrong with the results. */
const accidentStep = (config: Config, program: VectorProgram, accident: Accident): Step => {
  const at = program.program + CHANGED;
  const words = accident.kind === 'reset' ? program.words : accident.words;
  const { base, bytes } = program.output;
  const changed = {
    ...{ ...program, program: accident.kind === 'reset' ? program.program : at },
    // a bus error is one inside the window
    ...(accident.kind === 'bus error'
      ? { output: { base, bytes: new Uint8Array(accident.address + accident.bytes - base) } }
      : { output: { base, bytes } }),
  };
  const start = begin(config, changed, words);
  if (accident.kind === 'reset') {
    const end = recover(config, 'reset', MOST_CYCLES);
    return {
      operations: [...start, { kind: 'wait', cycles: accident.cycles }, ...end.operations],
      check: (results) => end.check(results.slice(start.length + 1)),
    };
  }
  const end = recover(config, 'clear');
  const asks: readonly HostOperation[] = [
    { kind: 'irq', maxCycles: MOST_CYCLES },
    read(config, 'status'),
    read(config, 'error_instruction'),
    read(config, 'error_address_lo'),
  ];
  return {
    operations: [...start, ...asks, ...end.operations],
    check: (results) => {
      const [irq, status, instruction, address] = results.slice(start.length);
      const findings: string[] = [];
      const expect = (what: string, actual: number, expected: number): void => {
        if (actual !== expected) findings.push(`${what} of the first run is ${hex(actual)}, not ${hex(expected)}`);
      };
      if (!irq!.met) findings.push('the first run does not stop');
      if (accident.kind === 'refused') {
        expect('status', status!.value, stoppedBy(accident.cause));
        expect('error instruction', instruction!.value, accident.instruction);
        expect('error address', address!.value, at + 64 * accident.instruction);
      } else {
        expect('status', status!.value, stoppedBy('WRITE_SLVERR'));
      }
      return [...findings, ...end.check(results.slice(start.length + asks.length))];
    },
  };
};

/** A run whose results, and counters, must be the model's. */
const rightStep = (config: Config, program: VectorProgram, counts: Counts): Step => {
  const start = begin(config, program);
  return {
    operations: [
      ...start,
      { kind: 'irq', maxCycles: MOST_CYCLES },
      read(config, 'status'),
      ...countersOf(config).flatMap(({ name }) => [
        read(config, `${snakeCase(name)}_lo`),
        read(config, `${snakeCase(name)}_hi`),
      ]),
    ],
    check: (results) => {
      const [irq, status, ...values] = results.slice(start.length);
      return [
        ...(irq!.met ? [] : ['no interrupt']),
        ...(status!.value === (DONE | IDLE) ? [] : [`STATUS is ${hex(status!.value)}`]),
        ...countersOf(config).flatMap(({ name }, index) => {
          const expected = (counts as unknown as Readonly<Record<string, number>>)[name];
          const actual = values[2 * index]!.value + values[2 * index + 1]!.value * 2 ** 32;
          return expected === undefined || expected === actual ? [] : [`${name} is ${actual}, not ${expected}`];
        }),
      ];
    },
  };
};

/** Runs a program on the RTL through its ports, and compares every byte and every counter with the model; what is wrong, in words. */
export const runVector = async (
  config: Config,
  program: VectorProgram,
  { simulator, seed, memory, waves, rtl, limits, before }: VectorRunOptions = {},
): Promise<{ readonly findings: readonly string[]; readonly cycles: number }> => {
  const expected = expectedOf(config, program);
  const { input, output, words } = program;
  const steps = [
    ...(before ? [accidentStep(config, program, before)] : []),
    rightStep(config, program, expected.counts),
  ];
  const script = steps.flatMap(({ operations }) => operations);
  const range = { address: BigInt(output.base), bytes: output.bytes.length };
  const bytesOf = (of: Uint32Array): Uint8Array => new Uint8Array(of.buffer, of.byteOffset, of.byteLength);
  const images = [
    { address: BigInt(input.base), bytes: input.bytes },
    { address: BigInt(output.base), bytes: output.bytes },
    { address: BigInt(program.program), bytes: bytesOf(words) },
    ...(before && before.kind !== 'reset'
      ? [{ address: BigInt(program.program + CHANGED), bytes: bytesOf(before.words) }]
      : []),
  ];
  const errors: readonly InjectedError[] =
    before?.kind === 'bus error'
      ? [{ access: 'write', response: 'SLVERR', address: BigInt(before.address), bytes: before.bytes }]
      : [];
  const allowedWrites = [range, ...errors];
  const job = { images, script, dumps: [range], allowedWrites, maxCycles: 2 * MOST_CYCLES };
  const sim = await simulate(
    config,
    { ...job, ...limits, seed, memory: { ...memory, errors }, waves },
    { simulator, rtl },
  );
  const findings = [...faults(sim), ...judgeSteps(steps, sim.operations)];
  const actual = sim.dumps[0]!;
  const wrong = [...actual.keys()].filter((at) => actual[at] !== expected.output[at]);
  if (wrong.length > 0) {
    const at = wrong[0]!;
    const values = `${hex(actual[at]!)}, not ${hex(expected.output[at]!)}`;
    findings.push(`${wrong.length} bytes are wrong, the first at ${hex(output.base + at)}: ${values}`);
  }
  return { findings, cycles: sim.cycles };
};
