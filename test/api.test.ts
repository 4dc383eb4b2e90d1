import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { EXIT } from '../generator/cli/context.js';
import { runCli } from '../generator/cli/program.js';
import { transpose } from '../generator/golden/transpose.js';
import * as api from '../generator/index.js';
import { validConfig } from './configs.js';
import { anyLayer } from './description/layers.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

/** Any function of the library, as plain JavaScript may call it. */
type Loose = (...args: readonly unknown[]) => unknown;
const loose = (call: unknown): Loose => call as Loose;

const functions: Readonly<Record<string, Loose>> = Object.fromEntries(
  [
    ...Object.entries(api).filter(([name, value]) => typeof value === 'function' && name !== 'UserError'),
    ['networks.alexnet', api.networks.alexnet],
  ].map(([name, value]) => [name as string, loose(value)]),
);
/** Those that return a promise; the others answer at once. */
const asynchronous = ['estimate', 'run', 'synthesize'];
const takesNothing = ['configJsonSchema', 'networkJsonSchema'];

const isFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));

/** The codes and paths of what a call is refused with; anything but a `UserError` fails the test. */
const refusal = (call: () => unknown): readonly string[] => {
  try {
    call();
  } catch (error) {
    if (!(error instanceof api.UserError)) throw error;
    for (const { path, message, fix } of error.problems) {
      expect([path, message, fix]).not.toContain('');
      // flags are words of the command line
      expect(`${path}\n${message}\n${fix}`).not.toMatch(/(^|[\s"'(])--[a-z]/m);
    }
    expect(isFrozen(error.problems)).toBe(true);
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
  return [];
};

/** The same of a call that returns a promise. */
const rejection = async (call: () => unknown): Promise<readonly string[]> => {
  const [outcome] = await Promise.allSettled([Promise.resolve().then(call)]);
  return refusal(() => {
    if (outcome.status === 'rejected') throw outcome.reason;
  });
};

class Inherits {
  readonly preset = 'ref16';
  get array() {
    return { rows: 8 };
  }
}
const endless: Record<string, unknown> = {};
endless.array = endless;

const NOTHING = {};
const odd = [
  undefined,
  null,
  7,
  Number.NaN,
  -1,
  3n,
  true,
  'x',
  '',
  Symbol('s'),
  () => 1,
  [],
  [[]],
  NOTHING,
  endless,
  new Map(),
];

const layer = api.parseLayer('C=4,H=8,W=8,N=6,K=3,S=2,P=1');
const network = api.networks.alexnet();

describe('every function of the library', () => {
  it('is in this list', () => {
    expect(Object.keys(functions).sort()).toEqual(
      [
        ...['analyze', 'compile', 'configJsonSchema', 'defineAccelerator', 'denseMacs', 'derive', 'emit', 'estimate'],
        ...['formatLayer', 'generate', 'run', 'synthesize'],
        ...['makeLayer', 'networkJsonSchema', 'networks.alexnet', 'parameterCount', 'parseLayer', 'parseNetwork'],
        'structuralZeros',
      ].sort(),
    );
  });

  it.each(Object.keys(functions).filter((name) => !takesNothing.includes(name)))(
    '%s refuses what is none of its arguments',
    async (name) => {
      for (const value of [...odd, new Inherits()]) {
        // a network's options may be left out
        if (name === 'networks.alexnet' && (value === undefined || value === NOTHING)) continue;
        expect(await rejection(() => functions[name]!(value)), String(JSON.stringify(typeof value))).not.toEqual([]);
      }
      if (name !== 'networks.alexnet') expect(await rejection(() => functions[name]!())).not.toEqual([]);
    },
  );

  it('returns a frozen value or throws one UserError, whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withTypedArray: true,
    });
    const near = fc.oneof(
      anything,
      fc.record({ C: anything, Kh: anything }).map((changed) => ({ ...layer, ...changed })),
      fc.record({ preset: fc.constantFrom('tiny4', 'odd', 'x'), array: anything, engines: anything }),
      fc.record({ batch: anything, size: anything }),
      fc.record({ name: fc.string(), layers: fc.array(anything) }),
    );
    const names = Object.keys(functions).filter(
      (name) => !['generate', ...asynchronous, ...takesNothing].includes(name),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(near, { maxLength: 2 }), (name, args) => {
        refusal(() => expect(isFrozen(functions[name]!(...args))).toBe(true));
      }),
      { seed: 14, numRuns: 1500 },
    );
  });
});

describe('configurations', () => {
  it.each([
    ['array.rows', { array: { rows: 0, columns: 4 } }, 'OUT_OF_RANGE array.rows'],
    ['array.columns', { array: { rows: 4, columns: 4.5 } }, 'OUT_OF_RANGE array.columns'],
    ['format', { format: 'fp32' }, 'OUT_OF_RANGE format'],
    ['engines', { engines: ['magic'] }, 'OUT_OF_RANGE engines.0'],
    ['engines', { engines: null }, 'WRONG_TYPE engines'],
    ['a text', { array: { rows: '4', columns: 4 } }, 'WRONG_TYPE array.rows'],
    [
      'a buffer',
      { buffers: { dynamicBytes: 8, stationaryBytes: 1024, accumulatorDepth: 64 } },
      'BUFFER_TOO_SMALL buffers.dynamicBytes',
    ],
    ['prefix', { prefix: 'always' }, 'KEYWORD prefix'],
    ['a missing key', { axi: undefined }, 'MISSING axi'],
    ['a key too many', { colour: 1 }, 'UNKNOWN_KEY colour'],
  ])('are checked by emit, generate and derive: %s', (_name, change, problem) => {
    const config = { ...api.presets.tiny4, ...change } as api.Config;
    const root = folder();
    expect(refusal(() => api.emit(config))).toEqual([problem]);
    expect(refusal(() => api.derive(config))).toEqual([problem]);
    expect(refusal(() => api.generate(config, { out: join(root, 'out') }))).toEqual([problem]);
    expect(readdirSync(root)).toEqual([]);
  });

  it('any valid one is emitted, whatever the order of its keys and engines, with the same bytes', () => {
    fc.assert(
      fc.property(validConfig(fc.constant({ rows: 3, columns: 2 })), (config) => {
        const shuffled = Object.fromEntries(
          Object.entries({ ...config, engines: [...config.engines].reverse() }).reverse(),
        );
        expect(api.emit(shuffled as unknown as api.Config)).toEqual(api.emit(config));
        expect(isFrozen(api.derive(config))).toBe(true);
      }),
      { seed: 1, numRuns: 5 },
    );
  });

  it('a value is read once: what was checked is what is used', () => {
    let reads = 0;
    const array = {
      columns: 4,
      get rows() {
        reads++;
        return reads === 1 ? 4 : 0;
      },
    };
    expect(api.defineAccelerator({ preset: 'tiny4', array }).array).toEqual({ rows: 4, columns: 4 });
    expect(reads).toBe(1);
  });

  it('what is inherited is not lost without a word', () => {
    expect(refusal(() => api.defineAccelerator(new Inherits()))).toEqual(['NOT_PLAIN configuration']);
    expect(refusal(() => api.defineAccelerator(Object.create({ preset: 'ref16' })))).toEqual([
      'NOT_PLAIN configuration',
    ]);
    const array = new (class {
      readonly rows = 8;
    })();
    expect(refusal(() => api.defineAccelerator({ preset: 'ref16', array }))).toEqual(['NOT_PLAIN array']);
    const bare = Object.assign(Object.create(null), { preset: 'odd' });
    expect(api.defineAccelerator(bare)).toEqual(api.presets.odd);
  });

  it('no caller changes a later accelerator', () => {
    const engines: api.Engine[] = ['bp'];
    const config = api.defineAccelerator({ preset: 'tiny4', engines });
    engines.push('zerofree');
    expect(config.engines).toEqual(['bp']);
    const shared: unknown[] = [api.presets, api.PRESET_NAMES, api.ENGINES, api.PASSES, api.NETWORK_NAMES, api.networks];
    for (const value of [
      ...shared,
      config,
      network,
      layer,
      api.emit(config),
      api.derive(config),
      api.configJsonSchema(),
    ]) {
      expect(isFrozen(value)).toBe(true);
    }
    expect(() => Object.assign(api.presets.tiny4.array, { rows: 9 })).toThrow(TypeError);
    expect(api.defineAccelerator({ preset: 'tiny4' }).array.rows).toBe(4);
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [{ out: '' }],
    [{ out: 7 }],
    [{ out: 'a\0b' }],
    [{ output: 'x' }],
    [{ out: 'x', force: 1 }],
  ])('generate refuses the options %j', (options) =>
    expect(refusal(() => functions.generate!(api.presets.tiny4, options))).toHaveLength(1),
  );
});

describe('layers', () => {
  const keys = Object.keys(layer) as readonly (keyof api.Layer)[];
  const wrong = fc.constantFrom<unknown>(
    Number.NaN,
    -1,
    1.5,
    '3',
    null,
    undefined,
    Number.POSITIVE_INFINITY,
    3n,
    [3],
    1e9,
  );
  const takeLayers: readonly (readonly [string, Loose])[] = [
    ['makeLayer', loose(api.makeLayer)],
    ['formatLayer', loose(api.formatLayer)],
    ['denseMacs', loose(api.denseMacs)],
    ['structuralZeros', (given) => api.structuralZeros(given as api.Layer, 'dgrad')],
    [
      'parameterCount',
      (given) => functions.parameterCount!({ ...network, layers: [{ ...network.layers[0], layer: given }] }),
    ],
  ];

  it.each(takeLayers)('%s refuses any with a wrong value, by its key', (name, call) => {
    fc.assert(
      fc.property(anyLayer(), fc.constantFrom(...keys), wrong, (right, key, value) => {
        const isOutput = key === 'Ho' || key === 'Wo';
        if (name === 'makeLayer' && isOutput) return;
        const found = refusal(() => call({ ...right, [key]: value }));
        expect(found.map((each) => each.split(' ')[1])).toEqual([key]);
        expect(refusal(() => call(right))).toEqual([]);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it.each(takeLayers.slice(1))('%s refuses an output size that the other keys do not give', (_name, call) => {
    expect(refusal(() => call({ ...layer, Ho: layer.Ho + 1 }))).toEqual(['OUTPUT_SIZE Ho']);
  });

  it.each(['foo', '', 'FPROP', 'toString', null, undefined, 0, ['fprop']])(
    'structuralZeros knows no pass %j',
    (pass) => {
      expect(refusal(() => functions.structuralZeros!(layer, pass))).toEqual(['UNKNOWN_PASS pass']);
    },
  );

  it('makeLayer answers the keys of other frameworks with its own', () => {
    const { C, N, Kh, Kw, ...rest } = layer;
    expect(() => functions.makeLayer!({ ...rest, in_channels: C, filters: N, kernel_size: [Kh, Kw] })).toThrow(
      /in_channels: .*\n {2}fix: write "C": 4\nfilters: .*\n {2}fix: write "N": 6\nkernel_size: .*\n {2}fix: write "Kh": 3, "Kw": 3$/,
    );
  });

  it('denseMacs counts exactly or says that it cannot', () => {
    const large = api.parseLayer('B=65535,C=65535,H=255,W=255,N=65535,K=255,P=127');
    expect(refusal(() => api.denseMacs(large))).toEqual(['TOO_LARGE layer']);
  });
});

describe('networks', () => {
  it.each<[unknown, readonly string[]]>([
    [{ batch: -1 }, ['OUT_OF_RANGE batch']],
    [{ batch: '2' }, ['OUT_OF_RANGE batch']],
    [{ batch: null }, ['OUT_OF_RANGE batch']],
    [{ size: Number.NaN }, ['OUT_OF_RANGE size']],
    [{ size: null }, ['WRONG_TYPE size']],
    [{ size: [224, 224] }, ['WRONG_TYPE size']],
    [{ size: { height: 224 } }, ['OUT_OF_RANGE width']],
    [{ size: { height: 224, width: 224, depth: 3 } }, ['UNKNOWN_KEY size.depth']],
    [{ batchSize: 2 }, ['UNKNOWN_KEY batchSize']],
    [{ batch: 0, sise: 8 }, ['UNKNOWN_KEY sise', 'OUT_OF_RANGE batch']],
    [null, ['WRONG_TYPE options']],
  ])('refuse the options %j', (options, problems) => {
    expect(refusal(() => loose(api.networks.resnet18)(options))).toEqual(problems);
  });

  it('parameterCount names what is wrong in an entry', () => {
    const [first] = network.layers;
    const layers = [{ ...first, bias: 1, batchNorm: -1 }, null];
    expect(refusal(() => functions.parameterCount!({ layers }))).toEqual([
      ...['WRONG_TYPE layers.0.bias', 'WRONG_TYPE layers.0.batchNorm'],
      ...['WRONG_TYPE layers.1.layer', 'WRONG_TYPE layers.1.bias', 'WRONG_TYPE layers.1.batchNorm'],
    ]);
  });
});

describe('what the commands do', () => {
  const tiny = { config: 'tiny4', layer: 'C=8,H=6,W=6,N=6,K=3,S=2,P=1', pass: 'dgrad' } as const;
  const dy = Int8Array.from({ length: 54 }, (_, index) => index - 27);

  /** The same tensors in PyTorch's order. */
  const nchw = (values: Int8Array): Int8Array => transpose(values, [1, 3, 3, 6], [0, 3, 1, 2]);
  const nchwWeights = ({ shape, data }: { readonly shape: readonly number[]; readonly data: Int16Array }) => ({
    shape: [6, 8, 3, 3],
    data: transpose(data, shape, [3, 2, 0, 1]),
  });

  /** What a command prints as JSON. */
  const printed = async (words: string): Promise<Readonly<Record<string, unknown>>> => {
    let text = '';
    const terminal = { out: (part: string) => (text += part), err: () => undefined, color: false };
    expect(await runCli([...words.split(' '), '--json'], terminal)).toBe(EXIT.ok);
    return JSON.parse(text);
  };

  it('compile returns what the command writes', async () => {
    const folderOf = folder();
    const [c, bin] = [join(folderOf, 'one.h'), join(folderOf, 'one.bin')];
    const given = `compile --preset tiny4 --layer ${tiny.layer} --pass dgrad --narrow --shift 4 --at dx=0x20000000`;
    const told = await printed(`${given} --c ${c} --bin ${bin}`);
    const at = { dx: 0x2000_0000 };
    const { words, header, ...rest } = api.compile({ ...tiny, narrow: true, shift: 4, at, symbol: 'one' });
    expect(new Uint8Array(readFileSync(bin))).toEqual(new Uint8Array(words.buffer));
    expect(readFileSync(c, 'utf8')).toBe(header);
    expect({ ...rest, config: 'tiny4', layer: api.formatLayer(rest.layer), c, bin }).toEqual(told);
  });

  it('analyze counts the layers that the command counts', async () => {
    const { passes, name, input, bytesPerElement } = api.analyze({
      network: 'resnet18',
      strided: true,
      format: 'int8',
    });
    const told = await printed('analyze resnet18 --strided --format int8');
    expect(told).toMatchObject({ name, ...input, bytesPerElement });
    expect((told.passes as readonly { readonly macs: number }[]).map(({ macs }) => macs)).toEqual(
      passes.map(({ zeros }) => zeros.macs),
    );
    expect(api.analyze({ network, batch: 2 }).passes[0]!.layer.layer.B).toBe(2);
    expect(api.analyze({ layer, pass: 'wgrad' }).passes.map(({ zeros }) => zeros)).toEqual([
      api.structuralZeros(layer, 'wgrad'),
    ]);
  });

  it('run takes typed arrays, and returns the tensor in the layout that was asked for', async () => {
    const wt = { shape: [3, 3, 8, 6], data: Float32Array.from({ length: 432 }, (_, index) => (index % 7) - 3) };
    const whole = { ...wt, data: Int16Array.from(wt.data) };
    const options = { ...tiny, simulator: 'icarus' } as const;
    const [one, other] = [
      await api.run({ ...options, operands: { dy, wt: whole } }),
      await api.run({ ...options, layout: 'nchw', operands: { dy: Int8Array.from(nchw(dy)), wt: nchwWeights(whole) } }),
    ];
    expect([one.passed, one.output.name, one.output.shape]).toEqual([true, 'dx', [1, 6, 6, 8]]);
    expect(other.output.shape).toEqual([1, 8, 6, 6]);
    expect([...other.result]).toEqual([...one.result]);
    expect(other.output.data[1]).toBe(one.output.data[8]);
    expect(await rejection(() => api.run({ ...options, operands: { dy, wt } }))).toEqual(['OPERAND_DTYPE operands.wt']);
    expect(await rejection(() => api.run({ ...options, operands: { dy: dy.slice(1) } }))).toEqual([
      'OPERAND_SHAPE operands.dy',
    ]);
    expect(await rejection(() => api.run({ ...options, operands: { x: dy } }))).toEqual(['NOT_READ operands.x']);
  });

  it('a simulator and a library that are missing are one problem of their own', async () => {
    vi.stubEnv('PATH', folder());
    vi.stubEnv('XDG_DATA_DIRS', folder());
    try {
      expect(await rejection(() => api.run(tiny))).toEqual([`${api.MISSING_TOOL} verilator, g++, make`]);
      expect(await rejection(() => api.synthesize({ config: 'tiny4', target: 'asic' }))).toEqual([
        `${api.MISSING_TOOL} osu018`,
      ]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('synthesize measures the blocks that are asked for', async () => {
    const { blocks, total, sum, whole, netlist } = await api.synthesize({ config: 'tiny4', only: ['csr'] });
    expect(blocks.map(({ block }) => block)).toContain('csr');
    expect(blocks.reduce((all, { share }) => all + share, 0)).toBeCloseTo(1);
    expect(sum.flipFlops).toBeGreaterThan(0);
    expect(total).toEqual(sum);
    expect(whole).toBeUndefined();
    expect(netlist).toContain('endmodule');
  });

  it.each<[string, object, string]>([
    ['compile', { pass: 'forward' }, 'OUT_OF_RANGE pass'],
    ['compile', { base: 100 }, 'MISALIGNED base'],
    ['compile', { at: { dw: 0 } }, 'UNKNOWN at.dw'],
    ['compile', { symbol: 'a b' }, 'SYMBOL symbol'],
    ['compile', { symbol: 'bpi' }, 'SYMBOL symbol'],
    ['compile', { shift: 3 }, 'PLAN_SHIFT shift'],
    ['compile', { config: 'odd', narrow: true, shift: 3 }, 'PLAN_SHIFT shift'],
    ['run', { shift: 3 }, 'PLAN_SHIFT shift'],
    ['run', { operands: { dy: { shape: [1, 6, 3, 3], data: dy } } }, 'OPERAND_SHAPE operands.dy'],
    ['run', { operands: { dy: 'no-such.npy' } }, 'FILE_UNREADABLE operands.dy no-such.npy'],
    ['run', { operands: { x: 'no-such.npy' } }, 'NOT_READ operands.x'],
    ['run', { layout: 'nchw', operands: { dy: { shape: [1, 3, 3, 6], data: dy } } }, 'OPERAND_SHAPE operands.dy'],
    ['synthesize', { layer: undefined, pass: undefined, library: 'osu018' }, 'NO_LIBRARY library'],
    ['compile', { layers: 1 }, 'UNKNOWN_KEY layers'],
    ['compile', { layer: { C: 3 } }, 'MISSING_KEY B'],
    ['analyze', { config: undefined, network: 'resnet18' }, 'NO_LAYER layer'],
    ['analyze', { config: undefined, size: 8 }, 'NO_IMAGE size'],
    ['estimate', { strided: true, layer: 'C=3,H=8,W=8,N=4,K=3' }, 'NO_LAYERS strided'],
    ['estimate', { config: { preset: 'tiny4', engines: ['bp'] }, engine: 'zerofree' }, 'NO_ENGINE engine'],
    ['run', { memory: { stallPercent: 99 } }, 'OUT_OF_RANGE memory.stallPercent'],
    ['run', { waves: 'x.txt' }, 'EXTENSION waves x.txt'],
    ['run', { layer: 'B=65535,C=64,H=255,W=255,N=64,K=3' }, 'TOO_LARGE size'],
    ['synthesize', { layer: undefined, pass: undefined, only: ['array'] }, 'UNKNOWN_BLOCK only'],
    ['synthesize', { layer: undefined, pass: undefined, seed: 3 }, 'NOT_ROUTED seed'],
  ])('%s refuses %j', async (name, change, problem) => {
    expect((await rejection(() => functions[name]!({ ...tiny, ...change })))[0]).toBe(problem);
  });
});
