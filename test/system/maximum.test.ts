import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { compareProgram } from '../../generator/run/runProgram.js';
import type { Simulator } from '../../generator/run/simulators/job.js';
import { anyCase, type Case, expectedWords, planned, wordsOf } from '../machine/poolings.js';

const odd: Config = { ...presets.odd!, name: 'odd with 2 lanes', vector: { lanes: 2 } };
const ref16: Config = { ...presets.ref16!, name: 'ref16 with 8 lanes', vector: { lanes: 8 } };

/** Random windows with so many channels at most: all memory and counters on the RTL as on the model, and both as plain loops say. */
const run = async (config: Config, some: Case, seed: number, simulator?: Simulator): Promise<void> => {
  const { plan, words, program, regions, results } = planned(config, some);
  const { cycles } = performanceOf(config, plan);
  const memory = { readLatency: 4 + (seed % 60), writeLatency: seed % 9, stallPercent: seed % 2 ? 30 : 0 };
  const { result, expected, differences } = await compareProgram(
    config,
    { words, program, regions, maxCycles: 20 * cycles + 50_000 },
    { seed, memory, ...(simulator ? { simulator } : {}) },
  );
  expect(result.faults).toEqual([]);
  expect(differences).toEqual([]);
  expect(wordsOf(expected[regions.indexOf(results)]!.bytes)).toEqual(expectedWords(some));
};

describe('EXEC with maximum on the RTL', () => {
  it.each([
    ['odd', odd, 7, 24],
    ['ref16', ref16, 40, 6],
  ] as const)('random windows on %s', async (_name, config, channels, count) => {
    for (const [seed, some] of fc.sample(anyCase(channels), { seed: 194, numRuns: count }).entries())
      await run(config, some, seed);
  });

  it('random windows on Icarus', async () => {
    for (const [seed, some] of fc.sample(anyCase(7), { seed: 195, numRuns: 3 }).entries())
      await run(odd, some, seed, 'icarus');
  });
});
