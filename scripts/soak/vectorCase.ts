import { UserError } from '../../generator/base/errors.js';
import type { Config } from '../../generator/description/config.js';
import { formatLayer } from '../../generator/description/layer.js';
import type { MemoryOptions, Simulator } from '../../generator/run/simulators/job.js';
import { busError, refusals, refused } from '../vector/accidents.js';
import { type VectorProgram, vectorProgram } from '../vector/program.js';
import { type Accident, runVector } from '../vector/run.js';
import { runWindows } from '../vector/runWindows.js';
import { planned, randomWindows, type Windows } from '../vector/windows.js';
import type { Draw } from './random.js';

/** What is done with a vector unit, and how often of a hundred. */
export const VECTOR_SCENARIOS = {
  'vector program': 35,
  'vector program refused': 15,
  'vector program, bus error': 10,
  'vector program, soft reset': 20,
  'greatest of windows': 20,
} as const;

export type VectorScenario = keyof typeof VECTOR_SCENARIOS;

/** A random program for the vector unit, or EXECs with maximum. */
export type VectorCase = {
  readonly scenario: VectorScenario;
  readonly config: Config;
  readonly simulator: Simulator;
  readonly seed: number;
  readonly memory: MemoryOptions;
} & (
  | { readonly program: VectorProgram; readonly before?: Accident; readonly what?: string }
  | { readonly windows: Windows }
);

/** An accident before the program: none where the program has nothing that can break so. */
const accidentOf = (
  scenario: VectorScenario,
  config: Config,
  program: VectorProgram,
  draw: Draw,
): { readonly before?: Accident; readonly what?: string } => {
  const seed = draw.between(0, 0x3fffffff);
  if (scenario === 'vector program refused') {
    const what = draw.pick(Object.keys(refusals(config)));
    const before = refused(config, program, what, seed);
    return before ? { before, what } : {};
  }
  if (scenario === 'vector program, bus error') {
    const before = busError(program, seed);
    return before ? { before } : {};
  }
  if (scenario !== 'vector program, soft reset') return {};
  return { before: { kind: 'reset', cycles: draw.between(0, 6000) } };
};

/** Small windows: long simulations show no more. */
const windowsFor = (config: Config, draw: Draw): Windows => {
  for (;;) {
    const windows = randomWindows(draw.between(0, 0x3fffffff), 6);
    try {
      planned(config, windows);
      return windows;
    } catch (error) {
      // a window that is too large for the buffers
      if (!(error instanceof UserError)) throw error;
    }
  }
};

/** A case of a scenario on an accelerator with a vector unit. */
export const vectorCase = (
  scenario: VectorScenario,
  config: Config,
  simulator: Simulator,
  memory: MemoryOptions,
  draw: Draw,
): VectorCase => {
  const seed = draw.between(0, 0x3fffffff);
  const given = { scenario, config, simulator, seed, memory };
  if (scenario === 'greatest of windows') return { ...given, windows: windowsFor(config, draw) };
  const program = vectorProgram(config, seed, simulator === 'icarus' ? 3 : draw.between(2, 14));
  return { ...given, program, ...accidentOf(scenario, config, program, draw) };
};

export const runVectorCase = (
  given: VectorCase,
  waves?: string,
): Promise<{ readonly findings: readonly string[]; readonly cycles: number }> => {
  const { config, seed, memory, simulator } = given;
  const options = { seed, memory, simulator, ...(waves === undefined ? {} : { waves }) };
  if ('windows' in given) return runWindows(config, given.windows, options);
  const { program, before } = given;
  return runVector(config, program, { ...options, ...(before ? { before } : {}) });
};

/** A case in one line. */
export const describeVectorCase = (given: VectorCase): string => {
  const { array, vector } = given.config;
  const where = `${array.rows}x${array.columns}, ${vector!.lanes} lanes, ${given.simulator}`;
  if ('windows' in given) return `${given.scenario}: ${formatLayer(given.windows.layer)}, ${where}`;
  const { program, before, what } = given;
  const accident = before?.kind === 'reset' ? ` after ${before.cycles} cycles` : what ? ` (${what})` : '';
  return `${given.scenario}${accident}: ${program.instructions.length} instructions, ${where}`;
};
