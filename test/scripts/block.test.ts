import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { runBench } from '../../scripts/blockBench.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();

it('writes the waves of a bench, with the block inside', async () => {
  const folder = temporaryFolder();
  const waves = join(folder, 'counter.vcd');
  const { passed, output } = await runBench({ config: presets.tiny4, block: 'counters', seed: 0, folder, waves });
  expect(passed, output).toBe(true);
  expect(readFileSync(waves, 'utf8')).toMatch(/\$var wire +13 \S+ rd_data_o/);
});
