import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/check/errors.js';
import { formatLayer, makeLayer, parseLayer } from '../../generator/spec/layer.js';
import { anyLayer } from './layers.js';

const problemsOf = (text: string): readonly string[] => {
  try {
    parseLayer(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const problem of error.problems) {
      expect(problem.fix).not.toBe('');
      expect(error.message).toContain(problem.message);
    }
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
  return [];
};

const base = 'C=4,H=8,W=8,N=6,K=3';

describe('parseLayer', () => {
  it('reads shorthands, defaults and output sizes', () => {
    const rest = { B: 2, C: 64, H: 56, W: 56, N: 128, Dh: 1, Dw: 1, G: 1 };
    expect(parseLayer('B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1')).toEqual({
      ...{ ...rest, Kh: 3, Kw: 3, Sh: 2, Sw: 2, Pt: 1, Pb: 1, Pl: 1, Pr: 1 },
      ...{ Ho: 28, Wo: 28 },
    });
    const odd = parseLayer(' C = 4, H=9,W=7 ,N=2,K=3,Kw=5,Sh=2,D=2,Dw=1,P=1,Pr=3');
    expect([odd.B, odd.Kh, odd.Kw, odd.Sh, odd.Sw, odd.Dh, odd.Dw, odd.Pl, odd.Pr]).toEqual([
      1, 3, 5, 2, 1, 2, 1, 1, 3,
    ]);
    expect([odd.Ho, odd.Wo]).toEqual([4, 7]);
    expect(parseLayer(`Kw=5,${base}`).Kw).toBe(3);
  });

  it.each([
    ['', ['SYNTAX layer', ...['C', 'H', 'W', 'N', 'Kh', 'Kw'].map((k) => `MISSING_KEY ${k}`)]],
    ['C=4', ['H', 'W', 'N', 'Kh', 'Kw'].map((k) => `MISSING_KEY ${k}`)],
    [`${base},Q=1`, ['UNKNOWN_KEY Q']],
    [`${base},constructor=1`, ['UNKNOWN_KEY constructor']],
    [`${base},B=1,B=1`, ['DUPLICATE_KEY B']],
    [`${base},K=5`, ['DUPLICATE_KEY K']],
    [`${base},G=x`, ['NOT_AN_INTEGER G']],
    ['C=4,H=8,W=8,N=6,K=x,Kh=9,Kw=1', ['NOT_AN_INTEGER K', 'NO_OUTPUT H']],
    [`${base},S=NaN`, ['NOT_AN_INTEGER S']],
    [`${base},S=`, ['NOT_AN_INTEGER S']],
    [`${base},S=1.5`, ['NOT_AN_INTEGER S']],
    [`${base},S=1e1`, ['NOT_AN_INTEGER S']],
    [`${base},S=0`, ['OUT_OF_RANGE S']],
    [`${base},P=-1`, ['OUT_OF_RANGE P']],
    [`${base},B=99999999999999999999999`, ['OUT_OF_RANGE B']],
    [`${base},G=4`, ['NOT_DIVISIBLE N']],
    [`${base},G=5`, ['NOT_DIVISIBLE C', 'NOT_DIVISIBLE N']],
    [`${base},D=4`, ['NO_OUTPUT H', 'NO_OUTPUT W']],
    ['C=16,H=3,W=32767,N=16,K=3,P=1', ['OUT_OF_RANGE W']],
    [
      `${base},Dw=4,Q,Z=1,B=x,G=5`,
      ['SYNTAX layer', 'UNKNOWN_KEY Z', 'NOT_AN_INTEGER B', 'NOT_DIVISIBLE C', 'NOT_DIVISIBLE N', 'NO_OUTPUT W'],
    ],
  ])('refuses %j', (text, problems) => expect(problemsOf(text)).toEqual(problems));

  it('proposes the right case of a key, and does not miss it as well', () => {
    expect(problemsOf('c=4,h=5,w=5,n=4,k=3,SH=2')).toEqual(
      ['c', 'h', 'w', 'n', 'k', 'SH'].map((key) => `UNKNOWN_KEY ${key}`),
    );
    expect(() => parseLayer(`${base},kh=1,SH=2`)).toThrow(/fix: write Kh\n.*\n.*fix: write Sh/);
  });

  it('says by how much the input is too small, and that this is enough', () => {
    expect(() => parseLayer('C=1,H=4,W=9,N=1,K=3,D=3')).toThrow(/raise H or the padding by 3/);
    expect(parseLayer('C=1,H=7,W=9,N=1,K=3,D=3').Ho).toBe(1);
  });

  it('says by how much an input with its padding is too large, and that this is enough', () => {
    expect(() => parseLayer('C=1,H=9,W=32760,N=1,K=3,P=5')).toThrow(/lower W or its padding by 2/);
    expect(parseLayer('C=1,H=9,W=32758,N=1,K=3,P=5').Wo).toBe(32766);
  });

  it('reads back what formatLayer writes', () => {
    fc.assert(
      fc.property(anyLayer(), (layer) => {
        expect(parseLayer(formatLayer(layer))).toEqual(layer);
      }),
      { seed: 2, numRuns: 500 },
    );
    expect(formatLayer(parseLayer(`${base},Pt=1`))).toBe('C=4,H=8,W=8,N=6,K=3,Pt=1');
  });
});

describe('makeLayer', () => {
  it('counts output pixels as sliding the window does', () => {
    fc.assert(
      fc.property(anyLayer(), (layer) => {
        const { H, Kh, Sh, Dh, Pt, Pb, Ho } = layer;
        let count = 0;
        for (let top = -Pt; top + Dh * (Kh - 1) < H + Pb; top += Sh) count++;
        expect(Ho).toBe(count);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('refuses values that are no layer', () => {
    const layer = parseLayer(base);
    expect(() => makeLayer({ ...layer, B: Number.NaN, Kh: 0.5 })).toThrow(UserError);
    expect(() => makeLayer({ ...layer, G: 4 })).toThrow(/NOT_DIVISIBLE/);
  });
});
