import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { runWindows } from '../../scripts/vector/runWindows.js';
import { anyWindows } from '../machine/anyWindows.js';

const odd: Config = { ...presets.odd!, name: 'odd with 2 lanes', vector: { lanes: 2 } };
const ref16: Config = { ...presets.ref16!, name: 'ref16 with 8 lanes', vector: { lanes: 8 } };

const tiny4: Config = { ...presets.tiny4!, name: 'tiny4 with a lane', vector: { lanes: 1 } };

const memoryOf = (seed: number) => ({
  readLatency: 4 + (seed % 60),
  writeLatency: seed % 9,
  stallPercent: seed % 2 ? 30 : 0,
});

describe('EXEC with maximum on the RTL', () => {
  it.each([
    ['odd', odd, 7, 24],
    ['ref16', ref16, 40, 6],
    ['tiny4, in int8', tiny4, 9, 12],
  ] as const)('random windows on %s', async (_name, config, channels, count) => {
    for (const [seed, some] of fc.sample(anyWindows(channels), { seed: 194, numRuns: count }).entries())
      expect(await runWindows(config, some, { seed, memory: memoryOf(seed) })).toMatchObject({ findings: [] });
  });

  it('random windows on Icarus', async () => {
    for (const [seed, some] of fc.sample(anyWindows(7), { seed: 195, numRuns: 3 }).entries())
      expect(await runWindows(odd, some, { seed, memory: memoryOf(seed), simulator: 'icarus' })).toMatchObject({
        findings: [],
      });
  });
});
