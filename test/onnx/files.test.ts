import { describe, expect, it } from 'vitest';
import type { Problem } from '../../generator/base/errors.js';
import { UserError } from '../../generator/base/errors.js';
import { inOneFile } from '../../generator/onnx/external.js';
import { type OnnxNetwork, readOnnx } from '../../generator/onnx/read.js';
import { decodeModel, encodeModel, type ModelMessage } from '../../generator/onnx/schema.js';
import { makeTensor, readTensor } from '../../generator/onnx/tensors.js';
import { writeOnnx } from '../../generator/onnx/write.js';
import { expectClose, expectSame, outputsOf } from './judge.js';
import { file, floats, ints, type ModelParts, node, values } from './model.js';

const conv = node('Conv', ['x', 'w'], 'y', { pads: [1, 1, 1, 1] });
const weights = floats('w', [3, 2, 3, 3], values(54));
const IMAGE = [2, 2, 4, 5];

const problemsOf = async (parts: ModelParts | Uint8Array, batch?: number): Promise<readonly Problem[]> => {
  try {
    await readOnnx(parts instanceof Uint8Array ? parts : await file(parts), { batch });
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  throw new Error('it was read');
};

const kinds = ({ graph }: OnnxNetwork): readonly string[] => graph.operations.map(({ kind }) => kind);

describe('values of a file', () => {
  it.each([
    ['float', 1, 0],
    ['double', 11, 0],
    ['float16', 10, 2 ** -11],
    ['bfloat16', 16, 2 ** -8],
  ])('are read and written as %s', (_name, type, error) => {
    const given = Float32Array.of(0, 1, -2.5, 2.71, 1e-3, -65504, 0.1);
    const read = readTensor(makeTensor('t', type, [7], given)).values;
    for (const [i, value] of given.entries())
      expect(Math.abs(read[i] - value)).toBeLessThanOrEqual(Math.abs(value) * error);
    // what can be said is said exactly
    expect([...readTensor(makeTensor('t', type, [7], read)).values]).toEqual([...read]);
  });

  it.each([
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x3c01, 1 + 2 ** -10],
    [0x7bff, 65504],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ])('of float16 are those of IEEE 754: %i', (bits, value) => {
    expect(readTensor(makeTensor('t', 10, [1], [value])).values[0]).toBe(value);
    const { rawData } = makeTensor('t', 10, [1], [value]);
    expect(rawData[0] | (rawData[1] << 8)).toBe(bits);
  });

  it('of float16 and bfloat16 are rounded to the nearest even', () => {
    const bits = (type: number, value: number): number => {
      const { rawData } = makeTensor('t', type, [1], [value]);
      return rawData[0] | (rawData[1] << 8);
    };
    expect(bits(10, 1 + 2 ** -11)).toBe(0x3c00);
    expect(bits(10, 1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(bits(10, 65520)).toBe(0x7c00);
    expect(bits(16, 1 + 2 ** -8)).toBe(0x3f80);
    expect(bits(16, 1 + 3 * 2 ** -8)).toBe(0x3f82);
  });

  it('may stand in the fields of their types', async () => {
    const base = { name: 'w', dims: [3, 2, 3, 3], dataType: 1, rawData: new Uint8Array(), floatData: [...values(54)] };
    const network = await expectSame(
      await file({ inputs: { x: IMAGE }, nodes: [conv], initializers: [base as never], outputs: ['y'] }),
    );
    expect(network.graph.parameters[0].values).toHaveLength(54);
  });

  it.each<readonly [string, ModelParts['nodes'], ModelParts['initializers']]>([
    ['of a Constant', [node('Constant', [], 'w', { value: floats('', [3, 2, 3, 3], values(54)) })], []],
    [
      'of a ConstantOfShape',
      [node('ConstantOfShape', ['s'], 'w', { value: floats('', [1], [0.5]) })],
      [ints('s', [3, 2, 3, 3])],
    ],
    [
      'that are turned',
      [node('Transpose', ['v'], 'w', { perm: [3, 2, 0, 1] })],
      [floats('v', [3, 3, 2, 3], values(54))],
    ],
    [
      'that are worked out',
      [node('Mul', ['v', 'f'], 'w')],
      [floats('v', [3, 2, 3, 3], values(54)), floats('f', [], [0.5])],
    ],
    [
      'that are a part',
      [node('Slice', ['v', 'a', 'b'], 'w')],
      [floats('v', [5, 2, 3, 3], values(90)), ints('a', [1]), ints('b', [4])],
    ],
    ['that are negated', [node('Neg', ['v'], 'w')], [floats('v', [3, 2, 3, 3], values(54))]],
    [
      'that are one of several',
      [node('Split', ['v', 'n'], ['u', 'w'], { axis: 0 })],
      [floats('v', [4, 2, 3, 3], values(72)), ints('n', [1, 3])],
    ],
  ])('%s are read, and trained ones written back', async (_name, nodes, initializers) => {
    for (const listed of [false, true]) {
      const bytes = await file({
        ...{ opset: 13, inputs: { x: IMAGE }, nodes: [...nodes, conv], outputs: ['y'], listed },
        initializers: initializers!,
      });
      const { graph } = await expectSame(bytes);
      const [parameter] = graph.parameters;
      const trained = { ...parameter, values: values(54, 9) };
      const written = await writeOnnx(bytes, { ...graph, parameters: [trained] });
      const again = await expectSame(written);
      expect(again.graph.parameters.map(({ name }) => name)).toEqual([parameter.name]);
      expectClose(again.graph.parameters[0].values, trained.values, 'trained');
    }
  });
});

describe('a file that is written', () => {
  const parts = {
    inputs: { x: IMAGE },
    nodes: [conv, node('BatchNormalization', ['y', 's', 'b', 'm', 'v'], 'z')],
    initializers: [weights, ...['s', 'b', 'm', 'v'].map((name, i) => floats(name, [3], [1 + i, 2 + i, 3 + i]))],
    outputs: ['z'],
  };

  it('is as it was where nothing was trained', async () => {
    const bytes = await file(parts);
    const { graph } = await readOnnx(bytes);
    expect(await writeOnnx(bytes, graph)).toEqual(bytes);
  });

  it('keeps what this program does not know', async () => {
    const model = await decodeModel(await file(parts));
    const bytes = await encodeModel({ ...model, graph: model.graph } as ModelMessage);
    // field 14 of a model (metadata) and 10 of a graph (a text), which the schema here does not have
    const more = Buffer.from([0x72, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x76]);
    const all = Buffer.concat([bytes, more]);
    const { graph } = await readOnnx(all);
    const [first, ...others] = graph.parameters;
    const changed = { ...graph, parameters: [{ ...first, values: first.values.map((value) => value + 1) }, ...others] };
    expect(Buffer.from(await writeOnnx(all, changed)).includes(more)).toBe(true);
  });

  it('keeps the type of its values', async () => {
    const half = makeTensor('w', 10, [3, 2, 3, 3], values(54));
    const bytes = await file({
      inputs: { x: IMAGE },
      nodes: [node('Cast', ['w'], 'c', { to: 1 }), node('Conv', ['x', 'c'], 'y')],
      initializers: [half],
      outputs: ['y'],
    });
    const { graph } = await expectSame(bytes);
    const parameters = [{ ...graph.parameters[0], values: values(54, 9) }];
    const written = await writeOnnx(bytes, { ...graph, parameters });
    await expectSame(written);
    expect((await decodeModel(written)).graph.initializer[0].dataType).toBe(10);
  });

  it('is refused where two parameters share a tensor and differ, or one is missing', async () => {
    const bytes = await file({
      inputs: { x: [1, 4] },
      nodes: [node('Gemm', ['x', 'w'], 'a'), node('Gemm', ['a', 'w'], 'y', { transB: 1 })],
      initializers: [floats('w', [4, 4], values(16))],
      outputs: ['y'],
    });
    const { graph } = await expectSame(bytes);
    expect(graph.parameters).toHaveLength(2);
    const [first, second] = graph.parameters;
    const parameters = [{ ...first, values: values(16, 9) }, second];
    await expect(writeOnnx(bytes, { ...graph, parameters })).rejects.toThrow('CANNOT_WRITE');
    await expect(writeOnnx(bytes, { ...graph, parameters: [first] })).rejects.toThrow(second.name);
  });

  it('shares one parameter where two nodes share a tensor', async () => {
    const { graph } = await expectSame(
      await file({
        inputs: { x: [1, 4] },
        nodes: [node('Gemm', ['x', 'w'], 'a'), node('Relu', ['a'], 'r'), node('Gemm', ['r', 'w'], 'y')],
        initializers: [floats('w', [4, 4], values(16))],
        outputs: ['y'],
      }),
    );
    expect(graph.parameters).toHaveLength(1);
  });
});

describe('the batch of a file', () => {
  const open = (batch: number | string, shape: readonly number[]): Promise<Uint8Array> =>
    file({
      inputs: { x: [batch, 2, 4, 5] },
      nodes: [conv, node('Reshape', ['y', 's'], 'f'), node('Gemm', ['f', 'v'], 'z')],
      initializers: [weights, ints('s', shape), floats('v', [60, 4], values(240))],
      outputs: ['z'],
    });

  it.each([
    [undefined, 1],
    [3, 3],
  ])('is open: %s is asked for', async (batch, made) => {
    const { outputs } = await expectSame(await open('N', [-1, 60]), { batch });
    expect(outputs[0].shape).toEqual([made, 4]);
  });

  it('is its own where none is asked for', async () => {
    expect((await readOnnx(await open(2, [2, -1]))).inputs[0].shape).toEqual([2, 2, 4, 5]);
  });

  it.each([[[2, -1]], [[2, 60]], [[0, -1]], [[-1, 60]]])(
    'can be another one in spite of a shape of %j',
    async (shape) => {
      const network = await readOnnx(await open(2, shape), { batch: 4 });
      const images = values(4 * 40);
      const all = outputsOf(network, { x: images }).z;
      const two = await readOnnx(await open(2, shape));
      expectClose(all.subarray(0, 8), outputsOf(two, { x: images.subarray(0, 80) }).z, 'the first two images');
    },
  );

  it('cannot be another one where a shape depends on it', async () => {
    const [problem] = await problemsOf(await open('N', [2, 60]), 4);
    expect(problem).toMatchObject({ path: 'Reshape f_node', fix: 'read the file with a batch of 2' });
  });
});

describe('how a network is read', () => {
  it('puts padding and bias into the convolution', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: IMAGE },
        nodes: [
          node('Pad', ['x', 'p'], 'a'),
          node('Conv', ['a', 'w'], 'b', { strides: [2, 2] }),
          node('Add', ['b', 'c'], 'y'),
        ],
        initializers: [weights, ints('p', [0, 0, 0, 1, 0, 0, 1, 2]), floats('c', [1, 3, 1, 1], [1, 2, 3])],
        outputs: ['y'],
      }),
    );
    expect(kinds(network)).toEqual(['convolution']);
    expect(network.graph.operations[0]).toMatchObject({ bias: 'c', layer: { Pt: 0, Pb: 1, Pl: 1, Pr: 2 } });
  });

  it('does not put a bias into a convolution that something else reads', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: IMAGE },
        nodes: [conv, node('Add', ['y', 'c'], 'a'), node('Concat', ['a', 'y'], 'z', { axis: 1 })],
        initializers: [weights, floats('c', [3, 1, 1], [1, 2, 3])],
        outputs: ['z'],
      }),
    );
    expect(kinds(network)).toEqual(['convolution', 'convolution', 'concatenation']);
  });

  it('makes a linear layer of MatMul and Add', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: [2, 3, 2, 2] },
        nodes: [node('Flatten', ['x'], 'f'), node('MatMul', ['f', 'w'], 'm'), node('Add', ['m', 'b'], 'y')],
        initializers: [floats('w', [12, 4], values(48)), floats('b', [4], values(4))],
        outputs: ['y'],
      }),
    );
    expect(kinds(network)).toEqual(['convolution']);
    expect(network.graph.inputs[0].shape).toEqual([2, 1, 1, 12]);
  });

  it('makes a linear layer of more features than a pixel can have', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: [2, 8, 90, 92] },
        nodes: [node('Relu', ['x'], 'r'), node('Flatten', ['r'], 'f'), node('Gemm', ['f', 'w'], 'y', { transB: 1 })],
        initializers: [
          floats(
            'w',
            [2, 66240],
            values(132480).map((value) => value / 200),
          ),
        ],
        outputs: ['y'],
      }),
    );
    expect(kinds(network)).toEqual(['activation', 'convolution']);
  });

  it('takes images as [batch, height, width, channels], as a transposition says', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: [2, 4, 5, 2] },
        nodes: [node('Transpose', ['x'], 't', { perm: [0, 3, 1, 2] }), node('Conv', ['t', 'w'], 'y')],
        initializers: [weights],
        outputs: ['y'],
      }),
    );
    expect(kinds(network)).toEqual(['convolution']);
    expect([...network.inputs[0].order.slice(0, 5)]).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes images with their channels last, although they are scaled before they are transposed', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: [2, 4, 5, 2] },
        nodes: [
          node('Sub', ['x', 'm'], 's'),
          node('Mul', ['s', 'f'], 'd'),
          node('Transpose', ['d'], 't', { perm: [0, 3, 1, 2] }),
          node('Conv', ['t', 'w'], 'y'),
        ],
        initializers: [weights, floats('m', [2], [1, 2]), floats('f', [], [0.5])],
        outputs: ['y'],
      }),
    );
    expect(network.graph.inputs[0].shape).toEqual([2, 4, 5, 2]);
    expect(kinds(network)).toEqual(['convolution', 'convolution', 'convolution']);
  });

  it('takes images as vectors, as a reshape says', async () => {
    const network = await expectSame(
      await file({
        inputs: { x: [2, 40] },
        nodes: [node('Reshape', ['x', 's'], 't'), node('Conv', ['t', 'w'], 'y')],
        initializers: [weights, ints('s', [-1, 2, 4, 5])],
        outputs: ['y'],
      }),
    );
    expect(kinds(network)).toEqual(['convolution']);
  });

  it('adds along the axis that files of operator set 6 say', async () => {
    const parts = (
      opset: number,
      dims: readonly number[],
      attributes: Readonly<Record<string, number>>,
    ): ModelParts => ({
      ...{ opset, inputs: { x: IMAGE }, nodes: [node('Relu', ['x'], 'r'), node('Add', ['r', 'c'], 'y', attributes)] },
      ...{ initializers: [floats('c', dims, [3, 4])], outputs: ['y'] },
    });
    const old = await readOnnx(await file(parts(6, [2], { broadcast: 1, axis: 1 })));
    const now = await expectSame(await file(parts(13, [2, 1, 1], {})));
    expect(old.graph).toEqual(now.graph);
  });

  it('puts nodes in order, and leaves out those that no output needs', async () => {
    const network = await readOnnx(
      await file({
        inputs: { x: IMAGE },
        nodes: [node('Relu', ['y'], 'z'), node('LRN', ['y'], 'unread', { size: 3 }), conv],
        initializers: [weights],
        outputs: ['z'],
      }),
    );
    expect(kinds(network)).toEqual(['convolution', 'activation']);
  });

  it('says what the host does at the end', async () => {
    const { outputs, graph } = await expectSame(
      await file({
        inputs: { x: [2, 4] },
        nodes: [node('Relu', ['x'], 'r'), node('Softmax', ['r'], 'y')],
        outputs: ['y', 'r'],
      }),
    );
    expect(outputs.map(({ name, tensor, afterwards }) => [name, tensor, afterwards])).toEqual([
      ['y', 'r', 'softmax'],
      ['r', 'r', undefined],
    ]);
    expect(graph.outputs).toEqual(['r']);
  });
});

describe('values that a model keeps in other files', () => {
  const outside = (externalData: Readonly<Record<string, string>>) => ({
    ...{ name: 'w', dims: [3, 2, 3, 3], dataType: 1, dataLocation: 1, rawData: new Uint8Array() },
    externalData: Object.entries(externalData).map(([key, value]) => ({ key, value })),
  });
  const model = (externalData: Readonly<Record<string, string>>): Promise<Uint8Array> =>
    file({ inputs: { x: IMAGE }, nodes: [conv], initializers: [outside(externalData) as never], outputs: ['y'] });

  it('are put into it, as from any place of a file', async () => {
    const data = new Uint8Array(16 + 4 * 54 + 8);
    data.set(weights.rawData, 16);
    const bytes = await model({ location: 'm.onnx.data', offset: '16', length: '216' });
    const files = new Map([['m.onnx.data', data]]);
    const whole = await inOneFile(bytes, (location) => files.get(location)!);
    const { graph } = await expectSame(whole);
    const plain = await readOnnx(
      await file({ inputs: { x: IMAGE }, nodes: [conv], initializers: [weights], outputs: ['y'] }),
    );
    expect(graph).toEqual(plain.graph);
    expect(await inOneFile(whole, () => expect.fail())).toBe(whole);
  });

  it.each<readonly [Readonly<Record<string, string>>, string]>([
    [{}, 'none beside the model'],
    [{ location: '../m.data' }, 'none beside the model'],
    [{ location: 'a/../../m.data' }, 'none beside the model'],
    [{ location: '/etc/passwd' }, 'none beside the model'],
    [{ location: 'C:\\m.data' }, 'none beside the model'],
    [{ location: 'm.data', offset: '1', length: '216' }, 'bytes 1 to 217'],
    [{ location: 'm.data', offset: '-1' }, 'bytes -1 to'],
    [{ location: 'm.data', offset: 'x' }, 'keeps its values in bytes'],
  ])('are refused where it names none: %j', async (externalData, words) => {
    const bytes = await model(externalData);
    await expect(inOneFile(bytes, () => weights.rawData)).rejects.toThrow(words);
  });
});

describe('a network is refused', () => {
  it('with all its nodes that cannot be read, each with its name and a way out', async () => {
    const problems = await problemsOf({
      inputs: { x: IMAGE },
      nodes: [
        node('LRN', ['x'], 'a', { size: 3 }),
        node('Conv', ['a', 'w'], 'b', { strides: [300, 1] }),
        node('HardSwish', ['a'], 'c'),
        node('Mul', ['c', 'x'], 'd'),
        node('GridSample', ['b'], 'e'),
        node('Softmax', ['c'], 'f', { axis: 1 }),
      ],
      initializers: [weights],
      outputs: ['d', 'e', 'f'],
    });
    expect(problems.map(({ path }) => path).sort()).toEqual(
      ['LRN a_node', 'Conv b_node', 'HardSwish c_node', 'Mul d_node', 'GridSample e_node', 'Softmax f_node'].sort(),
    );
    expect(problems.find(({ path }) => path === 'Conv b_node')).toMatchObject({ code: 'OUT_OF_RANGE' });
    for (const { fix } of problems) expect(fix).not.toBe('');
  });

  it('with all of one kind, one behind the other', async () => {
    const [scales, pads] = [floats('s', [4], [1, 1, 2, 2]), ints('p', [0, 0, 1, 1, 0, 0, 1, 1])];
    const problems = await problemsOf({
      inputs: { x: IMAGE },
      nodes: [
        node('Resize', ['x', '', 's'], 'a', { mode: 'linear' }),
        node('Sigmoid', ['a'], 'g'),
        node('Mul', ['a', 'g'], 'b'),
        node('Pad', ['b', 'p'], 'c', { mode: 'reflect' }),
        node('Conv', ['c', 'w'], 'd'),
        node('Resize', ['d', '', 's'], 'e', { mode: 'linear' }),
        node('Softmax', ['e'], 'f', { axis: 1 }),
        node('Sigmoid', ['f'], 'i'),
        node('Relu', ['i'], 'h'),
        node('Pad', ['h', 'p'], 'y', { mode: 'edge' }),
      ],
      ...{ initializers: [weights, scales, pads], outputs: ['y'] },
    });
    expect(problems.map(({ path }) => path)).toEqual(
      ['Resize a', 'Mul b', 'Pad c', 'Resize e', 'Softmax f', 'Relu h', 'Pad y'].map((path) => `${path}_node`),
    );
  });

  const simple = (nodes: ModelParts['nodes'], more: Partial<ModelParts> = {}): ModelParts => ({
    ...{ inputs: { x: IMAGE }, nodes, initializers: [weights], outputs: ['y'] },
    ...more,
  });
  it.each<readonly [string, ModelParts, string]>([
    ['an operator set that is too old', simple([conv], { opset: 5 }), 'operator set 5'],
    ['an operator set that is too new', simple([conv], { opset: 99 }), 'operator set 99'],
    [
      'a circle',
      simple([node('Add', ['x', 'b'], 'a'), node('Relu', ['a'], 'b'), node('Relu', ['b'], 'y')]),
      'made of what it makes itself',
    ],
    ['a tensor that nothing makes', simple([node('Add', ['x', 'none'], 'y')]), 'none, which nothing makes'],
    ['a tensor that is made twice', simple([node('Relu', ['x'], 'y'), node('Relu', ['x'], 'y')]), 'made twice'],
    ['an image of open size', simple([conv], { inputs: { x: ['N', 2, 'H', 'W'] } }), 'another open size'],
    [
      'a 3-D convolution',
      simple([node('Conv', ['x', 'v'], 'y')], {
        inputs: { x: [1, 2, 4, 4, 4] },
        initializers: [floats('v', [1, 2, 1, 1, 1], [1, 1])],
      }),
      '5 axes',
    ],
    ['weights that are not constant', simple([node('Conv', ['x', 'x'], 'y')]), "depends on the network's input"],
    [
      'places of maxima that are read',
      simple([node('MaxPool', ['x'], ['a', 'y'], { kernel_shape: [2, 2] })]),
      'the places of the maxima',
    ],
    [
      'a softmax over each pixel',
      simple([conv, node('Softmax', ['y'], 'z', { axis: 1 })], { outputs: ['z'] }),
      'a part of each image',
    ],
    [
      // as many images as classes: only the axis tells it from one over the classes
      'a softmax over the batch',
      simple(
        [node('GlobalAveragePool', ['x'], 'g'), node('Flatten', ['g'], 'f'), node('Softmax', ['f'], 'y', { axis: 0 })],
        {
          inputs: { x: [2, 2, 4, 5] },
        },
      ),
      'a part of each image',
    ],
    [
      'a softmax before something else',
      simple([node('Flatten', ['x'], 'f'), node('Softmax', ['f'], 'a'), node('Relu', ['a'], 'y')]),
      'last operation',
    ],
    [
      'an attribute of another type',
      simple([node('Conv', ['x', 'w'], 'y', { group: 'one' })]),
      'group is of another type',
    ],
    ['channels that do not fit', simple([node('Conv', ['x', 'w'], 'y', { group: 2 })]), 'take 4 channels'],
    ['an unknown domain', simple([{ ...conv, domain: 'com.microsoft' }]), 'com.microsoft.Conv'],
    [
      'padding by reflection',
      simple([node('Pad', ['x', 'p'], 'y', { mode: 'reflect' })], {
        initializers: [ints('p', [0, 0, 1, 1, 0, 0, 1, 1])],
      }),
      'reflect',
    ],
  ])('with %s', async (_name, parts, words) => {
    const problems = await problemsOf(parts);
    expect(problems.map(({ path, message }) => `${path}: ${message}`).join('\n')).toContain(words);
  });

  it.each<readonly [string, number, ModelParts['nodes'][number], string]>([
    ['a mode', 14, node('BatchNormalization', ['x', 'c', 'c', 'c', 'c'], 'y', { training_mode: 1 }), 'training mode'],
    ['outputs', 9, node('BatchNormalization', ['x', 'c', 'c', 'c', 'c'], ['y', 'a', 'b']), 'training mode'],
    ['an input', 13, node('Dropout', ['x', 'r', 'r'], 'y'), 'training mode'],
  ])('that is for training, as %s says', async (_name, opset, made, words) => {
    const initializers = [floats('c', [2], [1, 2]), floats('r', [], [0.5])];
    const problems = await problemsOf(simple([made], { opset, initializers }));
    expect(problems.map(({ message }) => message).join()).toContain(words);
  });

  it('with a name given twice', async () => {
    const problems = await problemsOf(
      simple([conv], { initializers: [weights, floats('w', [3, 2, 1, 1], values(6))] }),
    );
    expect(problems).toEqual([expect.objectContaining({ path: 'tensor w', message: 'is given twice' })]);
  });

  it('with weights that are not finite', async () => {
    const odd = floats('w', [1, 2, 1, 1], [1, Number.NaN]);
    const problems = await problemsOf(simple([conv], { initializers: [odd] }));
    expect(problems).toEqual([expect.objectContaining({ path: 'Conv y_node', message: 'w holds NaN' })]);
  });

  it('with values in another file', async () => {
    const outside = { ...floats('w', [3, 2, 3, 3], values(54)), dataLocation: 1 };
    const [problem] = await problemsOf(simple([conv], { initializers: [outside] }));
    expect(problem).toMatchObject({ path: 'tensor w', fix: 'save the model as one file' });
  });

  it('with a batch that is none', async () => {
    await expect(readOnnx(await file(simple([conv])), { batch: 0 })).rejects.toThrow('0 is no batch');
  });
});
