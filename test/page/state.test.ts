import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { configSchema } from '../../generator/description/schema.js';
import { fieldGroups, fieldValues } from '../../generator/page/fields.js';
import {
  estimateCommandOf,
  FIRST_STATE,
  generateCommandOf,
  parseState,
  stateText,
} from '../../generator/page/state.js';

describe('the state of the page in its address', () => {
  it('comes back as it was, whatever was written', () => {
    const text = fc.string({ unit: 'binary' });
    const key = text.filter((value) => !value.includes('='));
    const state = fc.record({
      ...{ preset: text, workload: text, batch: text, layer: text },
      sets: fc.array(fc.tuple(key, text)).map((sets) => new Map(sets)),
      pass: fc.constantFrom(...PASSES),
      engine: fc.constantFrom(...ENGINES),
    });
    fc.assert(
      fc.property(state, (given) => {
        // as a browser keeps it
        const { hash } = new URL(`file:///page.html#${stateText(given)}`);
        expect(parseState(hash)).toEqual(given);
      }),
      { seed: 20261130, numRuns: 500 },
    );
  });

  it('leaves out what is so by itself, and can be read', () => {
    expect(stateText(FIRST_STATE)).toBe('');
    expect(parseState('')).toEqual(FIRST_STATE);
    const state = { ...FIRST_STATE, preset: 'tiny4', sets: new Map([['engines', 'bp,zerofree']]) };
    expect(stateText(state)).toBe('preset=tiny4&set=engines=bp,zerofree');
  });

  it('makes commands whose words a shell takes as they are meant', () => {
    const state = { ...FIRST_STATE, sets: new Map([['name', "it's; $HOME"]]), batch: '4' };
    expect(generateCommandOf(state)).toBe(`npx bp-im2col generate ref16 --set 'name=it'\\''s; $HOME'`);
    expect(estimateCommandOf(state)).toMatch(/ --preset ref16 --set '.*' --batch 4$/);
  });
});

describe('the fields of the form', () => {
  it('are all that the schema has, each with a value in every preset', () => {
    const keys = fieldGroups().flatMap(({ fields }) => fields.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
    expect([...new Set(keys.map((key) => key.split('.')[0]))].sort()).toEqual(Object.keys(configSchema.shape).sort());
    for (const config of Object.values(presets))
      expect(Object.keys(fieldValues(config)).sort()).toEqual([...keys].sort());
  });
});
