import { BASES, type CompiledNetwork, type NetworkProgram } from '../../compile/network/compiled.js';
import type { Config } from '../../description/config.js';
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

/** The bit-exact model. */
export const modelMachine = (config: Config): NetworkMachine => ({
  run: (_compiled, program, memory) => {
    const regions = BASES.map((base) => ({ base: base * DISTANCE, bytes: memory[base] }));
    const counts = execute(config, program.words, regions, [DISTANCE, 2 * DISTANCE, 3 * DISTANCE]);
    return Promise.resolve(counts);
  },
});
