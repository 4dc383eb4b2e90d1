import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { forward } from '../../generator/golden/graph/forward.js';
import { type Graph, operandsOf } from '../../generator/graph/operations.js';
import { shapesOf } from '../../generator/graph/shapes.js';
import {
  type GraphOptions,
  NETWORK_NAMES,
  type NetworkName,
  networkGraph,
  networks,
} from '../../generator/networks/index.js';
import { networkOf } from '../../generator/networks/layers.js';
import { parameterCount } from '../../generator/networks/network.js';
import { exportOnnx } from '../../generator/onnx/export.js';
import { readOnnx, toGraph, toOnnx } from '../../generator/onnx/read.js';
import { expectClose, infer } from '../onnx/judge.js';
import { values } from '../onnx/model.js';
import { problemsOf } from '../problems.js';

/** Networks with operations that a graph cannot have, and these. */
const REFUSED: Partial<Record<NetworkName, readonly RegExp[]>> = {
  mobilenet_v3_small: [/hard swish, as 18 more/, /squeeze and excitation\), as 8 more/],
  mobilenet_v3_large: [/hard swish, as 20 more/, /squeeze and excitation\), as 7 more/],
  efficientnet_b0: [/SiLU, as 48 more/, /squeeze and excitation\), as 15 more/],
  regnet_y_400mf: [/squeeze and excitation\), as 15 more/],
  shufflenet_v2_x0_5: [/channel shuffle, as 15 more/],
  shufflenet_v2_x1_0: [/channel shuffle, as 15 more/],
  shufflenet_v2_x1_5: [/channel shuffle, as 15 more/],
  shufflenet_v2_x2_0: [/channel shuffle, as 15 more/],
};

const GRAPHS = NETWORK_NAMES.filter((name) => !(name in REFUSED));

const count = ({ parameters }: Graph, trainable: boolean): number =>
  parameters.filter((each) => each.trainable === trainable).reduce((sum, { values: own }) => sum + own.length, 0);

describe.each(GRAPHS)('the graph of %s', (name) => {
  // without a seed nothing is drawn
  const graph = networkGraph(name, { batch: 2 });

  it('has the convolutions and as many parameters as the list of layers, and fits together', () => {
    const network = networks[name]({ batch: 2 });
    expect(networkOf(graph)).toEqual(network);
    expect(count(graph, true)).toBe(parameterCount(network));
    // a moving mean and a moving variance
    expect(count(graph, false)).toBe(2 * network.layers.reduce((sum, { batchNorm }) => sum + batchNorm, 0));
    const classes = network.layers.at(-1)!.layer.N;
    expect(shapesOf(graph).get(graph.outputs[0]!)).toEqual([2, 1, 1, classes]);
  });

  it('uses every tensor and parameter, and each parameter once', () => {
    const read = new Set([...graph.operations.flatMap(operandsOf), ...graph.outputs]);
    expect(graph.operations.map((each) => each.name).filter((one) => !read.has(one))).toEqual([]);
    const names = graph.parameters.map((each) => each.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a network with operations that a graph cannot have', () => {
  it.each(Object.entries(REFUSED) as [NetworkName, readonly RegExp[]][])('is refused: %s', (name, reasons) => {
    const problems = problemsOf(() => networkGraph(name));
    expect(problems).toHaveLength(reasons.length);
    reasons.forEach((reason, i) => {
      expect(problems[i]).toMatchObject({ code: 'NETWORK_UNSUPPORTED', path: name });
      expect(problems[i]!.message).toMatch(reason);
    });
  });

  it('is refused where windows are not alike, and taken where they are', () => {
    expect(problemsOf(() => networkGraph('vgg11', { size: 64 }))).toEqual([
      expect.objectContaining({ code: 'NETWORK_UNSUPPORTED', path: 'vgg11', fix: expect.stringContaining('7x7') }),
    ]);
    const { operations } = networkGraph('vgg11', { size: { height: 448, width: 224 } });
    expect(operations).toContainEqual(
      expect.objectContaining({
        kind: 'pooling',
        name: 'avgpool',
        of: 'average',
        layer: expect.objectContaining({ Kh: 2, Kw: 1 }),
      }),
    );
  });
});

describe('details that a list of layers does not show', () => {
  const operationsOf = (name: NetworkName, options?: GraphOptions) =>
    new Map(networkGraph(name, options).operations.map((each) => [each.name, each]));

  it("are torchvision's", () => {
    const resnet = operationsOf('resnet18');
    expect(resnet.get('layer2.0.bn2')).toMatchObject({
      ...{ x: 'layer2.0.conv2', epsilon: 1e-5, momentum: 0.1, mean: 'layer2.0.bn2.running_mean' },
    });
    expect(resnet.get('layer2.0.add')).toMatchObject({ x: 'layer2.0.bn2', y: 'layer2.0.downsample.1' });
    expect(resnet.get('layer2.1.add')).toMatchObject({ x: 'layer2.1.bn2', y: 'layer2.0.relu' });
    const mobilenet = operationsOf('mobilenet_v2');
    expect(mobilenet.get('features.2.conv.1.2')).toMatchObject({ kind: 'activation', most: 6 });
    // ten of the seventeen blocks keep stride and channels
    expect([...mobilenet.values()].filter(({ kind }) => kind === 'addition')).toHaveLength(10);
    const dropouts = (name: NetworkName) =>
      [...operationsOf(name).values()].flatMap((each) => (each.kind === 'dropout' ? [[each.name, each.rate]] : []));
    expect(dropouts('mobilenet_v2')).toEqual([['classifier.0', 0.2]]);
    expect(dropouts('vgg11_bn')).toEqual([
      ['classifier.2', 0.5],
      ['classifier.5', 0.5],
    ]);
    expect(dropouts('squeezenet1_1')).toEqual([['classifier.0', 0.5]]);
    expect(dropouts('densenet121')).toEqual([]);
    // 224 → 109 by the convolution → 54 → 27 → 13, rounded up where a window reaches over the edge
    const pools = [...operationsOf('squeezenet1_0').values()].flatMap((each) =>
      each.kind === 'pooling' ? [each.layer.Ho] : [],
    );
    expect(pools).toEqual([54, 27, 13]);
  });

  it("are MLPerf Tiny's", () => {
    const keywords = operationsOf('ds_cnn');
    expect(keywords.get('pool')).toMatchObject({ of: 'average', layer: { H: 25, W: 5, Kh: 24, Kw: 5, Ho: 1, Wo: 1 } });
    expect(keywords.get('dropout1')).toMatchObject({ x: 'conv.relu', rate: 0.2 });
    expect(keywords.get('dropout2')).toMatchObject({ x: 'block4.pointwise.relu', rate: 0.4 });
    const images = operationsOf('resnet8');
    expect(images.get('stack1.add')).toMatchObject({ x: 'conv.relu', y: 'stack1.conv2.norm' });
    expect(images.get('stack2.add')).toMatchObject({ x: 'stack2.shortcut', y: 'stack2.conv2.norm' });
    expect(images.get('stack2.conv2.norm')).toMatchObject({ epsilon: 1e-3, momentum: 0.01 });
  });
});

describe('first weights', () => {
  const spread = (graph: Graph, name: string) => {
    const own = graph.parameters.find((each) => each.name === name)!.values;
    return {
      deviation: Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / own.length),
      most: own.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    };
  };

  it('follow from the seed', () => {
    const [a, same, other] = [7, 7, 8].map((seed) => networkGraph('resnet8', { seed }).parameters);
    expect(same).toEqual(a);
    expect(other).not.toEqual(a);
  });

  it("spread as torchvision's and Keras's do", () => {
    const resnet = networkGraph('resnet18', { seed: 5 });
    // Kaiming, fan out: 9 taps to 128 channels
    expect(spread(resnet, 'layer2.0.conv2.weight').deviation).toBeCloseTo(Math.sqrt(2 / (9 * 128)), 3);
    expect(spread(resnet, 'fc.weight').most).toBeCloseTo(1 / Math.sqrt(512), 4);
    expect(spread(resnet, 'fc.bias').most).toBeGreaterThan(0.9 / Math.sqrt(512));
    expect(spread(resnet, 'fc.bias').most).toBeLessThanOrEqual(1 / Math.sqrt(512));
    expect(spread(resnet, 'bn1.weight')).toEqual({ deviation: 1, most: 1 });
    const squeezenet = networkGraph('squeezenet1_1', { seed: 5 });
    expect(spread(squeezenet, 'features.9.expand3x3.weight').most).toBeCloseTo(Math.sqrt(6 / (9 * 48)), 3);
    expect(spread(squeezenet, 'classifier.1.weight').deviation).toBeCloseTo(0.01, 3);
    const autoencoder = networkGraph('autoencoder', { seed: 5 });
    expect(spread(autoencoder, 'dense1.weight').most).toBeCloseTo(Math.sqrt(6 / (640 + 128)), 3);
    expect(spread(autoencoder, 'dense1.bias').most).toBe(0);
  });
});

/** A graph whose normalisations have statistics and coefficients as after some training. */
const trained = (graph: Graph): Graph => ({
  ...graph,
  parameters: graph.parameters.map(({ name, values: own, trainable }, i) => {
    if (!/norm|bn|running|\.1\./.test(name) || own.length > 4096) return { name, values: own, trainable };
    const noise = values(own.length, i + 1);
    return { name, trainable, values: own.map((value, j) => value * (1 + noise[j] / 4) + noise[j] / 16) };
  }),
});

/** What a tensor is made of, whatever it and those before it are called: equal for equal parts of two graphs. */
const made = ({ inputs, operations, outputs }: Graph): readonly string[] => {
  const known = new Map(inputs.map(({ name, shape }) => [name, `${name} ${shape}`]));
  for (const operation of operations) {
    // an ONNX file holds real numbers in float32, and one less a momentum
    const { name, ...parts } = operation;
    const text = JSON.stringify(Object.entries(parts).sort(), (_key, value) => {
      if (typeof value === 'string') return known.get(value) ?? value;
      return typeof value === 'number' ? value.toPrecision(4) : value;
    });
    known.set(name, createHash('sha256').update(text).digest('hex'));
  }
  return outputs.map((name) => known.get(name)!);
};

describe('as an ONNX file', () => {
  it.each<[NetworkName, GraphOptions]>([
    ['digits', { batch: 2 }],
    ['lenet5', { batch: 2 }],
    ['resnet8', { batch: 2, size: 12, channels: 1 }],
    ['ds_cnn', { batch: 2, size: { height: 21, width: 6 } }],
    ['mobilenet_v1_x0_25', { batch: 2, size: 33 }],
    ['autoencoder', { batch: 3 }],
    ['resnet18', { size: { height: 35, width: 33 } }],
    ['squeezenet1_0', { size: 36 }],
    ['squeezenet1_1', { size: { height: 34, width: 41 } }],
    ['mobilenet_v2', { batch: 2, size: 33 }],
    ['densenet121', { size: 37 }],
  ])('%s makes in onnxruntime what it makes in float64, and is read as the same graph', async (name, options) => {
    const graph = trained(networkGraph(name, { ...options, seed: 11 }));
    const bytes = await exportOnnx(graph);
    const { graph: again, inputs, outputs } = await readOnnx(bytes, { batch: options.batch ?? 1 });
    expect(made(again)).toEqual(made(graph));
    const byName = (one: Graph) => [...one.parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(again).map((each) => [each.name, each.trainable])).toEqual(
      byName(graph).map((each) => [each.name, each.trainable]),
    );
    for (const [i, { name: own, values: got }] of byName(again).entries()) {
      const want = byName(graph)[i]!.values;
      expect(Buffer.from(got.buffer).equals(Buffer.from(want.buffer)), own).toBe(true);
    }
    const [input] = inputs;
    const given = values(
      input!.shape.reduce((a, b) => a * b, 1),
      4,
    );
    const results = await infer(bytes, { [input!.name]: { shape: input!.shape, values: given } });
    const want = forward(graph, new Map([['image', toGraph(input!, given)]])).get(graph.outputs[0]!)!;
    expectClose(results[outputs[0]!.name]!.values, toOnnx(outputs[0]!, want), name);
  });
});
