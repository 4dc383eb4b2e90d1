import type { Config } from '../description/config.js';
import { BYTES_PER_INSTRUCTION } from '../isa/program.js';
import { execute } from '../machine/executor.js';
import type { Counts } from '../units/counts.js';
import type { Bases } from '../units/machine.js';
import type { Region } from '../units/memory.js';
import { programScript, readCounters, runFaults } from './runPass.js';
import { simulate } from './simulate.js';
import type { Cells, MemoryOptions, Simulator } from './simulators/job.js';

/** A program and the memory that it works on. */
export interface ProgramJob {
  /** 16 for each instruction of 64 bytes. */
  readonly words: Uint32Array;
  /** Where the program lies: a multiple of 64, in no region. */
  readonly program: number;
  readonly bases?: Bases;
  /** All memory but the program. */
  readonly regions: readonly Region[];
  /** Cycles after which the run is a hang. */
  readonly maxCycles: number;
}

export interface ProgramOptions {
  readonly simulator?: Simulator;
  /** What the array's cells are. Default `verilog`; `c` is for Verilator only. */
  readonly cells?: Cells;
  readonly memory?: MemoryOptions;
  readonly seed?: number;
  readonly waves?: string;
}

export interface ProgramResult {
  /** START to END; NaN on an accelerator without that counter. */
  readonly cycles: number;
  /** Those that the accelerator has. */
  readonly counters: Readonly<Record<string, number>>;
  /** Hangs, protocol breaches, stray writes, error status: empty when all is well. */
  readonly faults: readonly string[];
  /** STATUS after the run. */
  readonly status: number;
  /** Memory after the run, region by region. */
  readonly after: readonly Uint8Array[];
  /** Simulated cycles per second of wall time. */
  readonly cyclesPerSecond: number;
}

/** Runs a program on the RTL, through its registers and memory bus. The regions are left as they are. */
export const runProgram = async (
  config: Config,
  { words, program, bases, regions, maxCycles }: ProgramJob,
  options: ProgramOptions = {},
): Promise<ProgramResult> => {
  const ranges = regions.map(({ base, bytes }) => ({ address: BigInt(base), bytes: bytes.length }));
  const window = {
    base: Math.min(...regions.map(({ base }) => base)),
    limit: Math.max(...regions.map(({ base, bytes }) => base + bytes.length)),
  };
  const count = (words.length * 4) / BYTES_PER_INSTRUCTION;
  const script = programScript(config, { program, count, window, ...(bases ? { bases } : {}) }, maxCycles);
  const irqAt = script.findIndex(({ kind }) => kind === 'irq');
  const image = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const sim = await simulate(
    config,
    {
      images: [
        ...regions.map(({ base, bytes }) => ({ address: BigInt(base), bytes })),
        { address: BigInt(program), bytes: image },
      ],
      script,
      dumps: ranges,
      allowedWrites: ranges,
      seed: options.seed ?? 0,
      maxCycles: maxCycles + 20_000,
      ...(options.memory ? { memory: options.memory } : {}),
      ...(options.waves ? { waves: options.waves } : {}),
    },
    { simulator: options.simulator, cells: options.cells },
  );
  const counters = readCounters(config, sim, irqAt + 2);
  const { cycles = Number.NaN } = counters;
  return {
    cycles,
    counters,
    faults: runFaults(sim, irqAt),
    status: sim.operations[irqAt + 1]?.value ?? 0,
    after: regions.map(({ bytes }, i) => sim.dumps[i] ?? bytes),
    cyclesPerSecond: sim.seconds > 0 ? sim.cycles / sim.seconds : 0,
  };
};

/** A byte of memory, or a counter, in which the RTL differs from the bit-exact executor. */
export interface Difference {
  readonly what: string;
  /** Of a byte: which region, and where in it. */
  readonly region?: number;
  readonly at?: number;
  readonly expected: number;
  readonly actual: number;
}

/**
 * Runs a program on the RTL and on the bit-exact executor, and compares all memory and all counters that do not depend on time.
 * The regions are left as they are.
 */
export const compareProgram = async (
  config: Config,
  job: ProgramJob,
  options: ProgramOptions = {},
): Promise<{
  readonly result: ProgramResult;
  readonly expected: readonly Region[];
  readonly differences: readonly Difference[];
}> => {
  const expected = job.regions.map(({ base, bytes }) => ({ base, bytes: bytes.slice() }));
  const counts: Counts = execute(config, job.words, expected, job.bases);
  const result = await runProgram(config, job, options);
  const differences: Difference[] = [];
  expected.forEach(({ base, bytes }, region) => {
    const after = result.after[region]!;
    for (let i = 0; i < bytes.length; i++)
      if (after[i] !== bytes[i])
        differences.push({
          ...{ what: `byte 0x${(base + i).toString(16)}`, region, at: i },
          expected: bytes[i]!,
          actual: after[i]!,
        });
  });
  for (const [name, value] of Object.entries(counts))
    if (name in result.counters && result.counters[name] !== value)
      differences.push({ what: name, expected: value, actual: result.counters[name]! });
  return { result, expected, differences };
};
