import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASES, type CompiledNetwork, type NetworkProgram } from '../../../generator/compile/network/compiled.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import type { Config } from '../../../generator/description/config.js';
import { encode } from '../../../generator/isa/program.js';
import { networkGraph } from '../../../generator/networks/index.js';
import { initialMemory } from '../../../generator/run/network/memory.js';
import { anyTrainable } from '../../golden/graph/graphs.js';
import { races } from '../../machine/ordered.js';
import { odd, ref16 } from './configs.js';

const BASE = 2 ** 32;

const racesOf = (
  config: Config,
  compiled: CompiledNetwork,
  graph: Parameters<typeof initialMemory>[1],
  words: Uint32Array,
) => {
  const memory = initialMemory(compiled, graph);
  const regions = BASES.map((base) => ({ base: base * BASE, bytes: memory[base] }));
  return races(config, words, regions, [BASE, 2 * BASE, 3 * BASE]);
};

const programsOf = ({ forward, training }: CompiledNetwork): readonly NetworkProgram[] => [
  forward,
  ...(training ? [training.evaluation, ...training.update] : []),
];

describe('programs of networks', () => {
  it('wait for all that they depend on: random networks', () => {
    fc.assert(
      fc.property(anyTrainable('fine'), (graph) => {
        const compiled = compileNetwork(odd, graph, { training: { rate: 0.1, momentum: 0.9, weightDecay: 0.1 } });
        for (const { words } of programsOf(compiled)) expect(racesOf(odd, compiled, graph, words)).toEqual([]);
      }),
      { seed: 61, numRuns: 20, endOnFailure: true },
    );
  });

  it.each([
    ['digits', odd],
    ['digits', ref16],
    ['lenet5', ref16],
  ] as const)('wait for all that they depend on: %s', (name, config) => {
    const graph = networkGraph(name, { seed: 1 });
    const compiled = compileNetwork(config, graph, { training: { rate: 0.1, momentum: 0.9 } });
    for (const { words } of programsOf(compiled)) expect(racesOf(config, compiled, graph, words)).toEqual([]);
  });

  it('race where a wait is taken away', () => {
    const graph = networkGraph('lenet5', { seed: 1 });
    const compiled = compileNetwork(ref16, graph);
    const without = (field: string, kind: string) =>
      encode(compiled.forward.instructions.map((one) => (one.kind === kind ? { ...one, [field]: 0 } : one)));
    for (const [kind, field] of [
      ['load', 'waitStore'],
      ['exec', 'waitLoad'],
      ['store', 'waitExec'],
      ['store', 'waitLoad'],
    ] as const)
      expect(racesOf(ref16, compiled, graph, without(field, kind)), `${kind} ${field}`).not.toEqual([]);
  });
});
