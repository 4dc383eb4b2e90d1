import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import {
  formatLayer,
  type LayerKey,
  layerShorthands,
  makeLayer,
  parseLayer,
} from '../../generator/description/layer.js';
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

const errorOf = (text: string): unknown => {
  try {
    return parseLayer(text);
  } catch (error) {
    return error;
  }
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

  it.each([
    ['in_channels=4', 'C=4', 'C'],
    ['inChannels=4', 'C=4', 'C'],
    ['out_channels=6', 'N=6', 'N'],
    ['filters=6', 'N=6', 'N'],
    ['num_output=6', 'N=6', 'N'],
    ['kernel_size=3', 'K=3', 'Kh Kw'],
    ['kernel_size=[3,5]', 'Kh=3,Kw=5', 'Kh Kw'],
    ['kernel_size=(3, 3)', 'K=3', 'Kh Kw'],
    ['kernel_shape=[1,3]', 'Kh=1,Kw=3', 'Kh Kw'],
    ['kernel_h=3', 'Kh=3', 'Kh'],
    ['kernelWidth=3', 'Kw=3', 'Kw'],
    ['R=3', 'Kh=3', 'Kh'],
    ['stride=2', 'S=2', 'Sh Sw'],
    ['strides=(1,2)', 'Sh=1,Sw=2', 'Sh Sw'],
    ['stride-w=2', 'Sw=2', 'Sw'],
    ['padding=1', 'P=1', 'Pt Pb Pl Pr'],
    ['padding=(1,2)', 'Pt=1,Pb=1,Pl=2,Pr=2', 'Pt Pb Pl Pr'],
    ['padding=((1,2),(3,4))', 'Pt=1,Pb=2,Pl=3,Pr=4', 'Pt Pb Pl Pr'],
    ['pads=[1,2,3,4]', 'Pt=1,Pb=3,Pl=2,Pr=4', 'Pt Pb Pl Pr'],
    ['pad_top=1', 'Pt=1', 'Pt'],
    ['pad_w=2', 'Pl=2,Pr=2', 'Pl Pr'],
    ['dilation=2', 'D=2', 'Dh Dw'],
    ['dilations=[1,2]', 'Dh=1,Dw=2', 'Dh Dw'],
    ['dilation_rate=2', 'D=2', 'Dh Dw'],
    ['groups=2', 'G=2', 'G'],
    ['group=2', 'G=2', 'G'],
    ['feature_group_count=2', 'G=2', 'G'],
    ['batch_size=2', 'B=2', 'B'],
    ['input_height=9', 'H=9', 'H'],
    ['image_size=[9,8]', 'H=9,W=8', 'H W'],
  ])('answers %s with %s, which works and is not missing as well', (given, ours, about) => {
    const rest = Object.entries({ C: 4, H: 9, W: 12, N: 6, Kh: 3, Kw: 5 })
      .filter(([key]) => !about.split(' ').includes(key))
      .map(([key, value]) => `${key}=${value}`);
    const name = given.split('=')[0]!;
    const text = [...rest, given].join();
    expect(problemsOf(text)).toEqual([`UNKNOWN_KEY ${name}`]);
    const [, fix] = /fix: write (.*)$/.exec(String(errorOf(text)))!;
    expect(fix).toBe(ours);
    const layer = parseLayer([...rest, fix].join());
    const wanted = Object.fromEntries(ours.split(',').map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])]));
    for (const [key, value] of Object.entries(wanted)) {
      const axes = layerShorthands[key] ?? [key as LayerKey];
      for (const axis of axes) expect(layer[axis]).toBe(value);
    }
  });

  it.each([
    ['padding=same', 'write Pt, Pb, Pl and Pr, a whole number each'],
    ['padding=valid', 'leave it out: P is 0 where it is not given'],
    ['padding=[1,2,3,4]', 'write Pt, Pb, Pl and Pr, a whole number each'],
    ['in_channels=many', 'write C, a whole number'],
    ['in_channels=0', 'write C, a whole number'],
    ['kernel_size=[3,3,3,5]', 'write Kh and Kw, a whole number each'],
    ['output_height=3', 'leave it out: the size of the output follows from the other keys'],
    ['bias=true', 'leave it out: a layer here is the convolution alone'],
    ['whatever=3', 'use B, C, H, W, N, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr, G, K, S, D, P'],
  ])('answers %s without a value where there is none to give', (given, fix) => {
    expect(String(errorOf(`${base},${given}`))).toContain(`fix: ${fix}`);
  });

  it.each([
    ['K=[3,5]', 'write Kh=3,Kw=5'],
    ['K=3x5', 'write Kh=3,Kw=5'],
    ['S=(2,2)', 'write S=2'],
    ['P=[[0,1],[1,0]]', 'write Pt=0,Pb=1,Pl=1,Pr=0'],
    ['C=64k', 'give C a whole number from 1 to 65535'],
    ['C=0x40', 'give C 64'],
    ['B=1e2', 'give B 100'],
    ['N=1_024', 'give N 1024'],
  ])('answers the value in %s', (given, fix) => {
    const [key] = given.split('=') as [string];
    const rest = base.split(',').filter((pair) => !pair.startsWith(`${key}=`));
    expect(String(errorOf([...rest, given].join()))).toContain(`fix: ${fix}`);
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
