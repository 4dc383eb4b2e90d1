import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { presets } from '../../generator/description/presets.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { defineAccelerator, type PresetChange } from '../../generator/index.js';

const problems = (description: unknown, sets: readonly string[] = []): readonly string[] => {
  try {
    resolveConfig(description, sets);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
};

describe('a preset and what differs from it', () => {
  it('changes only what it names, and stops calling itself the preset', () => {
    const config = defineAccelerator({ preset: 'ref16', array: { rows: 8 } });
    expect(config).toEqual({ ...presets.ref16, name: 'ref16-custom', array: { rows: 8, columns: 16 } });
  });

  it('keeps the name when nothing, or only the prefix, differs', () => {
    expect(defineAccelerator({ preset: 'odd' })).toEqual(presets.odd);
    expect(defineAccelerator({ preset: 'odd', prefix: 'x_' }).name).toBe('odd');
  });

  it('follows a changed format with the adder depth, unless that is given', () => {
    expect(defineAccelerator({ preset: 'ref16', format: 'int8' }).addStages).toBe(1);
    expect(defineAccelerator({ preset: 'tiny4', format: 'bf16', addStages: 2 }).addStages).toBe(2);
    expect(defineAccelerator({ preset: 'odd', format: 'bf16' }).addStages).toBe(presets.odd.addStages);
  });

  it('treats undefined as not given', () => {
    const change: PresetChange = { preset: 'odd', array: { rows: undefined }, prefix: undefined };
    expect(defineAccelerator(change).array).toEqual(presets.odd.array);
  });

  it('refuses unknown presets, near or far, and inherited names', () => {
    for (const preset of ['ref17', 'nothing-like-it', 'constructor', '__proto__', 7]) {
      expect(problems({ preset })).toEqual(['UNKNOWN_PRESET preset']);
    }
  });
});

describe('a complete description', () => {
  const { addStages: _a, engines: _e, prefix: _p, ...least } = presets.ref16;

  it('may leave out the adder depth, the engines and the prefix', () => {
    expect(defineAccelerator(least)).toEqual(presets.ref16);
    expect(defineAccelerator({ ...least, format: 'int8' }).addStages).toBe(1);
  });

  it('without a right format is told of the format only', () => {
    const { format: _f, ...rest } = least;
    expect(problems(rest)).toEqual(['MISSING format']);
    expect(problems({ ...rest, format: 'fp32' })).toEqual(['OUT_OF_RANGE format']);
  });

  it('treats undefined as not given', () => {
    expect(defineAccelerator({ ...least, addStages: undefined, engines: undefined })).toEqual(presets.ref16);
  });

  it('may name its schema', () => {
    expect(resolveConfig({ $schema: './s.json', ...least })).toEqual(presets.ref16);
  });
});

describe('--set', () => {
  it('sets numbers, words and lists', () => {
    const sets = ['array.rows= 9', 'format=int8', 'engines=bp, zerofree', 'name=1x'.replace('1', 'a')];
    const config = resolveConfig({ preset: 'ref16' }, sets);
    expect(config).toMatchObject({ name: 'ax', array: { rows: 9, columns: 16 }, format: 'int8', addStages: 1 });
    expect(config.engines).toEqual(['bp', 'zerofree']);
  });

  it.each([
    ['array.rows', 'BAD_SET --set array.rows'],
    ['=8', 'BAD_SET --set =8'],
    ['array.row=8', 'UNKNOWN_KEY array.row'],
    ['array..rows=8', 'UNKNOWN_KEY array.'],
    ['array.rows=eight', 'WRONG_TYPE array.rows'],
    ['array.rows=', 'WRONG_TYPE array.rows'],
    ['array.rows=0x10', 'WRONG_TYPE array.rows'],
    ['array.rows=1e1', 'WRONG_TYPE array.rows'],
    ['array.rows=1.5', 'OUT_OF_RANGE array.rows'],
    ['array.rows.deep=1', 'WRONG_TYPE array.rows'],
    ['array=5', 'WRONG_TYPE array'],
    ['engines=', 'OUT_OF_RANGE engines'],
    ['engines=bp,', 'OUT_OF_RANGE engines.1'],
    ['preset=tiny4', 'BAD_SET --set preset=tiny4'],
    ['__proto__=1', 'UNKNOWN_KEY __proto__'],
    ['__proto__.polluted=1', 'UNKNOWN_KEY __proto__'],
    ['array.__proto__.polluted=1', 'UNKNOWN_KEY array.__proto__'],
    ['constructor.prototype.polluted=1', 'UNKNOWN_KEY constructor'],
  ])('%s: %s', (set, expected) => {
    expect(problems({ preset: 'ref16' }, [set])).toEqual([expected]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    [['array.rows=8', 'array.rows=9'], ['DUPLICATE_KEY --set array.rows=9']],
    [['array.rows=8', ' array . rows=8'], ['DUPLICATE_KEY --set  array . rows=8']],
    [
      ['name=a', 'prefix=p_', 'name=a', 'name=b'],
      ['DUPLICATE_KEY --set name=a', 'DUPLICATE_KEY --set name=b'],
    ],
    [['engines=bp,bp'], ['DUPLICATE engines']],
    [
      ['array=5', 'array.rows=8'],
      ['DUPLICATE_KEY --set array.rows=8', 'WRONG_TYPE array'],
    ],
    [
      ['axi.dataWidth.x=5', 'axi.dataWidth=64'],
      ['DUPLICATE_KEY --set axi.dataWidth=64', 'OUT_OF_RANGE axi.dataWidth'],
    ],
  ])('refuses what is given twice: %j', (sets, expected) => {
    expect(problems({ preset: 'ref16' }, sets)).toEqual(expected);
  });

  it.each([
    ['buffers.dynamicBytes=64KiB', 65536],
    ['buffers.dynamicBytes=64k', 65536],
    ['buffers.dynamicBytes=64 KB', 65536],
    ['buffers.dynamicBytes=64kb', 65536],
    ['buffers.dynamicBytes=1M', 1048576],
    ['buffers.dynamicBytes=0.5 MiB', 524288],
    ['buffers.dynamicBytes=65_536', 65536],
    ['buffers.dynamicBytes=65,536', 65536],
    ['buffers.dynamicBytes=0x10000', 65536],
    ['buffers.dynamicBytes=2^16', 65536],
    ['buffers.dynamicBytes=65536B', 65536],
    ['buffers.dynamicBytes=6.5536e4', 65536],
    ['buffers.dynamicBytes=60k', 65536],
    ['buffers.accumulatorDepth=1k', 1024],
    ['axi.dataWidth=128bit', 128],
    ['array.rows=1e1', 10],
    ['array.rows=1_6', 16],
  ])('%s is answered with %d', (set, value) => {
    const answer = `fix: set ${set.split('=')[0]} to ${value}`;
    expect(() => resolveConfig({ preset: 'ref16' }, [set])).toThrow(new RegExp(`${answer}$`));
    const [group, key] = set.split('=')[0]!.split('.') as [string, string];
    const file = { preset: 'ref16', [group]: { [key]: set.split('=')[1] } };
    expect(() => resolveConfig(file)).toThrow(new RegExp(`${answer}$`));
    expect(resolveConfig({ preset: 'ref16' }, [`${group}.${key}=${value}`])).toMatchObject({
      [group]: { [key]: value },
    });
  });

  it('numbers may have blanks around them', () => {
    expect(resolveConfig('ref16', ['buffers.dynamicBytes= 65536 ']).buffers.dynamicBytes).toBe(65536);
  });

  it('reports its own mistakes together with those of the values', () => {
    expect(problems({ preset: 'ref16' }, ['x', 'array.rows=0'])).toEqual([
      'BAD_SET --set x',
      'OUT_OF_RANGE array.rows',
    ]);
  });

  it('a file with __proto__ in it is refused', () => {
    const file: unknown = JSON.parse('{"preset":"ref16","__proto__":{"polluted":1},"array":{"__proto__":{"rows":1}}}');
    expect(problems(file)).toEqual(['UNKNOWN_KEY array.__proto__', 'UNKNOWN_KEY __proto__']);
  });
});
