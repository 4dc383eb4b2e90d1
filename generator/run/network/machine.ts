import { BASES, type CompiledNetwork, type NetworkProgram } from '../../compile/network/compiled.js';
import type { Config } from '../../description/config.js';
import { type Decoded, decode } from '../../isa/program.js';
import { execute } from '../../machine/executor.js';
import type { Counts } from '../../units/counts.js';
import type { NetworkMemory } from './memory.js';

/**
 * Where programs run: carries one out on a memory, which it writes in place. Counters are those of this program.
 * The bit-exact model is {@link modelMachine}; a simulator of the RTL is another.
 */
export interface NetworkMachine {
  readonly run: (compiled: CompiledNetwork, program: NetworkProgram, memory: NetworkMemory) => Promise<Counts>;
}

/** Where the model's base registers point: far apart, so that no address reaches from one into another. */
const DISTANCE = 2 ** 36;

/** The bit-exact model. What has been decoded of a program serves for its runs with another learning rate. */
export const modelMachine = (config: Config): NetworkMachine => {
  const decoded = new WeakMap<NetworkProgram['instructions'], Decoded>();
  return {
    run: (_compiled, { instructions, words }, memory) => {
      const before = decoded.get(instructions) ?? { words: words.slice(), instructions: decode(words) };
      decoded.set(instructions, before);
      const regions = BASES.map((base) => ({ base: base * DISTANCE, bytes: memory[base] }));
      return Promise.resolve(execute(config, words, regions, [DISTANCE, 2 * DISTANCE, 3 * DISTANCE], before));
    },
  };
};
