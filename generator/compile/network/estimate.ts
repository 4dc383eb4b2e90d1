import type { Config, Engine } from '../../description/config.js';
import type { Graph } from '../../graph/operations.js';
import { type Queue, queueCount, queueOf } from '../../isa/program.js';
import { countsOf } from '../../machine/counts.js';
import { benchMemory } from '../../machine/performance.js';
import { replay } from '../../machine/replay.js';
import type { Counts } from '../../units/counts.js';
import { TileShapes } from '../../units/exec/tile.js';
import type { CompiledNetwork, NetworkProgram, NetworkStep, StepBound } from './compiled.js';
import { compileNetwork } from './index.js';
import type { KnownPlans } from './passProgram.js';

/** What a step of a program takes, by the model. */
export interface StepEstimate extends NetworkStep {
  /** From the end of the step before it to its own. */
  readonly cycles: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Every counter that does not depend on time. */
  readonly counters: Counts;
}

export interface ProgramEstimate {
  readonly cycles: number;
  readonly macs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly counters: Counts;
  readonly steps: readonly StepEstimate[];
}

/** Cycles and bytes of a program of a network, whole and step by step, by the performance model and with the memory of the benches. */
export const estimateProgram = (config: Config, { instructions, steps }: NetworkProgram): ProgramEstimate => {
  const counts: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  const marks = steps.map(({ first, end }) => {
    for (const instruction of instructions.slice(first, end)) {
      const queue = queueOf(instruction);
      if (queue) counts[queue] += queueCount(instruction);
    }
    return { ...counts };
  });
  const shapes = new TileShapes(config);
  const ends: number[] = [];
  const { cycles } = replay(config, instructions, 0, benchMemory(config), shapes, {
    marks,
    onMark: (end) => ends.push(end),
    bases: true,
  });
  const whole = countsOf(config, instructions, shapes);
  const estimates = steps.map((step, i): StepEstimate => {
    const own = countsOf(config, instructions.slice(step.first, step.end), shapes);
    const took = (ends[i] ?? cycles) - (i === 0 ? 0 : ends[i - 1]!);
    return { ...step, cycles: took, bytesRead: own.dramBytesRead, bytesWritten: own.dramBytesWritten, counters: own };
  });
  return {
    cycles,
    // the hardware of `traditional` does not know which zeros were inserted
    macs: steps.reduce((sum, { macs }) => sum + macs, 0),
    ...{ bytesRead: whole.dramBytesRead, bytesWritten: whole.dramBytesWritten, counters: whole },
    steps: estimates,
  };
};

/** A step of training by the model: its programs by what they do. */
export interface TrainingStepEstimate {
  readonly compiled: CompiledNetwork;
  readonly parts: readonly { readonly name: string; readonly estimate: ProgramEstimate }[];
  /** What any plan takes at least: {@link StepBound} of all steps. */
  readonly bound: StepBound;
}

/** Compiles a step of SGD with momentum, and predicts what it takes. @throws UserError as {@link compileNetwork} does. */
export const estimateTrainingStep = (
  config: Config,
  graph: Graph,
  engine?: Engine,
  known?: KnownPlans,
): TrainingStepEstimate => {
  // the rate is a constant of the program, and moves nothing
  const training = { rate: 0.05, momentum: 0.9 };
  const compiled = compileNetwork(config, graph, { training, known, ...(engine === undefined ? {} : { engine }) });
  const { forward, training: made } = compiled;
  const programs = [
    { name: 'forward', program: forward },
    ...made!.update.map((program) => ({ name: 'backward and update', program })),
  ];
  const bounds = programs.flatMap(({ program }) => program.steps.map(({ bound }) => bound));
  const least = (of: keyof StepBound): number => bounds.reduce((sum, bound) => sum + bound[of], 0);
  return {
    compiled,
    bound: { arrayCycles: least('arrayCycles'), bytes: least('bytes') },
    parts: programs.map(({ name, program }) => ({ name, estimate: estimateProgram(config, program) })),
  };
};
