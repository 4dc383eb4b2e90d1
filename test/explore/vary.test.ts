import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../generator/description/resolve.js';
import { axesOf, choicesOf, MOST_POINTS } from '../../generator/explore/vary.js';
import { problemsOf } from '../problems.js';

const valuesOf = (text: string): readonly string[] => axesOf([text])[0]!.values;

describe('--vary', () => {
  it.each([
    ['array=8x4,16', ['8x4', '16x16']],
    ['array=2x4..8x16', ['2x4', '4x8', '8x16']],
    ['array.rows=3..20', ['3', '6', '12']],
    ['array.rows=4..16+4,20', ['4', '8', '12', '16', '20']],
    ['buffers.dynamicBytes=32KiB..256KiB', ['32768', '65536', '131072', '262144']],
    ['buffers.dynamicBytes=1..4MiB', ['1048576', '2097152', '4194304']],
    ['buffers.dynamicBytes=1000..5000', ['1024', '2048', '4096']],
    ['limits.map=31..255', ['31', '63', '127', '255']],
    ['axi.dataWidth=64, 128', ['64', '128']],
    ['engines=zerofree,bp+zerofree', ['zerofree', 'bp+zerofree']],
    ['format=int8,bf16', ['int8', 'bf16']],
  ])('%s has its values', (text, values) => expect(valuesOf(text)).toEqual(values));

  it.each([
    [['array=8y8'], 'BAD_VARY', '--vary array=8y8'],
    [['array=8x8..16x8'], 'BAD_VARY', '--vary array=8x8..16x8'],
    [['array=16x16..8x8'], 'BAD_VARY', '--vary array=16x16..8x8'],
    [['array.rows=0..4'], 'BAD_VARY', '--vary array.rows=0..4'],
    [['array.rows=1..8+0'], 'BAD_VARY', '--vary array.rows=1..8+0'],
    [['axi.dataWidth=wide'], 'BAD_VARY', '--vary axi.dataWidth=wide'],
    [['axi.dataWidth=64,'], 'BAD_VARY', '--vary axi.dataWidth='],
    [['axi.dataWidth'], 'BAD_VARY', '--vary axi.dataWidth'],
    [['buffers=1'], 'UNKNOWN_KEY', '--vary buffers'],
    [['buffers.dynamic=1'], 'UNKNOWN_KEY', '--vary buffers.dynamic'],
    [['array=8,8x8'], 'DUPLICATE', '--vary array'],
    [['array=8', 'array.rows=4'], 'DUPLICATE_KEY', '--vary array.rows'],
    [['array=8', 'array=4'], 'DUPLICATE_KEY', '--vary array'],
    [[], 'MISSING', '--vary'],
    [['array.rows=1..128+1', 'array.columns=1..128+1', 'axi.outstanding=1..4'], 'TOO_MANY', '--vary'],
  ])('%j is refused', (texts, code, path) =>
    expect(problemsOf(() => axesOf(texts))).toMatchObject([{ code, path, fix: expect.stringMatching(/\w/) }]),
  );

  it('does not vary what --set gives', () => {
    expect(problemsOf(() => axesOf(['array=8,4'], ['array.rows=2']))).toMatchObject([{ code: 'DUPLICATE_KEY' }]);
    expect(problemsOf(() => axesOf(['array=8,4'], ['axi.dataWidth=64']))).toEqual([]);
  });

  it('tells every problem at once', () => {
    const problems = problemsOf(() => axesOf(['array=x,y', 'nothing=1', 'axi.dataWidth=64,64']));
    expect(problems.map(({ code }) => code)).toEqual(['BAD_VARY', 'BAD_VARY', 'UNKNOWN_KEY', 'DUPLICATE']);
  });

  it('makes every combination once, and each is the configuration that it names', () => {
    const some = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
    fc.assert(
      fc.property(some(['2x3', '4x4', '8x8']), some(['32', '64', '128']), some(['bp', 'bp+zerofree']), (a, w, e) => {
        const axes = axesOf([`array=${a}`, `axi.dataWidth=${w}`, `engines=${e}`]);
        const choices = choicesOf(axes);
        expect(choices).toHaveLength(a.length * w.length * e.length);
        expect(new Set(choices.map(({ values }) => JSON.stringify(values))).size).toBe(choices.length);
        for (const { values, sets } of choices) {
          const { array, axi, engines } = resolveConfig({ preset: 'ref16' }, sets);
          expect(`${array.rows}x${array.columns}`).toBe(values.array);
          expect(String(axi.dataWidth)).toBe(values['axi.dataWidth']);
          expect(engines.join('+')).toBe(values.engines);
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('takes no text amiss: it is axes, or problems with a fix', () => {
    const piece = fc.constantFrom(
      'array',
      'axi.dataWidth',
      '=',
      ',',
      '..',
      '+',
      'x',
      '8',
      '64',
      'KiB',
      ' ',
      'engines',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const texts = [pieces.join('')];
        const problems = problemsOf(() => axesOf(texts));
        if (problems.length > 0) {
          for (const { path, fix } of problems) expect(path.startsWith('--vary') && fix.length > 0).toBe(true);
          return;
        }
        const [axis] = axesOf(texts);
        expect(axis!.values.length).toBeGreaterThan(0);
        expect(axis!.values.length).toBeLessThanOrEqual(MOST_POINTS);
      }),
      { seed: 2, numRuns: 3000 },
    );
  });
});
