import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../generator/onnx/read.js';
import { expectSame } from './judge.js';
import { file, floats, ints, node, values } from './model.js';

const random = <T>(arbitrary: fc.Arbitrary<T>, check: (given: T) => Promise<unknown>, numRuns = 40): Promise<void> =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (given) => {
      await check(given);
    }),
    { numRuns, seed: 7 },
  );

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
const small = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });

/** One spatial axis: pixels, taps and how the taps move; all fit. */
const axis = fc
  .record({
    taps: small(3),
    stride: small(3),
    dilation: small(2),
    before: small(2, 0),
    after: small(2, 0),
    extra: small(5, 0),
  })
  .map((each) => ({ ...each, size: Math.max(each.dilation * (each.taps - 1) + 1 + each.extra, 1) }));

const map = fc.record({
  axes: fc.integer({ min: 1, max: 2 }).chain((rank) => fc.array(axis, { minLength: rank, maxLength: rank })),
  batch: small(2),
  groups: small(3),
  inputs: small(2),
  outputs: small(3),
  bias: fc.boolean(),
  auto: fc.constantFrom('NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
  seed: small(1000),
});

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never;

const windowOf = (axes: readonly Axis[], auto: string): Record<string, readonly number[] | string> => ({
  strides: axes.map(({ stride }) => stride),
  ...(auto.startsWith('SAME') ? {} : { dilations: axes.map(({ dilation }) => dilation) }),
  ...(auto === 'NOTSET'
    ? { pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)] }
    : { auto_pad: auto }),
});

describe('an operator from a file makes what onnxruntime makes:', () => {
  it('Conv', () =>
    random(
      map,
      async ({ axes, batch, groups, inputs, outputs, bias, auto, seed }) => {
        const [C, N] = [inputs * groups, outputs * groups];
        const kernel = axes.map(({ taps }) => taps);
        const weights = [N, inputs, ...kernel];
        await expectSame(
          await file({
            inputs: { x: [batch, C, ...axes.map(({ size }) => size)] },
            nodes: [node('Conv', bias ? ['x', 'w', 'b'] : ['x', 'w'], 'y', { group: groups, ...windowOf(axes, auto) })],
            initializers: [floats('w', weights, values(product(weights), seed)), floats('b', [N], values(N, seed + 1))],
            outputs: ['y'],
          }),
        );
      },
      80,
    ));

  it('ConvTranspose', () =>
    random(
      map,
      async ({ axes: drawn, batch, groups, inputs, outputs, bias, auto, seed }) => {
        const isSame = auto.startsWith('SAME');
        const axes = drawn.map((each) =>
          isSame ? { ...each, dilation: 1, stride: Math.min(each.stride, each.taps) } : each,
        );
        const [C, N] = [inputs * groups, outputs * groups];
        const kernel = axes.map(({ taps }) => taps);
        const weights = [C, outputs, ...kernel];
        const size = (each: Axis): number => Math.min(each.size, 4);
        const full = (each: Axis): number => (size(each) - 1) * each.stride + each.dilation * (each.taps - 1) + 1;
        // padding may not take away more than there is
        const fitting = axes.map((each) => ({
          ...each,
          before: Math.min(each.before, Math.floor((full(each) - 1) / 2)),
          after: Math.min(each.after, Math.floor((full(each) - 1) / 2)),
        }));
        const extra = fitting.map((each) => each.extra % each.stride);
        const shape = fitting.map((each) => full(each) - Math.min(each.before, full(each) - 1));
        const how = seed % 3;
        await expectSame(
          await file({
            inputs: { x: [batch, C, ...axes.map(size)] },
            nodes: [
              node('ConvTranspose', bias ? ['x', 'w', 'b'] : ['x', 'w'], 'y', {
                group: groups,
                ...windowOf(fitting, how === 0 ? 'NOTSET' : auto),
                ...(how === 1 ? { output_shape: shape } : {}),
                ...(how === 0 ? { output_padding: extra } : {}),
              }),
            ],
            initializers: [floats('w', weights, values(product(weights), seed)), floats('b', [N], values(N, seed + 1))],
            outputs: ['y'],
          }),
        );
      },
      80,
    ));

  it.each(['MaxPool', 'AveragePool'])('%s', (operator) =>
    random(
      fc.tuple(map, fc.boolean(), fc.boolean()),
      async ([{ axes, batch, inputs, auto }, isUp, isCounted]) => {
        // onnxruntime allows less padding than taps
        const fitting = axes.map((each) => ({
          ...each,
          before: Math.min(each.before, each.taps - 1),
          after: Math.min(each.after, each.taps - 1),
          stride: auto.startsWith('SAME') ? Math.min(each.stride, each.taps) : each.stride,
        }));
        await expectSame(
          await file({
            opset: 19,
            inputs: { x: [batch, inputs, ...axes.map(({ size }) => size)] },
            nodes: [
              node(operator, ['x'], 'y', {
                kernel_shape: axes.map(({ taps }) => taps),
                ...windowOf(fitting, auto),
                ...(auto === 'NOTSET' ? { ceil_mode: Number(isUp) } : {}),
                ...(operator === 'AveragePool' ? { count_include_pad: Number(isCounted) } : {}),
              }),
            ],
            outputs: ['y'],
          }),
        );
      },
      80,
    ),
  );

  it('Resize by any whole factors, or it is refused', () => {
    let read = 0;
    return random(
      fc.record({
        axes: fc.array(fc.record({ size: small(4), factor: small(4) }), { minLength: 2, maxLength: 2 }),
        way: fc.constantFrom('asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners'),
        rounding: fc.constantFrom('floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'),
      }),
      async ({ axes, way, rounding }) => {
        const bytes = await file({
          inputs: { x: [2, 3, ...axes.map(({ size }) => size)] },
          nodes: [node('Resize', ['x', '', 's'], 'y', { coordinate_transformation_mode: way, nearest_mode: rounding })],
          initializers: [floats('s', [4], [1, 1, ...axes.map(({ factor }) => factor)])],
          outputs: ['y'],
        });
        try {
          await readOnnx(bytes);
        } catch (error) {
          expect(String(error)).toContain('not the nearest by whole factors');
          return;
        }
        read++;
        await expectSame(bytes);
      },
      80,
    ).then(() => expect(read).toBeGreaterThan(20));
  });

  it('Gemm', () =>
    random(
      fc.record({
        shape: fc.constantFrom([3, 5], [1, 2, 3, 2], [2, 3, 1, 1], [2, 4, 3]),
        outputs: small(4),
        isColumns: fc.boolean(),
        alpha: fc.constantFrom(1, 0.5, -2),
        beta: fc.constantFrom(1, 0, 0.25),
        bias: fc.constantFrom<'none' | 'vector' | 'row' | 'one'>('none', 'vector', 'row', 'one'),
        seed: small(1000),
      }),
      async ({ shape, outputs, isColumns, alpha, beta, bias, seed }) => {
        const F = product(shape.slice(1));
        const dims = { none: [], vector: [outputs], row: [1, outputs], one: [1] }[bias];
        await expectSame(
          await file({
            inputs: { x: shape },
            nodes: [
              node('Relu', ['x'], 'r'),
              node('Flatten', ['r'], 'f'),
              node('Gemm', bias === 'none' ? ['f', 'w'] : ['f', 'w', 'b'], 'y', {
                ...{ transB: Number(isColumns), alpha: { real: alpha }, beta: { real: beta } },
              }),
            ],
            initializers: [
              floats('w', isColumns ? [outputs, F] : [F, outputs], values(F * outputs, seed)),
              floats('b', dims, values(product(dims), seed + 1)),
            ],
            outputs: ['y'],
          }),
        );
      },
    ));

  it('BatchNormalization, of maps and of flattened maps', () =>
    random(
      fc.tuple(fc.boolean(), fc.constantFrom(7, 9, 14, 17), small(1000)),
      async ([isFlat, opset, seed]) => {
        const C = isFlat ? 12 : 3;
        const positive = values(C, seed + 3).map((value) => 1.5 + value);
        await expectSame(
          await file({
            opset,
            inputs: { x: [2, 3, 2, 2] },
            nodes: [
              ...(isFlat ? [node('Flatten', ['x'], 'f')] : []),
              node('BatchNormalization', [isFlat ? 'f' : 'x', 's', 'b', 'm', 'v'], 'y', { epsilon: { real: 0.01 } }),
            ],
            initializers: [
              floats('s', [C], values(C, seed)),
              floats('b', [C], values(C, seed + 1)),
              floats('m', [C], values(C, seed + 2)),
              floats('v', [C], positive),
            ],
            outputs: ['y'],
          }),
        );
      },
      12,
    ));

  const shape = [2, 4, 3, 5];
  const one = (name: string, value: number, dims: readonly number[] = []) => floats(name, dims, [value]);
  const perChannel = (name: string, dims: readonly number[]) =>
    floats(
      name,
      dims,
      values(4, 5).map((value) => value + 1.5),
    );
  it.each<readonly [string, number, readonly ReturnType<typeof node>[], readonly ReturnType<typeof floats>[]]>([
    ['Relu', 6, [node('Relu', ['x'], 'y')], []],
    ['LeakyRelu', 16, [node('LeakyRelu', ['x'], 'y', { alpha: { real: 0.2 } })], []],
    ['PRelu of one slope', 17, [node('PRelu', ['x', 'a'], 'y')], [one('a', 0.3, [1])]],
    ['Clip by attributes', 6, [node('Clip', ['x'], 'y', { min: { real: -0.5 }, max: { real: 0.25 } })], []],
    ['Clip by inputs', 13, [node('Clip', ['x', 'l', 'h'], 'y')], [one('l', 0), one('h', 0.5)]],
    ['Clip without a lower limit', 13, [node('Clip', ['x', '', 'h'], 'y')], [one('h', 0.5)]],
    [
      'Max and Min with a number',
      13,
      [node('Max', ['l', 'x'], 'm'), node('Min', ['m', 'h'], 'y')],
      [one('l', -0.1), one('h', 0.5)],
    ],
    ['Dropout by attribute', 7, [node('Dropout', ['x'], ['y', 'mask'], { ratio: { real: 0.4 } })], []],
    ['Dropout by input', 13, [node('Dropout', ['x', 'r'], 'y')], [one('r', 0.4)]],
    ['Add of a number', 13, [node('Add', ['x', 'c'], 'y')], [one('c', 3)]],
    ['Add of a constant by channel', 13, [node('Add', ['x', 'c'], 'y')], [perChannel('c', [4, 1, 1])]],
    ['Add of a constant in front', 13, [node('Add', ['c', 'x'], 'y')], [perChannel('c', [1, 4, 1, 1])]],
    ['Sub', 13, [node('Sub', ['x', 'c'], 'y')], [perChannel('c', [4, 1, 1])]],
    ['Sub from a constant', 13, [node('Sub', ['c', 'x'], 'y')], [perChannel('c', [4, 1, 1])]],
    ['Mul', 13, [node('Mul', ['x', 'c'], 'y')], [perChannel('c', [4, 1, 1])]],
    ['Div', 13, [node('Div', ['x', 'c'], 'y')], [perChannel('c', [4, 1, 1])]],
    ['Sum of three', 13, [node('Relu', ['x'], 'r'), node('Sum', ['x', 'r', 'x'], 'y')], []],
    ['Abs', 13, [node('Abs', ['x'], 'y')], []],
    ['Neg', 13, [node('Neg', ['x'], 'y')], []],
    ['Sub of two', 13, [node('Relu', ['x'], 'r'), node('Sub', ['x', 'r'], 'y')], []],
    [
      'Softmin',
      13,
      [
        node('GlobalMaxPool', ['x'], 'g'),
        node('Flatten', ['g'], 'f'),
        node('Neg', ['f'], 'n'),
        node('Softmax', ['n'], 'y'),
      ],
      [],
    ],
    ['PRelu by channel', 17, [node('PRelu', ['x', 'a'], 'y')], [floats('a', [4, 1, 1], [0.3, -1, 2, 0])]],
    [
      'PRelu by feature of a flattened map',
      17,
      [
        node('Relu', ['x'], 'r'),
        node('Sub', ['x', 'r'], 'm'),
        node('Flatten', ['m'], 'f'),
        node('PRelu', ['f', 'a'], 'y'),
      ],
      [floats('a', [60], values(60, 3))],
    ],
    ['Upsample by input', 9, [node('Upsample', ['x', 's'], 'y')], [floats('s', [4], [1, 1, 3, 2])]],
    [
      'Resize as PyTorch writes it',
      11,
      [
        node('Resize', ['x', 'none', 's'], 'y', {
          ...{ coordinate_transformation_mode: 'asymmetric', mode: 'nearest', nearest_mode: 'floor' },
        }),
      ],
      [floats('none', [0], []), floats('s', [4], [1, 1, 2, 2])],
    ],
    ['Resize by sizes', 13, [node('Resize', ['x', '', '', 's'], 'y')], [ints('s', [2, 4, 9, 5])]],
    [
      'SpaceToDepth',
      13,
      [node('Pad', ['x', 'p'], 'q'), node('SpaceToDepth', ['q'], 'y', { blocksize: 2 })],
      [ints('p', [0, 0, 0, 0, 0, 0, 1, 1])],
    ],
    [
      'DepthToSpace',
      13,
      [
        node('Neg', ['x'], 'n'),
        node('Concat', ['x', 'n'], 'xn', { axis: 1 }),
        node('DepthToSpace', ['xn'], 'd', { blocksize: 2 }),
        node('MaxPool', ['d'], 'y', { kernel_shape: [2, 3] }),
      ],
      [],
    ],
    [
      'DepthToSpace by columns',
      13,
      [
        node('Neg', ['x'], 'n'),
        node('Concat', ['x', 'n'], 'xn', { axis: 1 }),
        node('DepthToSpace', ['xn'], 'y', { blocksize: 2, mode: 'CRD' }),
      ],
      [],
    ],
    ['Pad of channels', 13, [node('Pad', ['x', 'p'], 'y')], [ints('p', [0, 1, 0, 0, 0, 3, 0, 0])]],
    [
      'Slice with steps',
      13,
      [node('Slice', ['x', 's', 'e', 'a', 't'], 'y')],
      [ints('s', [0, 0]), ints('e', [99, 99]), ints('a', [2, 3]), ints('t', [2, 3])],
    ],
    ['ReduceMax', 13, [node('ReduceMax', ['x'], 'y', { axes: [2, 3], keepdims: 0 })], []],
    ['GlobalAveragePool', 13, [node('GlobalAveragePool', ['x'], 'y')], []],
    ['GlobalMaxPool', 13, [node('GlobalMaxPool', ['x'], 'y')], []],
    ['ReduceMean by attribute', 13, [node('ReduceMean', ['x'], 'y', { axes: [2, 3] })], []],
    ['ReduceMean by input', 18, [node('ReduceMean', ['x', 'a'], 'y', { keepdims: 0 })], [ints('a', [-1, -2])]],
    ['Concat', 13, [node('Relu', ['x'], 'r'), node('Concat', ['r', 'x', 'r'], 'y', { axis: -3 })], []],
    [
      'Split by attribute',
      11,
      [node('Split', ['x'], ['a', 'b'], { axis: 1, split: [1, 3] }), node('Concat', ['b', 'a'], 'y', { axis: 1 })],
      [],
    ],
    [
      'Split by input',
      13,
      [node('Split', ['x', 's'], ['a', 'b'], { axis: -3 }), node('Concat', ['b', 'a'], 'y', { axis: 1 })],
      [ints('s', [3, 1])],
    ],
    [
      'Split by number',
      18,
      [
        node('Concat', ['x', 'x'], 'z', { axis: 1 }),
        node('Split', ['z'], ['a', 'b', 'c'], { axis: 1, num_outputs: 3 }),
        node('Concat', ['c', 'b', 'a'], 'y', { axis: 1 }),
      ],
      [],
    ],
    ['Slice by attributes', 9, [node('Slice', ['x'], 'y', { axes: [1], starts: [1], ends: [2147483647] })], []],
    [
      'Slice by inputs',
      13,
      [node('Slice', ['x', 's', 'e', 'a'], 'y')],
      [ints('s', [-3, 0]), ints('e', [-1, 99]), ints('a', [1, 2])],
    ],
    ['Transpose', 13, [node('Transpose', ['x'], 't', { perm: [0, 2, 3, 1] }), node('Relu', ['t'], 'y')], []],
    [
      'a mean of a transposed map',
      13,
      [
        node('Relu', ['x'], 'r'),
        node('Transpose', ['r'], 't', { perm: [0, 2, 3, 1] }),
        node('ReduceMean', ['t'], 'y', { axes: [1, 2], keepdims: 0 }),
      ],
      [],
    ],
    [
      'a bias after a transposition',
      13,
      [node('Relu', ['x'], 'r'), node('Transpose', ['r'], 't', { perm: [0, 2, 3, 1] }), node('Add', ['t', 'c'], 'y')],
      [perChannel('c', [4])],
    ],
    ['a flattened output', 13, [node('Relu', ['x'], 'r'), node('Flatten', ['r'], 'y')], []],
    [
      'joined flattened maps',
      13,
      [
        node('GlobalAveragePool', ['x'], 'g'),
        node('Flatten', ['g'], 'a'),
        node('Flatten', ['x'], 'b'),
        node('Concat', ['b', 'a'], 'y', { axis: 1 }),
      ],
      [],
    ],
    [
      'a part of a vector',
      13,
      [node('GlobalAveragePool', ['x'], 'g'), node('Flatten', ['g'], 'a'), node('Slice', ['a', 's', 'e', 'one'], 'y')],
      [ints('s', [1]), ints('e', [3]), ints('one', [1])],
    ],
    [
      'a shuffle of channels',
      13,
      [
        node('Reshape', ['x', 'p'], 'a'),
        node('Transpose', ['a'], 'b', { perm: [0, 2, 1, 3, 4] }),
        node('Reshape', ['b', 'q'], 'c'),
        node('MaxPool', ['c'], 'y', { kernel_shape: [2, 2] }),
      ],
      [ints('p', [2, 2, 2, 3, 5]), ints('q', [2, -1, 3, 5])],
    ],
    [
      'a shuffle as an output',
      13,
      [
        node('Reshape', ['x', 'p'], 'a'),
        node('Transpose', ['a'], 'b', { perm: [0, 2, 1, 3, 4] }),
        node('Reshape', ['b', 'q'], 'y'),
      ],
      [ints('p', [2, 2, 2, 3, 5]), ints('q', [2, -1, 3, 5])],
    ],
    [
      'a shape worked out',
      13,
      [
        node('Relu', ['x'], 'r'),
        node('Shape', ['r'], 's'),
        node('Gather', ['s', 'zero'], 'g'),
        node('Unsqueeze', ['g', 'axes'], 'u'),
        node('Concat', ['u', 'rest'], 't', { axis: 0 }),
        node('Reshape', ['r', 't'], 'y'),
      ],
      [ints('zero', [0], []), ints('axes', [0]), ints('rest', [-1])],
    ],
    [
      'Pad before a maximum',
      13,
      [node('Pad', ['x', 'p'], 'q'), node('MaxPool', ['q'], 'y', { kernel_shape: [3, 3], strides: [2, 2] })],
      [ints('p', [0, 0, 1, 0, 0, 0, 1, 2])],
    ],
    [
      'Pad before a maximum of what is not negative',
      13,
      [
        node('Relu', ['x'], 'r'),
        node('Pad', ['r', 'p'], 'q'),
        node('MaxPool', ['q'], 'y', { kernel_shape: [3, 3], strides: [2, 2] }),
      ],
      [ints('p', [0, 0, 1, 0, 0, 0, 1, 2])],
    ],
    [
      'Pad before an average',
      10,
      [
        node('Pad', ['x'], 'q', { pads: [0, 0, 1, 0, 0, 0, 1, 2] }),
        node('AveragePool', ['q'], 'y', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
      ],
      [],
    ],
    [
      'Pad before an average that pads',
      13,
      [node('Pad', ['x', 'p'], 'q'), node('AveragePool', ['q'], 'y', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })],
      [ints('p', [0, 0, 1, 0, 0, 0, 1, 2])],
    ],
    [
      'Pad by axes, as an output',
      18,
      [node('Pad', ['x', 'p', '', 'a'], 'y')],
      [ints('p', [1, 2, 3, 0]), ints('a', [-1, 2])],
    ],
    [
      'Squeeze and Unsqueeze',
      13,
      [node('GlobalAveragePool', ['x'], 'g'), node('Squeeze', ['g', 'a'], 's'), node('Unsqueeze', ['s', 'a'], 'y')],
      [ints('a', [2, 3])],
    ],
    [
      'Identity, Cast and CastLike',
      15,
      [node('Identity', ['x'], 'a'), node('Cast', ['a'], 'b', { to: 1 }), node('CastLike', ['b', 'x'], 'y')],
      [],
    ],
    [
      'Softmax',
      13,
      [node('GlobalAveragePool', ['x'], 'g'), node('Flatten', ['g'], 'f'), node('Softmax', ['f'], 'y')],
      [],
    ],
    [
      'Softmax over all of an image, and then a shape',
      9,
      [node('GlobalAveragePool', ['x'], 'g'), node('Softmax', ['g'], 's'), node('Reshape', ['s', 'p'], 'y')],
      [ints('p', [2, 4])],
    ],
    ['LogSoftmax', 11, [node('Flatten', ['x'], 'f'), node('LogSoftmax', ['f'], 'y', { axis: -1 })], []],
    ['Sigmoid', 13, [node('Sigmoid', ['x'], 'y')], []],
  ])('%s (operator set %i)', async (_name, opset, nodes, initializers) => {
    await expectSame(
      await file({ opset, inputs: { x: shape }, nodes, initializers, outputs: ['y'], listed: opset < 9 }),
    );
  });
});
