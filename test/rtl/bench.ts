import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Config } from '../../generator/spec/config.js';
import { presets } from '../../generator/spec/presets.js';
import { type BenchOptions, runBench } from '../../scripts/bench.js';

/** Declares one test per preset and seed that runs a block's bench; a failure prints the replay command. */
export const benchTests = (
  block: string,
  options: {
    readonly presets?: readonly string[];
    readonly seeds?: readonly number[];
    readonly extra?: (config: Config, seed: number) => Partial<BenchOptions>;
  } = {},
): void => {
  for (const preset of options.presets ?? ['tiny4', 'odd']) {
    for (const seed of options.seeds ?? [0, 1]) {
      it(`${block} on ${preset}, seed ${seed}`, async () => {
        const config = presets[preset]!;
        const folder = mkdtempSync(join(tmpdir(), 'bpi-bench-'));
        try {
          const result = await runBench({ config, block, seed, folder, ...options.extra?.(config, seed) });
          expect(result.passed, `${result.output}\nreplay: ${result.replay}`).toBe(true);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
  }
};
