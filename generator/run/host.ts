import { makePlan, type Plan } from '../compile/plan.js';
import { writeWindow } from '../compile/window.js';
import { planImages, randomOperands } from '../compile/workload.js';
import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import type { Operands } from '../golden/judge.js';
import { INSTRUCTION_SET, type Instruction } from '../isa/program.js';
import { ERROR_CAUSES, type ErrorCause, registerOffset } from '../isa/registers.js';
import { execute } from '../machine/executor.js';
import type { Counts } from '../units/counts.js';
import type { Region } from '../units/memory.js';
import { simulate } from './simulate.js';
import type { HostOperation, MemoryOptions, MemoryRange, Simulator } from './simulators/job.js';
import { faults } from './simulators/job.js';

/** STATUS bits. */
export const BUSY = 1;
export const DONE = 2;
export const ERROR = 4;
export const IDLE = 8;

/** STATUS after an error: stopped, idle, with this cause. */
export const stoppedBy = (name: ErrorCause): number =>
  ERROR | IDLE | (ERROR_CAUSES.find((cause) => cause.name === name)!.code << 8);

/** One pass of a layer with its operands, and the result and the counts that the executor gives. */
export interface Workload {
  readonly plan: Plan;
  readonly counts: Counts;
  readonly images: readonly Region[];
  readonly expected: Uint8Array;
  /** The output, and what the reorganize step writes. */
  readonly writes: readonly MemoryRange[];
}

/** A plan with its operands, drawn by a seed or given, and what it must give. */
export const withOperands = (config: Config, plan: Plan, operands: number | Operands): Workload => {
  const { layer, pass } = plan.nest;
  const images = planImages(
    plan,
    typeof operands === 'number' ? randomOperands(config, layer, pass, operands) : operands,
  );
  const areas = [plan.memory.output, plan.memory.scratch].filter(({ bytes }) => bytes > 0);
  const written = areas.map(({ address, bytes }) => ({ base: address, bytes: new Uint8Array(bytes) }));
  const counts = execute(config, plan.words, [
    ...images.map((region) => ({ ...region, bytes: region.bytes.slice() })),
    ...written,
  ]);
  return {
    plan,
    counts,
    images,
    expected: written[0]!.bytes,
    writes: areas.map(({ address, bytes }) => ({ address: BigInt(address), bytes })),
  };
};

export const makeWorkload = (config: Config, layer: Layer, pass: Pass, engine: Engine, base: number): Workload =>
  withOperands(config, makePlan(config, layer, pass, engine, { base }), base);

/** What a run is started with; by default, all as the plan says. */
export interface Start {
  readonly words?: Uint32Array;
  readonly program?: number;
  readonly count?: number;
  readonly windowBase?: number;
  readonly windowLimit?: number;
}

/** Index of the n-th instruction of a kind in a program. */
export const indexOf = (words: Uint32Array, kind: Instruction['kind'], nth = 0): number => {
  const { opcode } = INSTRUCTION_SET[kind];
  for (let at = 0, seen = 0; at < words.length / 16; at++) {
    if ((words[at * 16]! & 0xff) === opcode && seen++ === nth) return at;
  }
  throw new Error(`the program has no ${kind} number ${nth}`);
};

/** A copy of a program with one word of one instruction changed. */
export const withWord = (
  words: Uint32Array,
  instruction: number,
  word: number,
  change: (value: number) => number,
): Uint32Array => words.map((value, at) => (at === instruction * 16 + word ? change(value) : value));

export const write = (config: Config, name: string, value: number): HostOperation => ({
  kind: 'write',
  offset: registerOffset(config, name),
  value,
});

export const read = (config: Config, name: string): HostOperation => ({
  kind: 'read',
  offset: registerOffset(config, name),
});

/** Waits until a STATUS bit has a value. */
export const until = (config: Config, bit: number, value: number, maxCycles = 20_000): HostOperation => ({
  kind: 'poll',
  offset: registerOffset(config, 'status'),
  mask: bit,
  value,
  maxCycles,
});

/** Writes an address, both words of it where addresses, or this one, are wider than one: a limit may be 2^32. */
export const writeAddress = (config: Config, name: string, value: number): readonly HostOperation[] => [
  write(config, `${name}_lo`, value >>> 0),
  ...(config.axi.addressWidth > 32 || value >= 2 ** 32
    ? [write(config, `${name}_hi`, Math.floor(value / 2 ** 32))]
    : []),
];

/** Sets a run up and starts it, with the interrupt enabled. */
export const start = (config: Config, { plan }: Workload, changes: Start = {}): readonly HostOperation[] => {
  const window = writeWindow(plan);
  return [
    ...writeAddress(config, 'program', changes.program ?? plan.memory.program),
    write(config, 'program_count', changes.count ?? (changes.words ?? plan.words).length / 16),
    ...writeAddress(config, 'window_base', changes.windowBase ?? window.base),
    ...writeAddress(config, 'window_limit', changes.windowLimit ?? window.limit),
    write(config, 'ctrl', 5),
  ];
};

export const waitIrq: HostOperation = { kind: 'irq', maxCycles: 60_000 };

/** What came of a script. */
export interface Outcome {
  /** Values of the script's reads and polls, in order. */
  readonly values: readonly number[];
  /** Whether all that was waited for came. */
  readonly met: boolean;
  /** Hangs, stray writes, protocol breaches. */
  readonly faults: readonly string[];
  /** For each workload, whether memory holds the executor's result. */
  readonly exact: readonly boolean[];
  /** Bytes of each output. */
  readonly outputs: readonly Uint8Array[];
}

/** Output bytes before any run. */
export const UNTOUCHED = 0xc3;

/** Runs a script beside workloads in memory; the first one's program may be another, and it may write less. */
export const runScript = async (
  config: Config,
  workloads: readonly Workload[],
  script: readonly HostOperation[],
  options: {
    readonly words?: Uint32Array;
    readonly allowed?: readonly MemoryRange[];
    readonly memory?: MemoryOptions;
    readonly simulator?: Simulator;
    readonly seed?: number;
  } = {},
): Promise<Outcome> => {
  const outputs = workloads.map(({ plan }) => plan.memory.output);
  const images = workloads.flatMap(({ images: regions, plan }, index) =>
    regions.map(({ base, bytes }) => ({
      address: BigInt(base),
      bytes:
        base === plan.memory.program && index === 0 && options.words ? new Uint8Array(options.words.buffer) : bytes,
    })),
  );
  const sim = await simulate(
    config,
    {
      images: [
        ...images,
        ...outputs.map(({ address, bytes }) => ({
          address: BigInt(address),
          bytes: new Uint8Array(bytes).fill(UNTOUCHED),
        })),
      ],
      script,
      dumps: outputs.map(({ address, bytes }) => ({ address: BigInt(address), bytes })),
      allowedWrites: [
        ...(options.allowed ?? workloads[0]!.writes),
        ...workloads.slice(1).flatMap(({ writes }) => writes),
      ],
      memory: { readLatency: 20, writeLatency: 8, stallPercent: 10, ...options.memory },
      seed: options.seed ?? 1,
      maxCycles: 400_000,
    },
    { simulator: options.simulator },
  );
  return {
    values: sim.operations.filter((_, index) => /read|poll/.test(script[index]!.kind)).map(({ value }) => value),
    met: sim.operations.length === script.length && sim.operations.every(({ met }) => met),
    faults: faults(sim),
    exact: sim.dumps.map((bytes, index) => Buffer.compare(bytes, workloads[index]!.expected) === 0),
    outputs: sim.dumps,
  };
};
