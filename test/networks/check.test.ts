import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { networkJsonSchema } from '../../generator/cli/jsonSchemas.js';
import { formatLayer, layerLimits, layerShorthands } from '../../generator/description/layer.js';
import { parseNetwork } from '../../generator/networks/check.js';

const conv = { name: 'conv1', C: 3, H: 32, W: 32, N: 16, K: 3 };

const problemsOf = (input: unknown): readonly string[] => {
  try {
    parseNetwork(input);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const { message, fix } of error.problems) expect(Math.min(message.length, fix.length)).toBeGreaterThan(0);
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
};

describe('a network file', () => {
  it('holds layers in the keys of their notation', () => {
    const { name, layers } = parseNetwork({
      $schema: './network.schema.json',
      name: 'mine',
      layers: [
        { ...conv, S: 2, P: 1 },
        { name: 'conv2', B: 4, C: 16, H: 9, W: 8, N: 32, Kw: 5, K: 3, Sh: 2, D: 2, P: 1, Pr: 0, Pl: 3, G: 4 },
      ],
    });
    expect(name).toBe('mine');
    expect(layers.map((each) => [each.name, formatLayer(each.layer)])).toEqual([
      ['conv1', 'C=3,H=32,W=32,N=16,K=3,S=2,P=1'],
      ['conv2', 'B=4,C=16,H=9,W=8,N=32,Kh=3,Kw=5,Sh=2,D=2,Pt=1,Pb=1,Pl=3,G=4'],
    ]);
  });

  it.each<[unknown, readonly string[]]>([
    [null, ['WRONG_TYPE network']],
    [[], ['WRONG_TYPE network']],
    ['mine', ['WRONG_TYPE network']],
    [{}, ['MISSING name', 'MISSING layers']],
    [{ name: 'mine', layers: [] }, ['OUT_OF_RANGE layers']],
    [{ name: 'mine', layers: { conv1: conv } }, ['WRONG_TYPE layers']],
    [{ name: 'mine', layers: [7] }, ['WRONG_TYPE layers.0']],
    [{ name: 'a\nb', layers: [conv] }, ['OUT_OF_RANGE name']],
    [{ name: 'mine', $schema: 7, layers: [conv] }, ['WRONG_TYPE $schema']],
    [{ name: 'mine', layers: [{ ...conv, K: undefined }] }, ['MISSING layers.0.K']],
    [{ name: 'mine', layers: [{ ...conv, K: undefined, Kh: 3 }] }, ['MISSING layers.0.Kw']],
    [{ name: 'mine', layers: [{ ...conv, K: 33 }] }, ['NO_OUTPUT layers.0.H', 'NO_OUTPUT layers.0.W']],
    [{ name: 'mine', layers: [conv, conv] }, ['DUPLICATE layers.1.name']],
  ])('%j is refused', (input, problems) => expect(problemsOf(input)).toEqual(problems));

  it.each<[string, object, string]>([
    [
      'PyTorch',
      {
        in_channels: 3,
        out_channels: 16,
        kernel_size: [3, 5],
        stride: 2,
        padding: [1, 2],
        dilation: 1,
        groups: 1,
        batch_size: 2,
      },
      'C=3 N=16 Kh=3,Kw=5 S=2 Pt=1,Pb=1,Pl=2,Pr=2 D=1 G=1 B=2',
    ],
    [
      'Keras',
      { C: 3, filters: 16, kernel_size: [3, 3], strides: [2, 1], padding: 'valid', dilation_rate: 1 },
      'N=16 K=3 Sh=2,Sw=1 - D=1',
    ],
    [
      'ONNX',
      { C: 3, N: 16, kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 2, 3], dilations: [1, 1], group: 1 },
      'K=3 S=2 Pt=0,Pb=2,Pl=1,Pr=3 D=1 G=1',
    ],
    [
      'Caffe',
      { C: 3, num_output: 16, kernel_h: 3, kernel_w: 5, stride_h: 2, stride_w: 1, pad_h: 1, pad_w: 0 },
      'N=16 Kh=3 Kw=5 Sh=2 Sw=1 Pt=1,Pb=1 Pl=0,Pr=0',
    ],
    ['our own, as lists', { C: 3, N: '16', K: [3, 5], S: [2, 2], P: 1 }, '16 Kh=3,Kw=5 S=2'],
    ['text for numbers', { C: '0x3', N: 16, K: [3, 3], W: '3e1', H: 32 }, '3 K=3 30'],
  ])('in the keys of %s is answered with ours, and these work', (_framework, keys, answers) => {
    const size = { name: 'conv1', H: 32, W: 32 };
    const entry = { ...size, ...keys };
    let fixes: readonly string[] = [];
    try {
      parseNetwork({ name: 'mine', layers: [entry] });
    } catch (error) {
      fixes = (error as UserError).problems.map(({ fix }) => fix);
    }
    const short = (fix: string): string =>
      /^leave it out/.test(fix)
        ? '-'
        : fix
            .replace(/^write |^set layers\.0\.\w+ to /, '')
            .replaceAll(/"|:/g, '')
            .replaceAll(/(\w) (\d)/g, '$1=$2')
            .replaceAll(', ', ',');
    expect(fixes.map(short).sort()).toEqual(answers.split(' ').sort());
    // what is written instead
    const known = Object.fromEntries(
      Object.entries(entry)
        .filter(([, value]) => typeof value === 'number' || value === 'conv1')
        .filter(([key]) => /^[A-Zn]/.test(key) && !/_/.test(key)),
    );
    const written = fixes
      .filter((fix) => fix.startsWith('write'))
      .map((fix) => JSON.parse(`{${fix.slice(6)}}`) as object);
    const set = fixes.flatMap((fix) =>
      [...fix.matchAll(/^set layers\.0\.(\w+) to (\d+)$/g)].map(([, key, value]) => ({ [key!]: Number(value) })),
    );
    const layer = Object.assign({ ...known }, ...written, ...set) as object;
    expect(problemsOf({ name: 'mine', layers: [layer] })).toEqual([]);
  });

  it('of another framework beside the layers is sent into them', () => {
    expect(() => parseNetwork({ name: 'mine', layers: [conv], batch_size: 2 })).toThrow(
      'fix: give it in each layer: write "B": 2',
    );
  });

  it('is refused with every problem at once', () => {
    const layers = [
      { ...conv, C: 0, stride: 2 },
      { ...conv, name: 'b', G: 2, P: -1 },
      { ...conv, name: 'c', G: 2 },
      { ...conv, name: 'c', H: '32', S: 1.5 },
    ];
    expect([...problemsOf({ name: 'mine', layers, batch: 2 })].sort()).toEqual([
      'NOT_DIVISIBLE layers.2.C',
      'OUT_OF_RANGE layers.0.C',
      'OUT_OF_RANGE layers.1.P',
      'OUT_OF_RANGE layers.3.S',
      'UNKNOWN_KEY batch',
      'UNKNOWN_KEY layers.0.stride',
      'WRONG_TYPE layers.3.H',
    ]);
  });

  it('has a JSON Schema in which every field is explained', () => {
    const schema = networkJsonSchema() as {
      readonly additionalProperties: boolean;
      readonly properties: Readonly<Record<string, { readonly items: object }>>;
    };
    expect(schema).toMatchObject({ additionalProperties: false, required: ['name', 'layers'] });
    const layer = schema.properties.layers.items as {
      readonly properties: object;
      readonly required: readonly string[];
    };
    expect(layer.required).toEqual(['name', 'C', 'H', 'W', 'N']);
    expect(Object.keys(layer.properties).sort()).toEqual(
      ['name', ...Object.keys(layerLimits), ...Object.keys(layerShorthands)].sort(),
    );
    for (const field of [...Object.values(schema.properties), ...Object.values(layer.properties)]) {
      expect(field).toHaveProperty('description');
    }
  });
});
