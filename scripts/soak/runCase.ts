import type { Plan } from '../../generator/compile/plan.js';
import type { Config } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import {
  BUSY,
  DONE,
  ERROR,
  IDLE,
  read,
  start,
  stoppedBy,
  UNTOUCHED,
  type Workload,
  write,
} from '../../generator/run/host.js';
import { simulate } from '../../generator/run/simulate.js';
import { faults, type HostOperation, type SimJob } from '../../generator/run/simulators/job.js';
import {
  causeOf,
  clear,
  hex,
  judgeSteps,
  recover,
  resetRun,
  rightRun,
  type Step,
  watchdog,
} from '../../generator/run/steps.js';
import { runBytes } from '../../generator/units/store/run.js';
import { type SoakCase, victimWrites } from './case.js';

/** What came of a case. */
export interface CaseResult {
  /** What is wrong, one thing a line; empty when all is well. */
  readonly findings: readonly string[];
  /** Cycles that were simulated. */
  readonly cycles: number;
  /** How the run ended that something was done to: `done`, `reset`, `running`, or the name of an error cause. */
  readonly ending: string;
}

/** What must be so once the victim has stopped by itself. */
/** Bytes of the longest run of a program's STOREs and REORGANIZEs: one that reaches beyond the window is refused as a whole. */
const longestRun = (config: Config, { instructions }: Plan): number =>
  Math.max(
    ...instructions.map((one) => {
      if (one.kind === 'store') return runBytes(config, one);
      return one.kind === 'reorganize' ? one.elements * one.positionsW * derive(config).dataBytes : 0;
    }),
  );

const stopFindings = (given: SoakCase, status: number, address: number, instruction: number): readonly string[] => {
  const { scenario, met, illegal, victim, config, windowLimit } = given;
  const { beatBytes } = derive(config);
  const { memory, words } = victim.plan;
  if ((status & (ERROR | DONE | BUSY | IDLE)) !== (ERROR | IDLE))
    return [`STATUS is ${hex(status)}, not stopped by an error`];
  const cause = causeOf(status);
  if (instruction > words.length / 16) return [`error instruction ${instruction} of ${words.length / 16}`];
  if (illegal) {
    return [
      ...(illegal.causes.some((name) => name === cause)
        ? []
        : [`cause is ${cause}, not ${illegal.causes.join(' or ')}`]),
      ...(instruction === illegal.instruction
        ? []
        : [`error instruction is ${instruction}, not ${illegal.instruction}`]),
      ...(address === memory.program + 64 * illegal.instruction ? [] : [`error address is ${hex(address)}`]),
    ];
  }
  if (scenario === 'window') {
    const right =
      cause === 'WINDOW' &&
      address + longestRun(config, victim.plan) > windowLimit! &&
      address < memory.output.address + memory.output.bytes;
    return right ? [] : [`cause ${cause} at ${hex(address)}, not WINDOW at ${hex(windowLimit!)}`];
  }
  const could = met.some((error) => {
    if (cause !== `${error.access.toUpperCase()}_${error.response}`) return false;
    const first = Number(error.address);
    const last = first + error.bytes - 1;
    // of a write the address is that of the burst, which lies in one page
    const page = Math.floor(address / 4096);
    const reach = error.access === 'write' ? Math.min(address + 256 * beatBytes, (page + 1) * 4096) - 1 : address;
    const beat = (at: number): number => Math.floor(at / beatBytes);
    return beat(reach) >= beat(first) && beat(address) <= beat(last);
  });
  return could ? [] : [`cause ${cause} at ${hex(address)}, which no injected error explains`];
};

/** A run that must stop by itself. */
const stoppedRun = (given: SoakCase, onStatus: (status: number) => void): Step => {
  const { config, victim, words, windowLimit } = given;
  const begin = start(config, victim, { words, windowLimit });
  const wide = config.axi.addressWidth > 32;
  return {
    operations: [
      ...begin,
      { kind: 'irq', maxCycles: watchdog(victim) },
      read(config, 'status'),
      read(config, 'error_instruction'),
      read(config, 'error_address_lo'),
      ...(wide ? [read(config, 'error_address_hi')] : []),
    ],
    check: (results) => {
      const [waited, status, instruction, low, high] = results.slice(begin.length);
      if (!waited?.met) return ['the run that must stop: no interrupt'];
      onStatus(status!.value);
      return stopFindings(given, status!.value, low!.value + (high?.value ?? 0) * 2 ** 32, instruction!.value);
    },
  };
};

/** A run that may stop, end, or go on for long; no more is said of it than that a soft reset ends it. */
const anyRun = (given: SoakCase, onStatus: (status: number) => void): Step => {
  const { config, victim, words } = given;
  const begin = start(config, victim, { words });
  return {
    operations: [
      ...begin,
      { kind: 'irq', maxCycles: 5000 + 2 * Math.ceil(victim.plan.cost.cycles) },
      read(config, 'status'),
    ],
    check: (results) => {
      onStatus(results.at(-1)?.value ?? 0);
      return [];
    },
  };
};

/** START during a run: it is refused and said so, and the run goes on. */
const busyStart = (given: SoakCase, onStatus: (status: number) => void): Step => {
  const { config, victim, after } = given;
  const begin = start(config, victim);
  const operations: readonly HostOperation[] = [
    ...begin,
    { kind: 'wait', cycles: after % 40 },
    write(config, 'ctrl', 5),
    { kind: 'irq', maxCycles: watchdog(victim) },
    read(config, 'status'),
    write(config, 'status', ERROR),
    { kind: 'irq', maxCycles: watchdog(victim) },
    read(config, 'status'),
    clear(config),
  ];
  return {
    operations,
    check: (results) => {
      const [, , , refused, , irq, status] = results.slice(begin.length);
      onStatus(status?.value ?? 0);
      const findings: string[] = [];
      if (!irq?.met) findings.push('START during a run: no interrupt at its end');
      if (status?.value !== (DONE | IDLE)) findings.push(`START during a run: STATUS is ${hex(status?.value ?? 0)}`);
      const flags = ~(DONE | IDLE | BUSY);
      if (((refused?.value ?? 0) & flags) !== (stoppedBy('START_BUSY') & flags)) {
        findings.push(`START during a run: STATUS is ${hex(refused?.value ?? 0)} then`);
      }
      return findings;
    },
  };
};

/** What the host does in a case, and which results must be in memory at the end. */
const stepsOf = (
  given: SoakCase,
  onStatus: (status: number) => void,
): { readonly steps: readonly Step[]; readonly right: readonly Workload[] } => {
  const { config, scenario, victim, next, met, recovery, after } = given;
  const nextRun = rightRun(config, next, 'the next run');
  const again = rightRun(config, victim, 'the run again');
  const both = [victim, next];
  switch (scenario) {
    case 'calm':
    case 'stalls':
      return { steps: [rightRun(config, victim, 'the run'), nextRun], right: both };
    case 'busy start':
      return { steps: [busyStart(given, onStatus), nextRun], right: both };
    case 'read error':
    case 'write error':
      if (met.length === 0) return { steps: [rightRun(config, victim, 'the run'), nextRun], right: both };
      return { steps: [stoppedRun(given, onStatus), recover(config, recovery), nextRun], right: [next] };
    case 'window': {
      const steps = [stoppedRun(given, onStatus), recover(config, recovery), nextRun];
      // only then may it write everything
      return { steps, right: [next] };
    }
    case 'soft reset':
      return met.length > 0
        ? { steps: [resetRun(config, victim, after), nextRun], right: [next] }
        : { steps: [resetRun(config, victim, after), again, nextRun], right: both };
    case 'illegal program':
      return { steps: [stoppedRun(given, onStatus), recover(config, recovery), nextRun], right: [next] };
    case 'garbled program':
      return { steps: [anyRun(given, onStatus), recover(config, 'reset', 100_000), nextRun], right: [next] };
  }
};

const jobOf = (given: SoakCase, script: readonly HostOperation[]): SimJob => {
  const { victim, next, words, memory, errors, seed } = given;
  const workloads = [victim, next];
  const outputs = workloads.map(({ plan }) => ({
    address: BigInt(plan.memory.output.address),
    bytes: plan.memory.output.bytes,
  }));
  const limits = script.reduce(
    (sum, operation) =>
      sum + ('maxCycles' in operation ? operation.maxCycles : operation.kind === 'wait' ? operation.cycles : 400),
    0,
  );
  return {
    images: [
      ...workloads.flatMap(({ images, plan }) =>
        images.map(({ base, bytes }) => ({
          address: BigInt(base),
          bytes: plan === victim.plan && base === plan.memory.program && words ? new Uint8Array(words.buffer) : bytes,
        })),
      ),
      ...outputs.map(({ address, bytes }) => ({ address, bytes: new Uint8Array(bytes).fill(UNTOUCHED) })),
    ],
    script,
    dumps: outputs,
    allowedWrites: [...victimWrites(given), ...next.writes],
    memory: { ...memory, errors },
    seed: seed % 0x7fffffff,
    maxCycles: limits + 20_000,
    anyProgram: given.scenario === 'garbled program',
  };
};

/**
 * In Icarus a right run comes before one that stops. Without it no STORE has ever been read, its opcode is unknown, and
 * with it the ready that `epilogue` sees once a fault makes `dma_write` drop what comes: its check stops the simulation,
 * though nothing is offered.
 */
const warmUp = ({ simulator, scenario, config, next }: SoakCase): readonly Step[] =>
  simulator === 'icarus' && !['calm', 'stalls', 'busy start'].includes(scenario)
    ? [rightRun(config, next, 'the run before')]
    : [];

/** Simulates a case and judges it. */
export const runCase = async (given: SoakCase, files: Pick<SimJob, 'waves' | 'coverage'> = {}): Promise<CaseResult> => {
  let status: number | undefined;
  const { steps: own, right } = stepsOf(given, (value) => {
    status ??= value;
  });
  const steps = [...warmUp(given), ...own];
  const script = steps.flatMap(({ operations }) => operations);
  const sim = await simulate(given.config, { ...jobOf(given, script), ...files }, { simulator: given.simulator });
  const findings = [...faults(sim), ...judgeSteps(steps, sim.operations)];
  [given.victim, given.next].forEach((workload, index) => {
    if (!right.includes(workload)) return;
    const { expected } = workload;
    const wrong = sim.dumps[index]!.findIndex((byte, offset) => byte !== expected[offset]);
    if (wrong >= 0) findings.push(`${index === 0 ? 'the run' : 'the next run'}: output byte ${wrong} is wrong`);
  });
  const ending =
    given.scenario === 'soft reset'
      ? 'reset'
      : status === undefined || status & DONE
        ? 'done'
        : status & ERROR
          ? causeOf(status)
          : 'running';
  return { findings, cycles: sim.cycles, ending };
};
