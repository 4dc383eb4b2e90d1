import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Problem, UserError } from '../../generator/base/errors.js';
import { type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import {
  LAYOUTS,
  type Layout,
  otherLayout,
  type TensorAxis,
  type TensorName,
  tensorAxes,
  tensorShape,
} from '../../generator/description/tensors.js';
import { transpose } from '../../generator/golden/transpose.js';
import { encodeNpy, type NpyArray } from '../../generator/run/npy.js';
import { inLayout, type LoadedOperands, loadOperands, type OperandName } from '../../generator/run/operands.js';
import { shapeAdvice } from '../../generator/run/shapeAdvice.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();
const layer = parseLayer('B=2,C=4,H=5,W=3,N=6,K=3,S=2,P=1,G=2');

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
const counted = (length: number): Int8Array => Int8Array.from({ length }, (_, i) => i % 251);

const write = (path: string, array: NpyArray): string => {
  writeFileSync(path, encodeNpy(array));
  return path;
};

interface Asked {
  readonly format?: 'int8' | 'bf16';
  readonly layout?: Layout;
  readonly of?: Layer;
}

/** What a pass makes of files; of files that it refuses, why. */
const load = (
  files: Readonly<Partial<Record<OperandName, string>>>,
  { format = 'int8', layout, of = layer }: Asked = {},
): Partial<LoadedOperands> & { readonly problems: readonly Problem[] } => {
  const pass = files.dy === undefined ? 'fprop' : 'wgrad';
  try {
    const loaded = loadOperands(format === 'int8' ? presets.tiny4 : presets.odd, of, pass, files, 1, layout);
    return { ...loaded, problems: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problems: error.problems };
  }
};

describe('--layout nchw', () => {
  it.each(['x', 'wt', 'dy'] as const)('reads %s as PyTorch writes it', (name) => {
    const shape = tensorShape(layer, name);
    const data = counted(product(shape));
    const order = name === 'wt' ? [3, 2, 0, 1] : [0, 3, 1, 2];
    const path = write(join(folder(), 'a.npy'), {
      shape: order.map((axis) => shape[axis]!),
      data: transpose(data, shape, order),
    });
    const { operands, problems } = load({ [name]: path }, { layout: 'nchw' });
    expect(problems).toEqual([]);
    expect(name === 'x' ? operands!.first : operands!.second).toEqual(data);
  });

  it('writes what it reads', () => {
    for (const name of ['x', 'wt', 'dy'] as const) {
      const data = counted(product(tensorShape(layer, name)));
      const path = write(join(folder(), 'a.npy'), inLayout(layer, name, 'nchw', data));
      const { operands } = load({ [name]: path }, { layout: 'nchw' });
      expect(name === 'x' ? operands!.first : operands!.second).toEqual(data);
    }
    expect(inLayout(layer, 'dw', 'nchw', counted(108)).shape).toEqual([6, 2, 3, 3]);
    expect(inLayout(layer, 'y', 'nchw', counted(72)).shape).toEqual([2, 6, 3, 2]);
  });

  it('is advised when all files fit it, and only then', () => {
    const root = folder();
    const file = (name: 'x' | 'wt', layout: Layout) =>
      write(
        join(root, `${name}-${layout}.npy`),
        inLayout(layer, name, layout, counted(product(tensorShape(layer, name)))),
      );
    const both = load({ x: file('x', 'nchw'), wt: file('wt', 'nchw') }).problems;
    expect(both.map(({ message, fix }) => [message, fix])).toEqual([
      [
        'the shape is (2, 4, 5, 3), not (2, 5, 3, 4), [B,H,W,C]',
        'if its axes are [B,C,H,W], set layout to nchw (for all files and the result), or numpy.save(file, array.transpose(0, 2, 3, 1))',
      ],
      [
        'the shape is (6, 2, 3, 3), not (3, 3, 2, 6), [Kh,Kw,C/G,N]',
        'if its axes are [N,C/G,Kh,Kw], set layout to nchw (for all files and the result), or numpy.save(file, array.transpose(2, 3, 1, 0))',
      ],
    ]);
    expect(load({ x: file('x', 'nchw'), wt: file('wt', 'nchw') }, { layout: 'nchw' }).problems).toEqual([]);
    const one = load({ x: file('x', 'nchw'), wt: file('wt', 'nhwc') }).problems;
    expect(one.map(({ fix }) => fix)).toEqual([
      'if its axes are [B,C,H,W], numpy.save(file, array.transpose(0, 2, 3, 1))',
    ]);
    const back = load({ x: file('x', 'nhwc') }, { layout: 'nchw' }).problems;
    expect(back.map(({ fix }) => fix)).toEqual([
      'if its axes are [B,H,W,C], leave out layout nchw (for all files and the result), or numpy.save(file, array.transpose(0, 3, 1, 2))',
    ]);
  });

  it('is asked for where both orders have one shape', () => {
    const square = parseLayer('C=5,H=5,W=5,N=3,K=3');
    const path = write(join(folder(), 'x.npy'), { shape: [1, 5, 5, 5], data: counted(125) });
    expect(load({ x: path }, { of: square }).ambiguous).toEqual(['x']);
    const line = parseLayer('C=1,H=5,W=1,N=3,K=1');
    const thin = write(join(folder(), 'x.npy'), { shape: [1, 5, 1, 1], data: counted(5) });
    expect(load({ x: thin }, { of: line }).ambiguous).toEqual([]);
  });
});

/** A tensor as NumPy's expression in an advice makes it of an array. */
const evaluate = (expression: string, array: NpyArray): NpyArray => {
  expect(expression).toMatch(/^array(\.(squeeze|reshape|transpose)\([\d, ]*\))*$/);
  let { shape, data } = array;
  for (const [, call, text] of expression.matchAll(/\.(\w+)\(([^)]*)\)/g)) {
    const numbers = text!
      .split(',')
      .filter((word) => word.trim() !== '')
      .map(Number);
    if (call === 'squeeze') shape = shape.filter((size) => size !== 1);
    if (call === 'transpose') {
      data = transpose(data, shape, numbers);
      shape = numbers.map((axis) => shape[axis]!);
    }
    if (call === 'reshape') {
      expect(product(numbers)).toBe(data.length);
      shape = numbers;
    }
  }
  return { shape, data };
};

/** What an advice says of an array: the names of its axes, and an expression for each. */
const readingsOf = (advice: string) =>
  [
    ...advice.matchAll(/if its (axes are|elements lie in the order) \[([^\]]*)\].*?numpy\.save\(file, (.*?)\)(?=;|$)/g),
  ].map(([, , names, expression]) => ({ names: names === '' ? [] : names!.split(','), expression: expression! }));

describe('the advice for a shape', () => {
  const channels = (name: TensorName): string => (name === 'x' ? 'C' : 'N');
  /** The axes in memory, and those with the channels of the groups apart. */
  const kinds = (of: Layer, name: TensorName): readonly (readonly TensorAxis[])[] => {
    const axes = tensorAxes(of, name);
    const apart = axes.flatMap((axis) =>
      axis.name === channels(name)
        ? [
            { name: 'G', size: of.G },
            { name: `${axis.name}/G`, size: axis.size / of.G },
          ]
        : [axis],
    );
    return [axes, apart];
  };
  /** The tensor with its axes in the order of these names; axes of length 1 need no name. */
  const arrayOf = (of: Layer, name: TensorName, names: readonly string[]): Int8Array => {
    const axes = kinds(of, name).find((all) => names.every((one) => all.some((axis) => axis.name === one)))!;
    const units = axes.filter((axis) => axis.size === 1 && !names.includes(axis.name)).map((axis) => axis.name);
    const order = [...names, ...units].map((one) => axes.findIndex((axis) => axis.name === one));
    expect([...order].sort()).toEqual(axes.map((_, index) => index));
    const shape = axes.map(({ size }) => size);
    return transpose(counted(product(shape)), shape, order);
  };

  const layers = fc
    .record({
      ...{ B: fc.integer({ min: 1, max: 3 }), G: fc.integer({ min: 1, max: 3 }), c: fc.integer({ min: 1, max: 3 }) },
      ...{ n: fc.integer({ min: 1, max: 3 }), H: fc.integer({ min: 1, max: 5 }), W: fc.integer({ min: 1, max: 5 }) },
      ...{ Kh: fc.integer({ min: 1, max: 4 }), Kw: fc.integer({ min: 1, max: 4 }) },
    })
    .map(({ B, G, c, n, H, W, Kh, Kw }) =>
      parseLayer(`B=${B},C=${c * G},H=${H},W=${W},N=${n * G},Kh=${Kh},Kw=${Kw},G=${G},P=3`),
    );
  const cases = fc.record({
    of: layers,
    name: fc.constantFrom<TensorName>('x', 'wt', 'dy'),
    layout: fc.constantFrom(...LAYOUTS),
    apart: fc.boolean(),
    order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    change: fc.constantFrom('none', 'squeeze', 'extra', 'flatten', 'merge'),
  });

  it('makes the tensor of what it speaks of, whatever the shape is, and never forgets a usual order', () => {
    let [permuted, merged, grouped] = [0, 0, 0];
    fc.assert(
      fc.property(cases, ({ of, name, layout, apart, order, change }) => {
        const axes = kinds(of, name)[apart ? 1 : 0]!;
        const shuffled = axes
          .map((axis, index) => ({ axis, key: order[index]! }))
          .sort((a, b) => a.key - b.key)
          .map(({ axis }) => axis);
        const sizes = shuffled.map(({ size }) => size);
        const shape = {
          none: sizes,
          squeeze: sizes.filter((size) => size > 1),
          extra: [1, ...sizes],
          flatten: [product(sizes)],
          merge: [sizes[0]!, product(sizes.slice(1))],
        }[change];
        const wanted = tensorShape(of, name, layout);
        if (shape.join() === wanted.join()) return;
        const advice = shapeAdvice(shape, of, name, layout, false);
        const readings = readingsOf(advice);
        expect(readings.length, advice).toBeGreaterThan(0);
        const right = inLayout(of, name, layout, counted(product(wanted)));
        for (const { names, expression } of readings) {
          const made = evaluate(expression, { shape, data: arrayOf(of, name, names) });
          expect(made, `${advice} for ${shape}`).toEqual(right);
        }
        const truth = shuffled.filter(({ size }) => size > 1).map((axis) => axis.name);
        const told = readings.map(({ names }) =>
          names
            .filter((one) => kinds(of, name).some((all) => all.some((axis) => axis.name === one && axis.size > 1)))
            .join(),
        );
        const usual = [layout, otherLayout(layout)].map((which) =>
          tensorAxes(of, name, which)
            .filter(({ size }) => size > 1)
            .map((axis) => axis.name)
            .join(),
        );
        if (usual.includes(truth.join())) expect(told, advice).toContain(truth.join());
        if (truth.some((one) => one.includes('/G') && one !== 'C/G')) grouped += 1;
        if (advice.includes('elements lie')) merged += 1;
        else permuted += 1;
      }),
      { seed: 11, numRuns: 1000 },
    );
    expect(Math.min(permuted, merged, grouped)).toBeGreaterThan(100);
  });

  it('never takes a permuted shape for one that is only reshaped', () => {
    const permutations = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    fc.assert(
      fc.property(permutations, (order) => {
        const shape = order.map((axis) => [2, 5, 3, 4][axis]!);
        fc.pre(order.join() !== '0,1,2,3');
        const readings = readingsOf(shapeAdvice(shape, layer, 'x', 'nhwc', false));
        const back = [0, 1, 2, 3].map((axis) => order.indexOf(axis));
        expect(readings).toEqual([
          {
            names: order.map((axis) => ['B', 'H', 'W', 'C'][axis]!),
            expression: `array.transpose(${back.join(', ')})`,
          },
        ]);
      }),
      { seed: 3 },
    );
  });

  it('says how many elements there must be', () => {
    expect(shapeAdvice([2, 5, 3, 3], layer, 'x', 'nhwc', false)).toBe(
      'give an array of the shape (2, 5, 3, 4), 120 elements; this one has 90',
    );
  });
});

describe('values for bf16', () => {
  it('are rounded once, and what changed is counted', () => {
    const bf16 = (value: number): number => {
      const exponent = Math.floor(Math.log2(Math.abs(value)));
      const step = 2 ** (exponent - 7);
      const [below, rest] = [Math.floor(value / step), value / step - Math.floor(value / step)];
      return (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below) * step;
    };
    const root = folder();
    const values = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: -3, max: 3 }), fc.boolean()).map(
        // near a tie of bf16, closer than a float32 tells
        ([whole, off, negative]) => (negative ? -1 : 1) * (1 + whole / 256 + off * 2 ** -40),
      ),
      { minLength: 120, maxLength: 120 },
    );
    fc.assert(
      fc.property(values, (numbers) => {
        const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 5, 3, 4), }";
        const start = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(header.length, 0)}${header}`, 'latin1');
        const path = join(root, 'x.npy');
        writeFileSync(path, Buffer.concat([start, Buffer.from(Float64Array.from(numbers).buffer)]));
        const { operands, rounded } = load({ x: path }, { format: 'bf16' });
        const right = numbers.map(bf16);
        expect([...operands!.first]).toEqual(right);
        expect(rounded!.x ?? 0).toBe(right.filter((value, index) => value !== numbers[index]).length);
      }),
      { seed: 5, numRuns: 50 },
    );
  });
});

const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0,
);

/** Runs Python statements, a list for each entry; whatever warns, fails. */
const numpy = (statements: readonly string[]): void => {
  const source = `import numpy, warnings
warnings.simplefilter('error')
numpy.seterr(all='raise', under='ignore')
rng = numpy.random.default_rng(1)
${statements.join('\n')}
`;
  const { status, stderr } = spawnSync(python!, ['-'], { input: source, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
};

/** The statement in an advice. */
const statementIn = (fix: string): string => {
  const from = fix.indexOf('numpy.save(');
  expect(from, fix).toBeGreaterThanOrEqual(0);
  let depth = 0;
  for (let at = from; at < fix.length; at++) {
    if (fix[at] === '(') depth += 1;
    if (fix[at] === ')' && --depth === 0) return fix.slice(from, at + 1);
  }
  throw new Error(`no statement in ${fix}`);
};

/** Arrays of the shape of x, and what becomes of their values: `kept`, rounded (`told`), or an error of `python`. */
const X = '(2, 5, 3, 4)';
const whole = `rng.integers(-128, 128, ${X})`;
const typed: readonly (readonly [name: string, expression: string, int8: 'kept' | 'told', bf16?: 'refused'])[] = [
  ['int64', `${whole}`, 'kept'],
  ['int16 with 128', `(${whole} + 1).clip(128).astype('int16')`, 'told'],
  ['int16 at its least', `numpy.full(${X}, -32768, 'int16')`, 'told'],
  ['big endian int32', `${whole}.astype('>i4')`, 'kept'],
  ['uint8 of an image', `rng.integers(0, 256, ${X}, 'uint8')`, 'told'],
  ['uint64', `rng.integers(0, 128, ${X}, 'uint64')`, 'kept'],
  ['int64 beyond doubles', `numpy.full(${X}, 2**53 + 1)`, 'told', 'refused'],
  ['bool', `${whole} > 0`, 'kept'],
  ['float32 in [0, 1)', `rng.random(${X}, 'float32')`, 'told'],
  ['float32, all zero', `numpy.zeros(${X}, 'float32')`, 'kept'],
  ['float32, tiny', `numpy.full(${X}, 1e-45, 'float32')`, 'told'],
  ['float32 with 128', `numpy.full(${X}, 128, 'float32')`, 'told'],
  ['whole float64', `${whole}.astype('float64')`, 'kept'],
  ['float64, huge', `numpy.full(${X}, 1e308)`, 'told'],
  ['big endian float64', `rng.normal(size=${X}).astype('>f8')`, 'told'],
  ['float16', `rng.normal(size=${X}).astype('float16')`, 'told'],
  ['float32 with NaN', `numpy.where(rng.random(${X}) < .1, numpy.nan, 3).astype('float32')`, 'told'],
  ['float64 with infinity', `numpy.where(rng.random(${X}) < .1, -numpy.inf, 300)`, 'told'],
  ['only NaN', `numpy.full(${X}, numpy.nan)`, 'told'],
  ['Fortran order', `numpy.asfortranarray(${whole}.astype('int8'))`, 'kept'],
  ['bf16 without its type', `(rng.normal(size=${X}).astype('<f4').view('<u4') >> 16).astype('<u2').view('V2')`, 'told'],
  ['long double', `rng.normal(size=${X}).astype('longdouble')`, 'told', 'refused'],
  ['complex64', `rng.normal(size=${X}).astype('complex64')`, 'told', 'refused'],
  ['Python objects', `${whole}.astype(object)`, 'kept', 'refused'],
  ['text', `${whole}.astype(str)`, 'kept', 'refused'],
  ['bytes of text', `${whole}.astype('S4')`, 'kept', 'refused'],
  ['durations', `${whole}.astype('m8[s]')`, 'kept', 'refused'],
  [
    'records',
    `numpy.array(list(zip(${whole}.ravel().tolist(), range(120))), [('a', '<i4'), ('b', '<f4')]).reshape${X}`,
    'kept',
    'refused',
  ],
];

describe.skipIf(python === undefined)('with NumPy (skipped where python3 has none)', () => {
  it.each(['int8', 'bf16'] as const)('every advice for a type works when it is followed, for %s', (format) => {
    const root = folder();
    const at = (index: number, step: number): string => join(root, `${index}-${step}.npy`);
    const loads = 'numpy.load(source, allow_pickle=True)';
    numpy(typed.map(([, expression], index) => `numpy.save('${at(index, 0)}', ${expression})`));
    let left = typed.map((_, index) => index);
    const fixes = typed.map((): string[] => []);
    for (let step = 0; left.length > 0 && step < 4; step++) {
      const refused = left.flatMap((index) => {
        const { problems } = load({ x: at(index, step) }, { format });
        return problems.map(({ fix }) => ({ index, fix }));
      });
      for (const { index, fix } of refused) fixes[index]!.push(fix);
      numpy(
        refused.flatMap(({ index, fix }) => [
          `source, file = '${at(index, step)}', '${at(index, step + 1)}'`,
          `array = ${loads}`,
          statementIn(fix),
        ]),
      );
      left = refused.map(({ index }) => index);
    }
    expect(left.map((index) => [typed[index]![0], ...fixes[index]!])).toEqual([]);

    typed.forEach(([name, , int8, bf16], index) => {
      const all = fixes[index]!.join('\n');
      if (format === 'bf16') expect(all === '', name).toBe(bf16 === undefined);
      // what changes values says so
      else if (int8 === 'told') expect(all, name).toMatch(/rounds|decide what stands for/);
      else expect(all, name).not.toMatch(/rounds|decide what stands for/);
    });
    // what is said to lose nothing loses nothing
    numpy(
      typed.flatMap(([name, , int8], index) =>
        int8 === 'kept' && format === 'int8' && name !== 'records'
          ? [
              `before, after = numpy.load('${at(index, 0)}', allow_pickle=True), numpy.load('${at(index, fixes[index]!.length)}')`,
              `assert (before.astype('float64') == after).all(), '${name}'`,
            ]
          : [],
      ),
    );
  });

  it('every advice for a shape works when it is followed', () => {
    const root = folder();
    const changes = {
      x: [
        '.transpose(0, 3, 1, 2)',
        '.transpose(3, 2, 1, 0)',
        '.reshape(1, 2, 5, 3, 4)',
        '.reshape(-1)',
        '.reshape(2, -1)',
      ],
      wt: ['.transpose(3, 2, 0, 1)', '.transpose(0, 1, 3, 2)', '.reshape(3, 3, 2, 2, 3).transpose(3, 4, 2, 0, 1)'],
    };
    const tried = (['x', 'wt'] as const).flatMap((name) => {
      const shape = tensorShape(layer, name);
      const array = { shape, data: counted(product(shape)) };
      const path = write(join(root, `${name}.npy`), array);
      return changes[name].flatMap((change) =>
        ['', 'numpy.asfortranarray'].map((order) => ({
          name,
          ...array,
          array: `${order}(numpy.load('${path}')${change})`,
        })),
      );
    });
    const at = (index: number, what: string) => join(root, `${index}-${what}.npy`);
    numpy(tried.map(({ array }, index) => `numpy.save('${at(index, 'before')}', ${array})`));
    const fixes = tried.map(({ name, array }, index) => {
      const { problems } = load({ [name]: at(index, 'before') });
      expect(problems, array).toHaveLength(1);
      return problems[0]!.fix;
    });
    numpy(
      fixes.flatMap((fix, index) => [
        `array, file = numpy.load('${at(index, 'before')}'), '${at(index, 'after')}'`,
        statementIn(fix),
      ]),
    );
    tried.forEach(({ name, data }, index) => {
      const { operands, problems } = load({ [name]: at(index, 'after') });
      expect(problems, fixes[index]).toEqual([]);
      expect(name === 'x' ? operands!.first : operands!.second, fixes[index]).toEqual(data);
    });
  });
});
