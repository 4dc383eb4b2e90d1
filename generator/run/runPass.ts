import { makePlan, type Plan } from '../compile/plan.js';
import { withStoredZeros } from '../compile/storedZeros.js';
import { writeWindow } from '../compile/window.js';
import { planImages, randomOperands } from '../compile/workload.js';
import { laneBound } from '../dataflows/lanes/index.js';
import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import type { EmittedFile } from '../emit/rtl.js';
import { formatOf, unpackResult } from '../formats/index.js';
import { judge, type Operands } from '../golden/judge.js';
import { BYTES_PER_INSTRUCTION } from '../isa/program.js';
import { countersOf, registerOffset, snakeCase } from '../isa/registers.js';
import type { Activity } from '../machine/activity.js';
import { execute } from '../machine/executor.js';
import type { Counts } from '../units/counts.js';
import type { Bases } from '../units/machine.js';
import type { Region } from '../units/memory.js';
import { write, writeAddress } from './host.js';
import { simulate } from './simulate.js';
import {
  type Cells,
  type CycleRange,
  faults,
  type HostOperation,
  type MemoryOptions,
  type SimJob,
  type SimResult,
  type Simulator,
} from './simulators/job.js';

export interface RunOptions {
  readonly operands?: Operands;
  readonly seed?: number;
  readonly simulator?: Simulator;
  /** What the array's cells are. Default `verilog`; `c` is for Verilator only. */
  readonly cells?: Cells;
  readonly waves?: string;
  /** File for line and toggle coverage. Verilator only. */
  readonly coverage?: string;
  /** Cycles whose activity is recorded. Verilator only. */
  readonly timeline?: CycleRange;
  readonly memory?: MemoryOptions;
  /** Results in the operand format instead of the accumulator format. */
  readonly narrow?: boolean;
  /** Narrow int8 results are sums divided by 2^shift. */
  readonly shift?: number;
  /** Elements by which tensors are moved off their natural alignment. */
  readonly misalign?: number;
  /** Sources to simulate instead of the configuration's own, as a netlist. */
  readonly rtl?: readonly EmittedFile[];
  /** The plan of this configuration, layer, pass and engine, when it has been made already. */
  readonly plan?: Plan;
}

/** The first value that is wrong, as raw bytes in hexadecimal (little-endian numbers, highest digit first). */
export interface Mismatch {
  /** Into the flat result. */
  readonly index: number;
  /** As the bit-exact model has it. */
  readonly expected: string;
  /** As the RTL wrote it. */
  readonly actual: string;
}

export interface RunResult {
  /** The tiling that was chosen, and its program. */
  readonly plan: Plan;
  /** What simulated. */
  readonly simulator: Simulator;
  /** What the array's cells were: the generated Verilog, or C functions. */
  readonly cells: Cells;
  /** START to END; it, usefulMacs and utilization are NaN on an accelerator without their counters. */
  readonly cycles: number;
  /** Multiply-accumulates on no structural zero. */
  readonly usefulMacs: number;
  /** usefulMacs / (rows · columns · cycles). */
  readonly utilization: number;
  /** Utilization that is left when channels are rounded up to lanes. */
  readonly laneBound: number;
  /** Values that differ from the bit-exact executor. */
  readonly mismatches: number;
  /** The first of them. */
  readonly firstMismatch?: Mismatch;
  /** Values of the executor outside the error bound of the plain loop nest (any difference for int8). */
  readonly outOfBound: number;
  /** First of them. */
  readonly firstOutOfBound?: {
    /** Into the flat result. */
    readonly index: number;
    /** As the plain loop nest has it. */
    readonly expected: number;
    /** As the executor has it. */
    readonly actual: number;
  };
  /** Greatest error of a value of the executor against the plain loop nest, over the sum of the magnitudes of its products; 0 for int8. */
  readonly maxRelativeError: number;
  /** Those that the accelerator has. */
  readonly counters: Readonly<Record<string, number>>;
  /** Counters, of those that there are, that differ from the executor's prediction. */
  readonly wrongCounters: readonly {
    /** As in the register map. */
    readonly name: string;
    /** As the executor counts. */
    readonly expected: number;
    /** As the RTL counted. */
    readonly actual: number;
  }[];
  /** Hangs, protocol breaches, stray writes, error status: empty when all is well. */
  readonly faults: readonly string[];
  /** Values of the result in C order, NHWC: int32 or fp32, with `narrow` int8, or bf16 as fp32. */
  readonly result: Int32Array | Int8Array | Float32Array;
  /** Simulated cycles per second of wall time. */
  readonly cyclesPerSecond: number;
  /** When the options asked for it. */
  readonly activity?: Activity;
  /** No mismatch, nothing out of bound, no wrong counter and no fault. */
  readonly passed: boolean;
}

const STATUS_DONE = 2;
const STATUS_ERROR = 4;

/** What a host sets up before it starts a program. */
export interface ProgramSetup {
  /** Address, and instructions of 64 bytes. */
  readonly program: number;
  readonly count: number;
  /** First byte that may be written, and the first one behind those. */
  readonly window: { readonly base: number; readonly limit: number };
  /** What the base registers hold. When left out: they are not written. */
  readonly bases?: Bases;
}

/** What a host does to run a program: set up, start, wait for the interrupt, read the status and all counters there are, low word first. */
export const programScript = (
  config: Config,
  { program, count, window, bases }: ProgramSetup,
  maxCycles: number,
): readonly HostOperation[] => {
  const offset = (name: string): number => registerOffset(config, name);
  return [
    ...writeAddress(config, 'program', program),
    write(config, 'program_count', count),
    ...writeAddress(config, 'window_base', window.base),
    ...writeAddress(config, 'window_limit', window.limit),
    ...(bases ?? []).flatMap((base, i) => writeAddress(config, `base${i + 1}`, base)),
    write(config, 'ctrl', 5),
    { kind: 'irq', maxCycles },
    { kind: 'read', offset: offset('status') },
    ...countersOf(config).flatMap(({ name }): readonly HostOperation[] => [
      { kind: 'read', offset: offset(`${snakeCase(name)}_lo`) },
      { kind: 'read', offset: offset(`${snakeCase(name)}_hi`) },
    ]),
  ];
};

/** What the host does to run a plan. */
export const hostScript = (config: Config, plan: Plan, maxCycles: number): readonly HostOperation[] => {
  const count = (plan.words.length * 4) / BYTES_PER_INSTRUCTION;
  return programScript(config, { program: plan.memory.program, count, window: writeWindow(plan) }, maxCycles);
};

/** The counters that a script has read, from its operation `first` on. */
export const readCounters = (config: Config, sim: SimResult, first: number): Record<string, number> => {
  const values: Record<string, number> = {};
  countersOf(config).forEach(({ name }, index) => {
    const low = sim.operations[first + 2 * index]?.value ?? 0;
    const high = sim.operations[first + 2 * index + 1]?.value ?? 0;
    values[name] = low + high * 2 ** 32;
  });
  return values;
};

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).reverse().toString('hex')}`;

/** What the simulator is told of a run. */
export interface Simulation {
  readonly job: SimJob;
  /** Index of the script's wait for the interrupt. */
  readonly irqAt: number;
  readonly images: ReturnType<typeof planImages>;
}

/** What went wrong in a run, in words; `irqAt` is the script's wait for the interrupt, behind which it reads the status. */
export const runFaults = (sim: SimResult, irqAt: number): readonly string[] => {
  const problems = [...faults(sim)];
  const status = sim.operations[irqAt + 1]?.value ?? 0;
  if (!sim.operations[irqAt]?.met) problems.push('no interrupt');
  if (status & STATUS_ERROR) problems.push(`STATUS.error, cause ${(status >>> 8) & 0xff}`);
  else if (!(status & STATUS_DONE)) problems.push('STATUS.done is not set');
  return problems;
};

/** The simulation that {@link runPass} makes for a plan. */
export const simulation = (config: Config, plan: Plan, operands: Operands, options: RunOptions): Simulation => {
  const { output, scratch } = plan.memory;
  const images = planImages(plan, operands);
  const maxCycles = Math.ceil(plan.cost.cycles * 6 + 200_000);
  const script = hostScript(config, plan, maxCycles);
  const job: SimJob = {
    images: images.map(({ base, bytes }) => ({ address: BigInt(base), bytes })),
    script,
    dumps: [{ address: BigInt(output.address), bytes: output.bytes }],
    allowedWrites: [output, ...(scratch.bytes ? [scratch] : [])].map(({ address, bytes }) => ({
      ...{ address: BigInt(address), bytes },
    })),
    memory: options.memory,
    seed: options.seed ?? 0,
    waves: options.waves,
    coverage: options.coverage,
    timeline: options.timeline,
    maxCycles: maxCycles + 20_000,
  };
  return { job, irqAt: script.findIndex(({ kind }) => kind === 'irq'), images };
};

/**
 * Runs one pass of a layer on the RTL, through its registers and memory bus, and compares the result with the
 * bit-exact executor, and that with the plain loop nest.
 */
export const runPass = async (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  options: RunOptions = {},
): Promise<RunResult> => {
  const seed = options.seed ?? 0;
  const { simulator = 'verilator', cells = 'verilog' } = options;
  const plan =
    options.plan ??
    makePlan(config, layer, pass, engine, {
      narrow: options.narrow,
      shift: options.shift,
      misalign: options.misalign,
    });
  const { narrow } = plan.results;
  const operands = options.operands ?? randomOperands(config, layer, pass, seed);
  const { output, scratch } = plan.memory;
  const { job, irqAt, images } = simulation(config, plan, operands, options);

  // layer (2): the executor works on a copy
  const expectedOutput: Region = { base: output.address, bytes: new Uint8Array(output.bytes) };
  const regions: Region[] = [...images.map(({ base, bytes }) => ({ base, bytes: bytes.slice() })), expectedOutput];
  if (scratch.bytes) regions.push({ base: scratch.address, bytes: new Uint8Array(scratch.bytes) });
  const predicted: Counts = execute(config, plan.words, regions);

  // the RTL
  const sim = await simulate(config, job, { simulator, rtl: options.rtl, cells });
  const problems = runFaults(sim, irqAt);

  // comparison
  const actual = sim.dumps[0] ?? new Uint8Array(output.bytes);
  const width = output.bytes / (expectedOutput.bytes.length / (formatOf(config)[narrow ? 'result' : 'sum'].bits / 8));
  let mismatches = 0;
  let firstMismatch: Mismatch | undefined;
  for (let at = 0; at < output.bytes; at += width) {
    let same = true;
    for (let i = at; i < at + width; i++) if (actual[i] !== expectedOutput.bytes[i]) same = false;
    if (same) continue;
    mismatches += 1;
    firstMismatch ??= {
      index: at / width,
      expected: hex(expectedOutput.bytes.slice(at, at + width)),
      actual: hex(actual.slice(at, at + width)),
    };
  }
  const expected = unpackResult(expectedOutput.bytes, config.format, narrow);
  const storedZeros = plan.nest.reorganized !== undefined;
  const judgement = judge(layer, pass, operands, expected, { ...plan.results, storedZeros });
  const wrongAt = judgement.firstWrong;

  const measured = readCounters(config, sim, irqAt + 2);
  const wrongCounters = Object.entries(predicted)
    .filter(([name, value]) => name in measured && measured[name] !== value)
    .map(([name, value]) => ({ name, expected: value, actual: measured[name] ?? 0 }));
  const reported = Object.fromEntries(
    Object.entries(withStoredZeros(plan, config, measured)).filter(([name]) => name in measured),
  );
  const { rows, columns } = config.array;
  const { cycles = NaN } = measured;
  const { usefulMacs = NaN } = reported;
  return {
    plan,
    simulator,
    cells,
    cycles,
    usefulMacs,
    utilization: cycles === 0 ? 0 : usefulMacs / (rows * columns * cycles),
    laneBound: laneBound(config, layer, pass),
    mismatches,
    firstMismatch,
    outOfBound: judgement.wrong,
    firstOutOfBound:
      wrongAt >= 0 ? { index: wrongAt, expected: judgement.expected[wrongAt]!, actual: expected[wrongAt]! } : undefined,
    maxRelativeError: judgement.maxRelativeError,
    counters: reported,
    wrongCounters,
    faults: problems,
    result: unpackResult(actual, config.format, narrow),
    activity: sim.activity,
    cyclesPerSecond: sim.seconds > 0 ? sim.cycles / sim.seconds : 0,
    passed: mismatches === 0 && judgement.wrong === 0 && wrongCounters.length === 0 && problems.length === 0,
  };
};
