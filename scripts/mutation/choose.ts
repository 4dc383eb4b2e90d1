import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { blocksOf } from '../../generator/emit/blocks.js';
import { blockFile } from '../../generator/emit/rtl.js';
import { Draw } from '../soak/random.js';
import { type Mutation, mutationsOf } from './operators.js';

/** A block, and the configuration whose text of it is changed. */
export interface Mutated {
  readonly block: string;
  readonly config: Config;
  readonly path: string;
  readonly text: string;
}

/** All that may be changed in a block, in the order of trial. */
export interface Target extends Mutated {
  readonly mutations: readonly Mutation[];
  /** How many mutants are wanted. */
  readonly wanted: number;
}

const shuffled = <T>(items: readonly T[], draw: Draw): readonly T[] => {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = draw.between(0, at);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
};

/** odd with a vector unit. */
export const unit: Config = { ...presets.odd!, name: 'odd with a vector unit', vector: { lanes: 2 } };

/** tiny4 with a vector unit: what only integers need. */
const integerUnit: Config = { ...presets.tiny4!, name: 'tiny4 with a vector unit', vector: { lanes: 1 } };

/** Every block of tiny4, the blocks of floating point from odd, and those of the vector unit from odd with one, or else from tiny4. */
export const allBlocks = (): readonly { readonly block: string; readonly config: Config }[] => {
  const found = new Map<string, Config>();
  for (const config of [presets.tiny4, presets.odd, unit, integerUnit])
    for (const { name } of blocksOf(config)) if (!found.has(name)) found.set(name, config);
  return [...found].map(([block, config]) => ({ block, config }));
};

const mutated = (block: string, config: Config): Mutated => {
  const { path, text } = blockFile(config, blocksOf(config).find(({ name }) => name === block)!);
  return { block, config, path, text };
};

/** The block of {@link allBlocks} with that name. */
export const mutatedBlock = (name: string): Mutated => {
  const { block, config } = allBlocks().find((each) => each.block === name)!;
  return mutated(block, config);
};

/** Seeded choice of `count` mutants, spread over the blocks by what can be changed in each; every block has at least one. A filter does not change the order of trial. */
export const chooseMutants = (count: number, seed: number, filter = ''): readonly Target[] => {
  const targets = allBlocks()
    .map(({ block, config }, index) => {
      const own = mutated(block, config);
      return { ...own, mutations: shuffled(mutationsOf(own.text), new Draw(seed * 1009 + index)) };
    })
    .filter(({ block }) => block.includes(filter));
  const total = targets.reduce((sum, { mutations }) => sum + mutations.length, 0);
  const shares = targets.map(({ mutations }) => (count * mutations.length) / Math.max(total, 1));
  const wanted = shares.map((share, index) =>
    Math.min(targets[index]!.mutations.length, Math.max(1, Math.floor(share))),
  );
  // what rounding leaves goes to the largest remainders
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share - wanted[index]! }))
    .sort((a, b) => b.remainder - a.remainder);
  let left = count - wanted.reduce((sum, each) => sum + each, 0);
  for (const { index } of byRemainder) {
    if (left <= 0) break;
    if (wanted[index]! >= targets[index]!.mutations.length) continue;
    wanted[index]! += 1;
    left -= 1;
  }
  return targets.map((target, index) => ({ ...target, wanted: wanted[index]! }));
};
