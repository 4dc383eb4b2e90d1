import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { type BenchOptions, runBench } from '../../scripts/blockBench.js';

/** tiny4, odd, and what they leave out: no zerofree engine or no other, one lane, more rows than columns by far. */
export const engineConfigs: readonly Config[] = [
  presets.tiny4,
  presets.odd,
  { ...presets.tiny4, name: 'tiny4 with bp alone', engines: ['bp'] },
  { ...presets.tiny4, name: 'tiny4 with zerofree alone', engines: ['zerofree'] },
  { ...presets.tiny4, name: 'tiny4 with one cell', array: { rows: 1, columns: 1 } },
  { ...presets.tiny4, name: 'tiny4 with 19 by 2 cells', array: { rows: 19, columns: 2 } },
];

/** With a vector unit: odd, whose columns are no multiple of its lanes, and ref16, whose are. */
export const vectorConfigs: readonly Config[] = [
  { ...presets.odd, name: 'odd with a vector unit', vector: { lanes: 2 } },
  { ...presets.ref16, name: 'ref16 with a vector unit', vector: { lanes: 8 } },
  { ...presets['ref16-int8'], name: 'ref16-int8 with a vector unit', vector: { lanes: 4 } },
];

/** Declares one test per configuration (or preset) and seed that runs a block's bench; a failure prints how to rerun it. */
export const benchTests = (
  block: string,
  options: {
    readonly presets?: readonly string[];
    readonly configs?: readonly Config[];
    readonly seeds?: readonly number[];
    readonly extra?: (config: Config, seed: number) => Partial<BenchOptions>;
  } = {},
): void => {
  const configs = options.configs ?? (options.presets ?? ['tiny4', 'odd']).map((preset) => presets[preset]!);
  for (const config of configs) {
    for (const seed of options.seeds ?? [0, 1]) {
      it(`${block} on ${config.name}, seed ${seed}`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'bpi-bench-'));
        try {
          const result = await runBench({ config, block, seed, folder, ...options.extra?.(config, seed) });
          const rerun = presets[config.name] ? `\nrerun: ${result.rerun}` : '';
          expect(result.passed, result.output + rerun).toBe(true);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
  }
};
