import { UserError } from '../../base/errors.js';
import { BASES, type CompiledNetwork, type NetworkProgram } from '../../compile/network/compiled.js';
import type { Config } from '../../description/config.js';
import { benchMemory, performanceOf } from '../../machine/performance.js';
import type { Counts } from '../../units/counts.js';
import type { Bases } from '../../units/machine.js';
import { compareProgram, type ProgramJob, type ProgramOptions, runProgram } from '../runProgram.js';
import { modelMachine, type NetworkMachine } from './machine.js';
import type { NetworkMemory } from './memory.js';

/** Memory parts begin at multiples of a page. */
const PAGE = 4096;

/** Cycles that a run may take, of those that are predicted, before it is a hang. */
const PATIENCE = { factor: 6, more: 200_000 } as const;

const pageUp = (address: number): number => Math.ceil(address / PAGE) * PAGE;

const predictedCycles = (config: Config, instructions: NetworkProgram['instructions'], program: number): number =>
  performanceOf(config, { instructions, memory: { program } }, benchMemory(config), { bases: true }).cycles;

/** A program of a network on a memory as a job: the parts one behind the other, from the second page on. @throws UserError where they do not fit the address bus. */
const jobOf = (
  config: Config,
  { name }: CompiledNetwork,
  { instructions, words }: NetworkProgram,
  memory: NetworkMemory,
): ProgramJob & { readonly predicted: number } => {
  let at = PAGE;
  const bases = BASES.map((base) => {
    const here = at;
    at = pageUp(at + Math.max(1, memory[base].length));
    return here;
  }) as unknown as Bases;
  if (at + words.byteLength > 2 ** config.axi.addressWidth) {
    const message = `takes ${at + words.byteLength} bytes, more than ${config.axi.addressWidth} bits of address reach`;
    throw new UserError([
      { code: 'ADDRESS_RANGE', path: name, message, fix: 'set axi.addressWidth to more, or take a smaller batch' },
    ]);
  }
  const predicted = predictedCycles(config, instructions, at);
  return {
    ...{ words, program: at, bases, predicted, maxCycles: predicted * PATIENCE.factor + PATIENCE.more },
    regions: BASES.map((base, i) => ({ base: bases[i]!, bytes: memory[base] })).filter(({ bytes }) => bytes.length > 0),
  };
};

/** The counters of the RTL that the model has too. */
const countsOf = (counters: Readonly<Record<string, number>>): Counts => counters as unknown as Counts;

/** A run of the RTL that went wrong: a hang, a breach of the bus's rules, an error of the hardware. */
export class RtlFault extends Error {
  override readonly name = 'RtlFault';
}

/** The RTL in a simulator, as it is generated. @throws RtlFault for what must not happen in a run. */
export const rtlMachine = (
  config: Config,
  options: ProgramOptions = {},
  onRun: (cycles: number) => void = () => undefined,
): NetworkMachine => ({
  run: async (compiled, program, memory) => {
    const job = jobOf(config, compiled, program, memory);
    const { after, cycles, counters, faults } = await runProgram(config, job, options);
    if (faults.length > 0) throw new RtlFault(faults.join('; '));
    for (const [i, { bytes }] of job.regions.entries()) bytes.set(after[i]!);
    onRun(cycles);
    return countsOf(counters);
  },
});

/** What a run on both found. */
export interface Checked {
  readonly cycles: number;
  /** Cycles that the model predicts. */
  readonly predicted: number;
  /** Tensors, by role and name, some bytes of which the RTL left otherwise than the model; counters. */
  readonly differences: readonly string[];
}

/** The model, and beside it the RTL, which takes longer: `run` is over when the model is done. */
export interface CheckingMachine extends NetworkMachine {
  /** Whether the RTL is still at work. */
  readonly busy: () => boolean;
  /** Resolves when the RTL has carried out all that the model has. @throws what the RTL threw. */
  readonly settled: () => Promise<void>;
}

/** Tensors, by role and name, counters and faults in which the RTL differs. */
const differencesOf = (
  { tensors }: CompiledNetwork,
  { bases, regions }: ProgramJob,
  { result, differences }: Awaited<ReturnType<typeof compareProgram>>,
): readonly string[] => {
  const found = new Set<string>(result.faults);
  for (const { what, region, at } of differences) {
    const owners =
      region === undefined
        ? []
        : tensors.filter(
            ({ base, offset, bytes, pitch }) =>
              // channels of a tensor are there as that one
              pitch === undefined &&
              bases![base - 1] === regions[region]!.base &&
              at! >= offset &&
              at! < offset + bytes,
          );
    if (owners.length === 0) found.add(what);
    for (const { role, name } of owners) found.add(`${role} ${name}`);
  }
  return [...found];
};

/**
 * Carries out programs by the model, and each also by the RTL on a copy of the memory: all memory and all counters that do not depend on time are
 * compared. RTL runs follow each other, beside whatever goes on.
 */
export const checkingMachine = (
  config: Config,
  onRun: (checked: Checked) => void,
  options: ProgramOptions = {},
): CheckingMachine => {
  const model = modelMachine(config);
  let last = Promise.resolve();
  let left = 0;
  const check = async (compiled: CompiledNetwork, job: ReturnType<typeof jobOf>): Promise<void> => {
    try {
      const compared = await compareProgram(config, job, options);
      const differences = differencesOf(compiled, job, compared);
      onRun({ cycles: compared.result.cycles, predicted: job.predicted, differences });
    } finally {
      left--;
    }
  };
  return {
    run: (compiled, program, memory) => {
      const given = jobOf(config, compiled, program, memory);
      const job = { ...given, regions: given.regions.map(({ base, bytes }) => ({ base, bytes: bytes.slice() })) };
      left++;
      last = last.then(() => check(compiled, job));
      // whoever waits for it is told
      last.catch(() => undefined);
      return model.run(compiled, program, memory);
    },
    busy: () => left > 0,
    settled: () => last,
  };
};
