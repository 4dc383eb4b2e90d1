import { discard, temporaryFolder } from '../../generator/base/processes.js';
import { requireTools } from '../../generator/base/tools.js';
import type { Config } from '../../generator/description/config.js';
import { answerJobs } from '../../generator/pool/answer.js';
import { type Mutated, mutatedBlock } from './choose.js';
import { isEquivalent } from './equivalence.js';
import { type Baseline, type Judged, judgeMutant, measureBaseline } from './judge.js';
import type { Mutation } from './operators.js';
import { systemSuite } from './system.js';

/** A mutant to judge. */
export interface MutantJob {
  readonly block: string;
  readonly mutation: Mutation;
  /** Seconds after which a proof that a survivor is equivalent is given up; undefined where none is to be tried. */
  readonly proofSeconds?: number;
}

// each mutant is a design of its own, which nobody simulates again
const cache = temporaryFolder('bpi-mutants-');
process.env.BP_IM2COL_CACHE = cache;
process.once('exit', () => discard(cache));

const baselines = new Map<Config, Promise<Baseline>>();

/** What the sound design takes, on this machine. */
const baselineOf = ({ config }: Mutated): Promise<Baseline> => {
  const found = baselines.get(config) ?? measureBaseline(systemSuite(config));
  baselines.set(config, found);
  return found;
};

answerJobs<MutantJob, Judged>('mutate', async ({ block, mutation, proofSeconds }) => {
  requireTools(['iverilog', ...(proofSeconds === undefined ? [] : (['yosys'] as const))]);
  const target = mutatedBlock(block);
  const judged = await judgeMutant(target, mutation, () => baselineOf(target));
  const isTried = judged.status === 'survived' && proofSeconds !== undefined;
  return isTried && (await isEquivalent(target, mutation, proofSeconds)) ? { ...judged, status: 'equivalent' } : judged;
});
