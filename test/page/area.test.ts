import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { areaHtml, CELLS, MEASURED, memoryBits, nearestMeasured } from '../../generator/page/area.js';

const documented = readFileSync('docs/synthesis.md', 'utf8');
const grouped = (value: number): string => value.toLocaleString('en-US');

describe('what the page knows of the area', () => {
  it.each(MEASURED.map((one) => [`${one.preset} ${one.sets.join(' ')}`, one] as const))(
    'is what docs/synthesis.md measured: %s',
    (_name, { luts, flipFlops, blockRams, dsps }) => {
      const row = documented.split('\n').find((line) => line.replaceAll('**', '').includes(` ${grouped(luts)} |`));
      const cells = row?.split('|').map((cell) => cell.replaceAll('*', '').trim());
      expect(cells?.slice(-5, -1)).toEqual([luts, flipFlops, blockRams, dsps].map(grouped));
    },
  );

  it.each(Object.values(CELLS))('takes the cells of $preset from there', ({ cells, all }) => {
    expect(documented).toContain(grouped(cells));
    expect(documented).toContain(grouped(all));
  });

  it('finds the design itself where it was measured, under any name, and else says that it was not', () => {
    for (const { preset, sets, luts } of MEASURED) {
      const config = resolveConfig({ preset }, [...sets, 'name=other', 'prefix=my_']);
      expect(nearestMeasured(config)).toMatchObject({ luts, isThis: true });
      expect(areaHtml(config)).toContain('This configuration was measured.');
    }
    expect(nearestMeasured(presets.ref16!).isThis).toBe(false);
    expect(areaHtml(presets.ref16!)).toContain('no estimate');
  });

  it('counts the bits of the memories', () => {
    expect(memoryBits(presets.odd!).map(([, bits]) => bits)).toEqual([16384, 16384, 64 * 3 * 32]);
  });
});
