import type { Config } from '../description/config.js';
import { countersOf, ERROR_CAUSES, snakeCase } from '../isa/registers.js';
import { BUSY, DONE, ERROR, IDLE, read, start, until, type Workload, write } from './host.js';
import type { HostOperation, OperationResult } from './simulators/job.js';

/** A part of the host's script, and what is wrong with its results. */
export interface Step {
  readonly operations: readonly HostOperation[];
  readonly check: (results: readonly OperationResult[]) => readonly string[];
}

export const hex = (value: number): string => `0x${value.toString(16)}`;

/** Name of the cause in STATUS. */
export const causeOf = (status: number): string =>
  ERROR_CAUSES.find(({ code }) => code === ((status >>> 8) & 0xff))?.name ?? `cause ${(status >>> 8) & 0xff}`;

/** Cycles that no run of a workload may take, whatever its memory. */
export const watchdog = ({ plan }: Workload): number =>
  100_000 + Math.ceil(40 * plan.cost.cycles) + 1000 * plan.instructions.length;

const readCounters = (config: Config): readonly HostOperation[] =>
  countersOf(config).flatMap(({ name }) => [
    read(config, `${snakeCase(name)}_lo`),
    read(config, `${snakeCase(name)}_hi`),
  ]);

export const clear = (config: Config): HostOperation => write(config, 'status', DONE | ERROR);

/** After the reset of the whole core nothing has been counted. */
export const freshCounters = (config: Config): Step => ({
  operations: readCounters(config),
  check: (results) =>
    countersOf(config).flatMap(({ name }, index) => {
      const [low, high] = results.slice(2 * index);
      return low!.value === 0 && high!.value === 0 ? [] : [`${name} is ${low!.value} before the first START`];
    }),
});

/** From the answer to START to the first cycle, and from the last one to the interrupt, at most. */
const HOST_CYCLES = 4;

/** A run that must end well, with the counters that the executor predicts. */
export const rightRun = (config: Config, workload: Workload, name: string): Step => {
  const begin = start(config, workload);
  const irq: HostOperation = { kind: 'irq', maxCycles: watchdog(workload) };
  return {
    operations: [...begin, irq, read(config, 'status'), ...readCounters(config), clear(config)],
    check: (results) => {
      const [waited, status, ...values] = results.slice(begin.length);
      if (!waited?.met) return [`${name}: no interrupt`];
      if (status?.value !== (DONE | IDLE)) {
        return [
          `${name}: STATUS is ${hex(status?.value ?? 0)}${status!.value & ERROR ? `, ${causeOf(status!.value)}` : ''}`,
        ];
      }
      // START takes effect before it is answered, and after what the host did before it
      const [before, answered] = results.slice(begin.length - 2);
      const [least, most] = [waited.cycle - answered!.cycle, waited.cycle - before!.cycle];
      return countersOf(config).flatMap(({ name: counter }, index) => {
        const actual = values[2 * index]!.value + values[2 * index + 1]!.value * 2 ** 32;
        if (counter === 'cycles' && (actual < least - HOST_CYCLES || actual > most)) {
          return [`${name}: cycles is ${actual}; the host saw ${least} to ${most}`];
        }
        const expected = (workload.counts as unknown as Readonly<Record<string, number>>)[counter];
        return expected === undefined || expected === actual
          ? []
          : [`${name}: ${counter} is ${actual}, not ${expected}`];
      });
    },
  };
};

/** After a run that stopped: STATUS is cleared, or there is a soft reset; then nothing is under way. */
export const recover = (config: Config, way: 'clear' | 'reset', patience = 0): Step => ({
  operations: [
    ...(way === 'reset' ? [write(config, 'ctrl', 6), until(config, BUSY, 0, 100_000 + patience)] : []),
    clear(config),
    read(config, 'status'),
  ],
  check: (results) => {
    if (!results.every(({ met }) => met)) return ['still busy after a soft reset'];
    const status = results.at(-1)?.value ?? 0;
    return status === IDLE
      ? []
      : [`STATUS is ${hex(status)} after ${way === 'reset' ? 'a soft reset' : 'it was cleared'}`];
  },
});

/** A run that a soft reset ends so many cycles after its START. */
export const resetRun = (config: Config, workload: Workload, after: number): Step => {
  const begin: readonly HostOperation[] = [...start(config, workload), { kind: 'wait', cycles: after }];
  const end = recover(config, 'reset', watchdog(workload));
  return { operations: [...begin, ...end.operations], check: (results) => end.check(results.slice(begin.length)) };
};

/** What the steps find in the results of their operations; a step without all its results finds nothing. */
export const judgeSteps = (steps: readonly Step[], operations: readonly OperationResult[]): readonly string[] => {
  let at = 0;
  return steps.flatMap(({ operations: mine, check }) => {
    const results = operations.slice(at, at + mine.length);
    at += mine.length;
    if (results.length < mine.length) return []; // a hang, which is found elsewhere
    const refused = results.filter(({ response }) => response !== 'OKAY').length;
    return [...(refused > 0 ? [`${refused} register accesses were not answered with OKAY`] : []), ...check(results)];
  });
};
