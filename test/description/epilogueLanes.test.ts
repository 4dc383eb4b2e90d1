import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { parseConfig } from '../../generator/description/checkConfig.js';
import { derive } from '../../generator/description/derive.js';
import { presets } from '../../generator/description/presets.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { emit } from '../../generator/emit/emit.js';
import { configHash } from '../../generator/emit/views/common.js';
import { validConfig } from '../configs.js';

const fixesOf = (make: () => unknown): readonly string[] => {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ path, fix }) => `${path}: ${fix}`);
  }
};

describe('epilogueLanes', () => {
  it.each([
    // as many operands as a beat holds, or all of the columns
    ['ref16', [], 16],
    ['ref16-int8', [], 16],
    ['odd', [], 4],
    ['tiny4', ['epilogueLanes=4'], 4],
    ['ref16-int8', ['axi.dataWidth=64'], 8],
    ['ref16', ['axi.dataWidth=32'], 2],
    ['ref16-int8', ['array.columns=7'], 8],
    ['ref16-int8', ['array.columns=7', 'epilogueLanes=4'], 4],
    ['ref16-int8', ['array.columns=1'], 1],
  ])('%s with %j: %d lanes', (preset, sets, lanes) => {
    expect(derive(resolveConfig(preset, sets)).epilogueLanes).toBe(lanes);
  });

  it('is nothing where it says what is so by itself, and part of what the hardware is', () => {
    const same = resolveConfig({ preset: 'ref16', name: 'ref16', epilogueLanes: 16 });
    expect(JSON.stringify(same)).toBe(JSON.stringify(presets.ref16));
    expect(configHash(resolveConfig('ref16', ['epilogueLanes=8']))).not.toBe(configHash(presets.ref16));
    for (const preset of Object.values(presets)) {
      expect(JSON.stringify(parseConfig(preset))).toBe(JSON.stringify(preset));
    }
  });

  it('is refused where it is wrong, with what would be right', () => {
    const set = (preset: string, ...sets: readonly string[]) => fixesOf(() => resolveConfig(preset, sets));
    expect(set('odd', 'epilogueLanes=8')).toEqual(['epilogueLanes: set epilogueLanes to 4, or leave it out']);
    expect(set('ref16-int8', 'epilogueLanes=32')).toEqual(['epilogueLanes: set epilogueLanes to 16, or leave it out']);
    expect(set('tiny4', 'epilogueLanes=3')).toEqual(['epilogueLanes: set epilogueLanes to 4']);
    expect(set('tiny4', 'epilogueLanes=0')).toEqual(['epilogueLanes: set epilogueLanes to 1']);
    expect(set('tiny4', 'epilogueLanes=7')).toEqual(['epilogueLanes: set epilogueLanes to 4']);
    expect(set('tiny4', 'epilogueLanes=all')).toEqual(['epilogueLanes: set epilogueLanes to 1']);
    expect(set('tiny4', 'epilogLanes=1')).toEqual(['epilogLanes: write epilogueLanes']);
    expect(set('tiny4', 'axi.dataWidth=33', 'epilogueLanes=7')).toHaveLength(2);
  });

  it('is right once the advice is followed, in any array, format and bus; so are elements of a reorganize step', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 300 }), fc.double({ min: 0, max: 200, noNaN: true }));
    const property = fc.property(validConfig(), value, fc.boolean(), (config, number, lanes) => {
      const key = lanes ? 'epilogueLanes' : 'reorganize.elementsPerCycle';
      if (!lanes && !config.engines.includes('traditional')) return;
      const full = { ...config, name: 'x' };
      const make = (set: number) => () =>
        parseConfig(lanes ? { ...full, epilogueLanes: set } : { ...full, reorganize: { elementsPerCycle: set } });
      const fixes = fixesOf(make(number));
      if (fixes.length === 0) return;
      expect(fixes).toHaveLength(1);
      const [, advised] = new RegExp(`^${key}: set ${key} to (\\d+)(, or leave it out)?$`).exec(fixes[0]!) ?? [];
      expect(advised, fixes[0]).toBeDefined();
      expect(fixesOf(make(Number(advised)))).toEqual([]);
    });
    fc.assert(property, { seed: 18, numRuns: 500 });
  });

  it('is in the Verilog', () => {
    const top = (...sets: readonly string[]) =>
      emit(resolveConfig('tiny4', sets)).find(({ path }) => path === 'rtl/bpi_top.v')!.text;
    expect(top()).toContain('.LANES(1)');
    expect(top('epilogueLanes=2')).toContain('.LANES(2)');
    expect(top('array.columns=7', 'epilogueLanes=4')).toContain('.LANES(4)');
  });
});
