import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { configProblems, parseConfig } from '../../generator/description/checkConfig.js';
import { derive } from '../../generator/description/derive.js';
import { PRESET_NAMES, presets } from '../../generator/description/presets.js';
import { validConfig } from '../configs.js';

const { tiny4, ref16 } = presets;

type Json = Record<string, unknown>;

/** A copy with one value replaced; undefined takes the key away. */
const at = (config: object, path: string, value: unknown): object => {
  const copy = structuredClone(config);
  const keys = path.split('.');
  const last = keys.pop()!;
  const holder = keys.reduce<Json>((node, key) => node[key] as Json, copy as Json);
  if (value === undefined) delete holder[last];
  else Object.defineProperty(holder, last, { value, enumerable: true, writable: true, configurable: true });
  return copy;
};

const changed = (config: object, changes: Readonly<Json>): object =>
  Object.entries(changes).reduce((copy, [path, value]) => at(copy, path, value), config);

/** `CODE path` of every problem. */
const found = (input: unknown): readonly string[] => configProblems(input).map(({ code, path }) => `${code} ${path}`);

describe('valid configurations', () => {
  it.each(PRESET_NAMES)('%s comes through unchanged, key order included, and frozen', (name) => {
    const config = parseConfig(presets[name]);
    expect(JSON.stringify(config)).toBe(JSON.stringify(presets[name]));
    expect(Object.isFrozen(config.buffers)).toBe(true);
  });

  it('accepts any valid configuration, whose element addresses fit 24 bits', () => {
    fc.assert(
      fc.property(validConfig(), (config) => {
        expect(configProblems(config)).toEqual([]);
        const { dynamicAddressBits, stationaryAddressBits, beatElements } = derive(config);
        expect(Math.max(dynamicAddressBits, stationaryAddressBits)).toBeLessThanOrEqual(24);
        expect(beatElements).toBeGreaterThanOrEqual(1);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('puts keys and engines in their canonical order', () => {
    const shuffled = Object.fromEntries(
      Object.entries({ ...ref16, engines: ['zerofree', 'bp', 'traditional'] }).reverse(),
    );
    expect(JSON.stringify(parseConfig(shuffled))).toBe(JSON.stringify(ref16));
  });
});

describe('each rule', () => {
  it.each([
    ['OUT_OF_RANGE array.rows', 'array.rows', 0],
    ['OUT_OF_RANGE array.columns', 'array.columns', 129],
    ['OUT_OF_RANGE array.rows', 'array.rows', 2.5],
    ['WRONG_TYPE array.rows', 'array.rows', '4'],
    ['WRONG_TYPE array.rows', 'array.rows', Number.NaN],
    ['WRONG_TYPE array', 'array', [4, 4]],
    ['WRONG_TYPE array', 'array', null],
    ['MISSING array.columns', 'array.columns', undefined],
    ['MISSING format', 'format', undefined],
    ['OUT_OF_RANGE format', 'format', 'fp32'],
    ['ADD_STAGES addStages', 'addStages', 2],
    ['OUT_OF_RANGE addStages', 'addStages', 5],
    ['OUT_OF_RANGE buffers.dynamicBytes', 'buffers.dynamicBytes', 1000],
    ['OUT_OF_RANGE buffers.stationaryBytes', 'buffers.stationaryBytes', 8 * 1024 * 1024],
    ['BUFFER_TOO_SMALL buffers.dynamicBytes', 'buffers.dynamicBytes', 8],
    ['BUFFER_TOO_SMALL buffers.stationaryBytes', 'buffers.stationaryBytes', 8],
    ['OUT_OF_RANGE buffers.accumulatorDepth', 'buffers.accumulatorDepth', 8],
    ['OUT_OF_RANGE buffers.accumulatorDepth', 'buffers.accumulatorDepth', 131072],
    ['OUT_OF_RANGE axi.dataWidth', 'axi.dataWidth', 16],
    ['OUT_OF_RANGE axi.addressWidth', 'axi.addressWidth', 19],
    ['OUT_OF_RANGE axi.outstanding', 'axi.outstanding', 3],
    ['OUT_OF_RANGE engines', 'engines', []],
    ['OUT_OF_RANGE engines.0', 'engines', ['magic']],
    ['DUPLICATE engines', 'engines', ['bp', 'bp']],
    ['KEYWORD prefix', 'prefix', 'always'],
    ['KEYWORD name', 'name', 'module'],
    ['OUT_OF_RANGE prefix', 'prefix', 'a-b'],
    ['OUT_OF_RANGE prefix', 'prefix', 'x\n'],
    ['OUT_OF_RANGE prefix', 'prefix', 'x'.repeat(65)],
    ['OUT_OF_RANGE name', 'name', '../up'],
    ['OUT_OF_RANGE name', 'name', ''],
    ['UNKNOWN_KEY array.row', 'array.row', 4],
    ['UNKNOWN_KEY __proto__', '__proto__', {}],
  ])('%s', (expected, path, value) => {
    expect(found(at(tiny4, path, value))).toEqual([expected]);
  });

  it.each([undefined, null, 7, 'ref16', []])('%j is no configuration', (input) => {
    expect(configProblems(input)).toHaveLength(1);
  });
});

describe('reports', () => {
  it('tells every problem at once, of fields and between fields', () => {
    const engines = ['bp', 'bp'];
    const input = changed(tiny4, { 'array.rows': 0, addStages: 2, prefix: 'wire', engines, colour: 1 });
    expect([...found(input)].sort()).toEqual(
      [
        'ADD_STAGES addStages',
        'DUPLICATE engines',
        'KEYWORD prefix',
        'OUT_OF_RANGE array.rows',
        'UNKNOWN_KEY colour',
      ].sort(),
    );
    expect(() => parseConfig(input)).toThrow(UserError);
  });

  it('gives a reason and a fix in words', () => {
    expect(configProblems(changed(tiny4, { 'axi.dataWidth': 100, 'array.row': 1 }))).toEqual([
      { code: 'UNKNOWN_KEY', path: 'array.row', message: 'there is no such key', fix: 'write array.rows' },
      {
        code: 'OUT_OF_RANGE',
        path: 'axi.dataWidth',
        message: 'is 100; it must be a power of two from 32 to 1024',
        fix: 'set axi.dataWidth to 128',
      },
    ]);
  });

  it('proposes fixes that work: following them all ends in a valid configuration', () => {
    const number = fc.oneof(fc.integer({ min: -10, max: 200 }), fc.double(), fc.constant('x'), fc.constant(undefined));
    const wrong = fc.record({
      rows: number,
      dynamicBytes: number,
      dataWidth: number,
      outstanding: number,
      prefix: fc.string(),
    });
    fc.assert(
      fc.property(wrong, ({ rows, dynamicBytes, dataWidth, outstanding, prefix }) => {
        let config = changed(ref16, { 'array.rows': rows, 'buffers.dynamicBytes': dynamicBytes, prefix });
        config = changed(config, { 'axi.dataWidth': dataWidth, 'axi.outstanding': outstanding });
        for (let round = 0; round < 3; round++) {
          for (const { path, fix } of configProblems(config)) {
            const [, value] = /^set \S+ to (?:at least )?(.*)$/.exec(fix)!;
            config = at(config, path, JSON.parse(value));
          }
        }
        expect(configProblems(config)).toEqual([]);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});
