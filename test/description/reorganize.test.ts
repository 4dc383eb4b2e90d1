import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { derive } from '../../generator/description/derive.js';
import { presets } from '../../generator/description/presets.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { emit } from '../../generator/emit/emit.js';
import { configHash } from '../../generator/emit/views/common.js';

const problemsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ path, fix }) => `${path}: ${fix}`);
  }
};

describe('reorganize in a description', () => {
  it('is read from options, files and values', () => {
    const config = resolveConfig('ref16', ['reorganize.elementsPerCycle=2', 'reorganize.overlap=false']);
    expect(config.reorganize).toEqual({ elementsPerCycle: 2, overlap: false });
    expect(resolveConfig({ preset: 'ref16', reorganize: { overlap: false } }).reorganize).toEqual({ overlap: false });
    const { reorganizeElements, reorganizeOverlap } = derive(config);
    expect([reorganizeElements, reorganizeOverlap]).toEqual([2, false]);
  });

  it('is nothing where it says what is so by itself, so that presets stay what they are', () => {
    const same = resolveConfig({ preset: 'ref16', name: 'ref16', reorganize: { elementsPerCycle: 16, overlap: true } });
    expect(same).toEqual(resolveConfig('ref16'));
    for (const preset of Object.values(presets)) expect(preset.reorganize).toBeUndefined();
    expect(configHash(resolveConfig('ref16', ['reorganize.elementsPerCycle=1']))).not.toBe(configHash(presets.ref16));
    // programs say whether the step overlaps; the hardware is the same
    expect(configHash(resolveConfig('ref16', ['reorganize.overlap=false']))).toBe(configHash(presets.ref16));
  });

  it('is refused where it is wrong, with what would be right', () => {
    const set = (...sets: readonly string[]) => problemsOf(() => resolveConfig('tiny4', sets));
    expect(set('reorganize.elementsPerCycle=8')).toEqual([
      'reorganize.elementsPerCycle: set reorganize.elementsPerCycle to 4, or leave it out',
    ]);
    expect(set('reorganize.elementsPerCycle=3')).toEqual([
      'reorganize.elementsPerCycle: set reorganize.elementsPerCycle to 4',
    ]);
    expect(set('reorganize.elementsPerCycle=0')).toEqual([
      'reorganize.elementsPerCycle: set reorganize.elementsPerCycle to 1',
    ]);
    expect(set('reorganize.overlap=no')).toEqual(['reorganize.overlap: set reorganize.overlap to false']);
    expect(set('reorganize.overlapp=true')).toEqual(['reorganize.overlapp: write reorganize.overlap']);
    expect(set('reorganize.overlap=false', 'engines=bp')).toEqual([
      'reorganize: remove reorganize, or add traditional to engines',
    ]);
    expect(set('reorganize=1')).toHaveLength(1);
  });

  it('is in the Verilog and in the C header', () => {
    const config = resolveConfig('tiny4', ['reorganize.elementsPerCycle=1', 'reorganize.overlap=false']);
    const text = (path: string) => emit(config).find((file) => file.path === path)!.text;
    expect(text('rtl/bpi_top.v')).toContain('.CHUNK(1)');
    expect(text('sw/bpi_registers.h')).toMatch(/#define BPI_REORGANIZE_ELEMENTS_PER_CYCLE +1 /);
    expect(text('sw/bpi_registers.h')).toMatch(/#define BPI_REORGANIZE_OVERLAP +0 /);
    const alone = resolveConfig('tiny4', ['engines=bp']);
    expect(emit(alone).find(({ path }) => path === 'sw/bpi_registers.h')!.text).not.toContain('REORGANIZE_OVERLAP');
  });
});
