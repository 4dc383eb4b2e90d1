import { UserError } from '../../generator/base/errors.js';
import { discard, temporaryFolder } from '../../generator/base/processes.js';
import type { Config, Engine } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { blocks, blocksOf } from '../../generator/emit/blocks.js';
import { blockFile, type EmittedFile, rtlFiles } from '../../generator/emit/rtl.js';
import { runBench } from '../blockBench.js';
import type { Mutated } from './choose.js';
import { type Mutation, mutate, transfer } from './operators.js';
import { runSuite, type SystemSuite } from './system.js';

/** `invalid`: it does not compile, and another one takes its place. */
export type Status = 'killed' | 'survived' | 'equivalent' | 'invalid';

export interface Judged {
  readonly block: string;
  readonly path: string;
  readonly mutation: Mutation;
  readonly status: Status;
  /** What killed it. */
  readonly by?: string;
  readonly seconds: number;
}

/** The suite for a configuration, and what the sound design takes of it. */
export interface Baseline {
  readonly suite: SystemSuite;
  readonly cycles: number;
  readonly seconds: number;
}

const { tiny4, odd, ref16 } = presets;
const bus = (dataWidth: number, of: Config = ref16): Config => ({ ...of, axi: { ...of.axi, dataWidth } });
const engine = (name: Engine): Config => ({ ...tiny4, engines: [name] });
const wideUnit: Config = { ...ref16, name: 'ref16 with a vector unit', vector: { lanes: 8 } };

/** Configurations that a block's test has besides tiny4 and odd, for what only these build. */
const FURTHER: Readonly<Record<string, readonly Config[]>> = {
  fetch: [bus(512), bus(1024)],
  dma_read: [ref16],
  dma_write: [ref16],
  csr: [ref16],
  dispatch: [bus(256, tiny4), bus(1024, tiny4)],
  sequencer: [bus(256, tiny4), bus(1024, tiny4)],
  decode: [ref16, engine('bp'), engine('zerofree')],
  pixel_walker: [engine('zerofree')],
  ...{ vector: [wideUnit], vector_walk: [wideUnit], vector_runs: [wideUnit] },
};

/** The block whose bench tries this one. */
const benchedBy = (block: string): string => blocks.find(({ name }) => name === block)?.bench ?? block;

/** Benches of a mutant: its own configuration with two seeds, and others where the line is there too. */
const benchesOf = ({ block, config }: Mutated): readonly (readonly [Config, number])[] => {
  if (block === 'top') return [];
  const other = config !== odd && blocksOf(odd).some(({ name }) => name === block) ? [odd] : [];
  const further = [...other, ...(FURTHER[block] ?? [])].map((each) => [each, 0] as const);
  return [[config, 0], [config, 1], ...further];
};

/** Processor time after which a mutant hangs, by the time that the sound design takes: on this machine, with its load. */
const patience = (soundWallSeconds: number): number => 60 + 20 * soundWallSeconds;

const sound = new Map<string, Promise<number>>();

/** How long a bench takes on the sound block. @throws when it does not pass. */
const soundSeconds = (block: string, config: Config, seed: number): Promise<number> => {
  const name = JSON.stringify([block, config, seed]);
  const known = sound.get(name);
  if (known) return known;
  const measure = async (): Promise<number> => {
    const folder = temporaryFolder('bpi-mutant-');
    const begin = performance.now();
    try {
      const { passed, output } = await runBench({ config, block, seed, folder });
      if (!passed) throw new Error(`the bench of ${block} fails on the sound block: ${output}`);
      return (performance.now() - begin) / 1000;
    } finally {
      discard(folder);
    }
  };
  const found = measure();
  sound.set(name, found);
  return found;
};

const changed = (config: Config, target: Mutated, mutation: Mutation): EmittedFile | undefined => {
  const block = blocksOf(config).find(({ name }) => name === target.block)!;
  const file = blockFile(config, block);
  if (config === target.config) return { ...file, text: mutate(file.text, mutation) };
  const moved = transfer(target.text, file.text, mutation);
  return moved && { ...file, text: mutate(file.text, moved) };
};

/** Runs a mutant against the benches of its block, and when these do not see it, against the suite of a whole accelerator. @param baselineOf asked only for the suite */
export const judgeMutant = async (
  target: Mutated,
  mutation: Mutation,
  baselineOf: () => Promise<Baseline>,
): Promise<Judged> => {
  const begin = performance.now();
  const verdict = (status: Status, by?: string): Judged => ({
    block: target.block,
    path: target.path,
    mutation,
    status,
    by,
    seconds: (performance.now() - begin) / 1000,
  });
  const block = benchedBy(target.block);
  for (const [config, seed] of benchesOf(target)) {
    const mutant = changed(config, target, mutation);
    if (!mutant) continue;
    const seconds = await soundSeconds(block, config, seed);
    const folder = temporaryFolder('bpi-mutant-');
    const change = (file: EmittedFile): EmittedFile => (file.path === mutant.path ? mutant : file);
    try {
      const { passed } = await runBench({
        ...{ config, block, seed, folder, change, cpuSeconds: patience(seconds) },
      });
      if (!passed) return verdict('killed', `bench, ${config.name}, seed ${seed}`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      return verdict('invalid');
    } finally {
      discard(folder);
    }
  }
  const mutant = changed(target.config, target, mutation)!;
  const baseline = await baselineOf();
  const rtl = rtlFiles(target.config).map((file) => (file.path === mutant.path ? mutant : file));
  try {
    const { findings } = await runSuite(baseline.suite, rtl, {
      maxCycles: 2 * baseline.cycles,
      cpuSeconds: patience(baseline.seconds),
    });
    return findings.length > 0 ? verdict('killed', `system: ${findings[0]}`) : verdict('survived');
  } catch (error) {
    if (error instanceof UserError) throw error;
    return verdict('invalid');
  }
};

/** Runs the suite on the sound design. @throws when it finds anything there. */
export const measureBaseline = async (suite: SystemSuite): Promise<Baseline> => {
  const begin = performance.now();
  const { findings, cycles } = await runSuite(suite, rtlFiles(suite.config), { maxCycles: 400_000 });
  if (findings.length > 0) throw new Error(`the suite fails on the sound design: ${findings.join('; ')}`);
  return { suite, cycles, seconds: (performance.now() - begin) / 1000 };
};
