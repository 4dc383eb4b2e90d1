import { makePlan } from '../../generator/compile/plan.js';
import { type Config, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { parseLayer } from '../../generator/description/layer.js';
import type { EmittedFile } from '../../generator/emit/rtl.js';
import { BYTES_PER_INSTRUCTION } from '../../generator/isa/program.js';
import type { ErrorCause } from '../../generator/isa/registers.js';
import {
  indexOf,
  read,
  start,
  stoppedBy,
  UNTOUCHED,
  type Workload,
  waitIrq,
  withOperands,
  withWord,
} from '../../generator/run/host.js';
import { simulate } from '../../generator/run/simulate.js';
import { faults, type SimJob } from '../../generator/run/simulators/job.js';
import { freshCounters, hex, judgeSteps, recover, resetRun, rightRun, type Step } from '../../generator/run/steps.js';
import { type VectorProgram, vectorProgram } from '../vector/program.js';
import { runVector } from '../vector/run.js';

const PAGE = 4096;

/** A quick test of a whole accelerator: every pass by every engine it has, then faults of each kind and soft resets. */
export interface SystemSuite {
  readonly config: Config;
  readonly job: SimJob;
  readonly steps: readonly Step[];
  readonly workloads: readonly Workload[];
  /** Random programs of the vector unit, where there is one: each is a run of its own. */
  readonly programs: readonly VectorProgram[];
}

const LAYERS: Readonly<Record<Pass, string>> = {
  fprop: 'B=2,C=5,H=4,W=5,N=6,K=3,S=2,P=1',
  dgrad: 'B=1,C=5,H=5,W=4,N=6,K=3,S=2,P=1',
  wgrad: 'B=1,C=6,H=5,W=5,N=5,Kh=2,Kw=3,Sh=2,Sw=3,P=1',
};
/** Lanes fused over (kw, channel), diagonal tiles, and more than the buffers hold. */
const MORE: readonly (readonly [string, Pass])[] = [
  ['C=2,H=6,W=6,N=4,K=3,S=2,P=1', 'fprop'],
  ['C=5,H=4,W=4,N=5,K=3,P=1,G=5', 'dgrad'],
  ['C=300,H=1,W=2,N=5,K=1', 'fprop'],
  ['C=6,H=7,W=7,N=5,K=3,D=2,P=2', 'wgrad'],
];

/** Seeds of the programs of the vector unit. */
const PROGRAMS: readonly number[] = [1, 2];

/** Makes the suite: one job, so that a simulator is compiled once for each design. */
export const systemSuite = (config: Config): SystemSuite => {
  const { beatBytes } = derive(config);
  let base = 0x10000;
  let seed = 1;
  const place = (layer: string, pass: Pass, engine: Engine): Workload => {
    const options = { base, narrow: seed % 3 === 0, misalign: seed % 4 };
    const workload = withOperands(config, makePlan(config, parseLayer(layer), pass, engine, options), seed++);
    const { memory, words } = workload.plan;
    base = (Math.ceil((memory.program + words.byteLength) / PAGE) + 1) * PAGE;
    return workload;
  };
  const last = config.engines.at(-1)!;
  const right = [
    ...PASSES.flatMap((pass) => config.engines.map((engine) => place(LAYERS[pass], pass, engine))),
    ...MORE.map(([layer, pass]) => place(layer, pass, last)),
  ];
  const [refused, outside, unfetched, unread, unwritten, reset] = Array.from({ length: 6 }, () =>
    place(LAYERS.dgrad, 'dgrad', last),
  );
  const { accumulatorDepth } = config.buffers;
  const programs = new Map<Workload, Uint32Array>([
    [refused!, withWord(refused!.plan.words, indexOf(refused!.plan.words, 'store'), 15, () => 1)],
    [outside!, withWord(outside!.plan.words, indexOf(outside!.plan.words, 'exec'), 7, (at) => at + accumulatorDepth)],
  ]);
  const instruction = ({ plan }: Workload, at: number): number => plan.memory.program + BYTES_PER_INSTRUCTION * at;
  const unreadBeat = Math.ceil((unread!.plan.memory.dy.address + 8) / beatBytes) * beatBytes;
  const unfetchedAt = instruction(unfetched!, indexOf(unfetched!.plan.words, 'exec'));

  const stopped = (workload: Workload, cause: ErrorCause, address?: number): Step => {
    const begin = start(config, workload);
    return {
      operations: [...begin, { ...waitIrq }, read(config, 'status'), read(config, 'error_address_lo')],
      check: (results) => {
        const [status, at] = results.slice(begin.length + 1).map(({ value }) => value);
        if (status !== stoppedBy(cause)) return [`STATUS is ${hex(status!)}, not stopped by ${cause}`];
        return address === undefined || address === at ? [] : [`${cause} at ${hex(at!)}, not ${hex(address)}`];
      },
    };
  };
  const again = right[0]!;
  const steps: readonly Step[] = [
    freshCounters(config),
    ...right.map((workload, index) => rightRun(config, workload, `run ${index}`)),
    ...[
      stopped(refused!, 'FIELD', instruction(refused!, indexOf(refused!.plan.words, 'store'))),
      recover(config, 'clear'),
    ],
    ...[stopped(outside!, 'ACCUMULATOR_RANGE', 0), recover(config, 'clear')],
    ...[stopped(unfetched!, 'READ_DECERR', unfetchedAt), recover(config, 'clear')],
    ...[stopped(unread!, 'READ_SLVERR', unreadBeat), recover(config, 'reset')],
    ...[stopped(unwritten!, 'WRITE_DECERR'), recover(config, 'clear')],
    ...[resetRun(config, reset!, 300), rightRun(config, reset!, 'the run after a soft reset')],
    rightRun(config, again, 'the first run again'),
  ];
  const all = [...right, refused!, outside!, unfetched!, unread!, unwritten!, reset!];
  const outputs = all.map(({ plan }) => ({
    address: BigInt(plan.memory.output.address),
    bytes: plan.memory.output.bytes,
  }));
  const target = unwritten!.plan.memory.output.address;
  const job: SimJob = {
    images: [
      ...all.flatMap((workload) =>
        workload.images.map(({ base: at, bytes }) => {
          const changed = at === workload.plan.memory.program ? programs.get(workload) : undefined;
          return { address: BigInt(at), bytes: changed ? new Uint8Array(changed.buffer) : bytes };
        }),
      ),
      ...outputs.map(({ address, bytes }) => ({ address, bytes: new Uint8Array(bytes).fill(UNTOUCHED) })),
    ],
    script: steps.flatMap(({ operations }) => operations),
    dumps: [...right, reset!].map(({ plan }) => ({
      address: BigInt(plan.memory.output.address),
      bytes: plan.memory.output.bytes,
    })),
    allowedWrites: all.flatMap((workload) => (workload === refused ? [] : workload.writes)),
    memory: {
      ...{ readLatency: 20, writeLatency: 8, stallPercent: 10 },
      errors: [
        { access: 'read', response: 'DECERR', address: BigInt(unfetchedAt), bytes: 4 },
        { access: 'read', response: 'SLVERR', address: BigInt(unreadBeat), bytes: 4 },
        { access: 'write', response: 'DECERR', address: BigInt(target + 40), bytes: 4 },
      ],
    },
    seed: 1,
  };
  return {
    ...{ config, job, steps, workloads: [...right, reset!] },
    programs: config.vector ? PROGRAMS.map((number) => vectorProgram(config, number)) : [],
  };
};

/** What is wrong with a design by the suite, and how many cycles it took. */
export const runSuite = async (
  { config, job, steps, workloads, programs }: SystemSuite,
  rtl: readonly EmittedFile[],
  limits: Pick<SimJob, 'maxCycles' | 'cpuSeconds'>,
): Promise<{ readonly findings: readonly string[]; readonly cycles: number }> => {
  const sim = await simulate(config, { ...job, ...limits }, { simulator: 'icarus', rtl });
  const wrong = workloads.flatMap(({ expected }, index) =>
    Buffer.compare(sim.dumps[index]!, expected) === 0 ? [] : [`output ${index} is wrong`],
  );
  const findings = [...faults(sim), ...judgeSteps(steps, sim.operations), ...wrong];
  for (const program of programs) {
    if (findings.length > 0) break;
    const memory = { readLatency: 20, writeLatency: 8, stallPercent: 10 };
    findings.push(...(await runVector(config, program, { simulator: 'icarus', memory, rtl, limits })).findings);
  }
  return { findings, cycles: sim.cycles };
};
