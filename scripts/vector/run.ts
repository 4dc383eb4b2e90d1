import type { Config } from '../../generator/description/config.js';
import { countersOf, snakeCase } from '../../generator/isa/registers.js';
import { execute } from '../../generator/machine/executor.js';
import { DONE, IDLE, read, write, writeAddress } from '../../generator/run/host.js';
import { simulate } from '../../generator/run/simulate.js';
import { faults, type HostOperation, type MemoryOptions, type Simulator } from '../../generator/run/simulators/job.js';
import { hex } from '../../generator/run/steps.js';
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
}

/** Runs a program on the RTL through its ports, and compares every byte and every counter with the model; what is wrong, in words. */
export const runVector = async (
  config: Config,
  program: VectorProgram,
  { simulator, seed, memory, waves }: VectorRunOptions = {},
): Promise<{ readonly findings: readonly string[]; readonly cycles: number }> => {
  const expected = expectedOf(config, program);
  const { input, output, words } = program;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const start = begin(config, program);
  const script: readonly HostOperation[] = [
    ...start,
    { kind: 'irq', maxCycles: MOST_CYCLES },
    read(config, 'status'),
    ...countersOf(config).flatMap(({ name }) => [
      read(config, `${snakeCase(name)}_lo`),
      read(config, `${snakeCase(name)}_hi`),
    ]),
  ];
  const range = { address: BigInt(output.base), bytes: output.bytes.length };
  const images = [
    { address: BigInt(input.base), bytes: input.bytes },
    { address: BigInt(output.base), bytes: output.bytes },
    { address: BigInt(program.program), bytes },
  ];
  const job = { images, script, dumps: [range], allowedWrites: [range], maxCycles: MOST_CYCLES + 20_000 };
  const sim = await simulate(config, { ...job, seed, memory, waves }, { simulator });
  const findings = [...faults(sim)];
  const [irq, status, ...values] = sim.operations.slice(start.length);
  if (!irq?.met) findings.push('no interrupt');
  if (status?.value !== (DONE | IDLE)) findings.push(`STATUS is ${hex(status?.value ?? 0)}`);
  const actual = sim.dumps[0]!;
  const wrong = [...actual.keys()].filter((at) => actual[at] !== expected.output[at]);
  if (wrong.length > 0) {
    const at = wrong[0]!;
    findings.push(
      `${wrong.length} bytes are wrong, the first at ${hex(output.base + at)}: ${hex(actual[at]!)}, not ${hex(expected.output[at]!)}`,
    );
  }
  for (const [index, { name }] of countersOf(config).entries()) {
    const expectation = (expected.counts as unknown as Readonly<Record<string, number>>)[name];
    const value = (values[2 * index]?.value ?? 0) + (values[2 * index + 1]?.value ?? 0) * 2 ** 32;
    if (expectation !== undefined && expectation !== value) findings.push(`${name} is ${value}, not ${expectation}`);
  }
  return { findings, cycles: sim.cycles };
};
