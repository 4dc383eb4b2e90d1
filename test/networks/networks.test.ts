import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  denseMacs,
  formatLayer,
  NETWORK_NAMES,
  type Network,
  type NetworkLayer,
  type NetworkName,
  networks,
  parameterCount,
} from '../../generator/index.js';
import { NetworkBuilder } from '../../generator/networks/builder.js';
import { normal } from '../../generator/networks/initial.js';
import { regnetStages } from '../../generator/networks/regnet.js';
import { problemsOf } from '../problems.js';

/** What torchvision states of its models: parameters, GMACs at 224×224; and the smallest image that they take. */
const torchvision = {
  alexnet: [61_100_840, 0.714, 63],
  vgg11: [132_863_336, 7.609, 32],
  vgg11_bn: [132_868_840, 7.609, 32],
  vgg13: [133_047_848, 11.308, 32],
  vgg16: [138_357_544, 15.47, 32],
  vgg19: [143_667_240, 19.632, 32],
  resnet18: [11_689_512, 1.814, 1],
  resnet34: [21_797_672, 3.664, 1],
  resnet50: [25_557_032, 4.089, 1],
  resnet101: [44_549_160, 7.801, 1],
  resnet152: [60_192_808, 11.514, 1],
  resnext50_32x4d: [25_028_904, 4.23, 1],
  densenet121: [7_978_856, 2.834, 29],
  densenet161: [28_681_000, 7.728, 29],
  densenet169: [14_149_480, 3.36, 29],
  densenet201: [20_013_928, 4.291, 29],
  mobilenet_v2: [3_504_872, 0.301, 1],
  mobilenet_v3_small: [2_542_856, 0.057, 1],
  mobilenet_v3_large: [5_483_032, 0.217, 1],
  efficientnet_b0: [5_288_548, 0.386, 1],
  regnet_y_400mf: [4_344_144, 0.402, 1],
  shufflenet_v2_x0_5: [1_366_792, 0.04, 1],
  shufflenet_v2_x1_0: [2_278_604, 0.145, 1],
  shufflenet_v2_x1_5: [3_503_624, 0.296, 1],
  shufflenet_v2_x2_0: [7_393_996, 0.583, 1],
  squeezenet1_0: [1_248_424, 0.819, 21],
  squeezenet1_1: [1_235_496, 0.349, 17],
} as const satisfies Partial<Record<NetworkName, readonly [parameters: number, gmacs: number, smallest: number]>>;

/** What Keras says of MLPerf Tiny's models: all parameters, moving means and variances too; MACs; layers; and their input. */
const tiny = {
  resnet8: { all: 78_666, macs: 12_501_632, convolutions: 9, linear: 1, input: [3, 32, 32] },
  ds_cnn: { all: 24_908, macs: 2_656_768, convolutions: 9, linear: 1, input: [1, 49, 10] },
  mobilenet_v1_x0_25: { all: 221_794, macs: 7_489_664, convolutions: 27, linear: 1, input: [3, 96, 96] },
  autoencoder: { all: 269_992, macs: 264_192, convolutions: 0, linear: 10, input: [640, 1, 1] },
} as const;

const TORCHVISION = Object.keys(torchvision) as readonly (keyof typeof torchvision)[];
const TINY = Object.keys(tiny) as readonly (keyof typeof tiny)[];

const macsOf = ({ layers }: Network): number =>
  layers.map(({ layer }) => denseMacs(layer)).reduce((all, one) => all + one, 0);

const shape = ({ layer: { C, H, W, N, Kh, Sh, Pt, G, Ho, Wo } }: NetworkLayer) =>
  `${C}x${H}x${W} -> ${N}x${Ho}x${Wo}, K${Kh} S${Sh} P${Pt} G${G}`;

const shapesOf = (name: NetworkName): Readonly<Record<string, string>> =>
  Object.fromEntries(networks[name]().layers.map((each) => [each.name, shape(each)]));

it('are all here', () => {
  expect([...TORCHVISION, ...TINY, 'digits', 'lenet5', 'lenet_bn'].sort()).toEqual([...NETWORK_NAMES].sort());
});

describe.each(NETWORK_NAMES)('%s', (name) => {
  it('has its name, and one for each layer', () => {
    const network = networks[name]();
    expect(network.name).toBe(name);
    const names = network.layers.map((layer) => layer.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe.each(TORCHVISION)('%s', (name) => {
  const [parameters, gmacs, smallest] = torchvision[name];

  it('has the published number of parameters and multiply-accumulates', () => {
    const network = networks[name]();
    expect(parameterCount(network)).toBe(parameters);
    expect(Number((macsOf(network) / 1e9).toFixed(3))).toBe(gmacs);
  });

  it('takes any image from the smallest on, of any shape, and says which is the smallest', () => {
    expect(networks[name]({ size: smallest }).layers).toHaveLength(networks[name]().layers.length);
    const { layer } = networks[name]({ batch: 3, size: { height: smallest + 70, width: smallest + 1 } }).layers[0];
    expect(layer).toMatchObject({ B: 3, C: 3, H: smallest + 70, W: smallest + 1 });
    if (smallest === 1) return;
    expect(problemsOf(() => networks[name]({ size: smallest - 1 }))).toEqual([
      expect.objectContaining({
        code: 'IMAGE_TOO_SMALL',
        path: 'size',
        fix: `give ${name} an image of at least ${smallest}x${smallest}`,
      }),
    ]);
  });

  it('has the same weights for every image', () => {
    expect(parameterCount(networks[name]({ size: { height: 161, width: 99 } }))).toBe(parameters);
  });
});

describe.each(TINY)('%s', (name) => {
  const { all, macs, convolutions, linear, input } = tiny[name];

  it('has the parameters, multiply-accumulates and layers of its Keras model', () => {
    const network = networks[name]();
    // a moving mean and a moving variance for each normalised channel are not trained
    const moving = network.layers.map(({ batchNorm }) => 2 * batchNorm).reduce((sum, one) => sum + one, 0);
    expect(parameterCount(network) + moving).toBe(all);
    expect(macsOf(network)).toBe(macs);
    expect(network.layers.filter((each) => !each.linear)).toHaveLength(convolutions);
    expect(network.layers.filter((each) => each.linear)).toHaveLength(linear);
  });

  it('is made for its own input', () => {
    const [C, H, W] = input;
    expect(networks[name]({ batch: 5 }).layers[0]!.layer).toMatchObject({ B: 5, C, H, W });
  });
});

describe('layers', () => {
  it('stand where torchvision has them', () => {
    expect(shapesOf('resnet50')).toMatchObject({
      conv1: '3x224x224 -> 64x112x112, K7 S2 P3 G1',
      'layer1.0.downsample.0': '64x56x56 -> 256x56x56, K1 S1 P0 G1',
      'layer2.0.conv1': '256x56x56 -> 128x56x56, K1 S1 P0 G1',
      'layer2.0.conv2': '128x56x56 -> 128x28x28, K3 S2 P1 G1',
      'layer2.0.downsample.0': '256x56x56 -> 512x28x28, K1 S2 P0 G1',
      'layer4.2.conv3': '512x7x7 -> 2048x7x7, K1 S1 P0 G1',
      fc: '2048x1x1 -> 1000x1x1, K1 S1 P0 G1',
    });
    expect(shapesOf('alexnet')).toMatchObject({
      'features.0': '3x224x224 -> 64x55x55, K11 S4 P2 G1',
      'features.10': '256x13x13 -> 256x13x13, K3 S1 P1 G1',
      'classifier.1': '9216x1x1 -> 4096x1x1, K1 S1 P0 G1',
    });
    expect(shapesOf('mobilenet_v2')).toMatchObject({
      'features.1.conv.0.0': '32x112x112 -> 32x112x112, K3 S1 P1 G32',
      'features.1.conv.1': '32x112x112 -> 16x112x112, K1 S1 P0 G1',
      'features.2.conv.1.0': '96x112x112 -> 96x56x56, K3 S2 P1 G96',
      'features.18.0': '320x7x7 -> 1280x7x7, K1 S1 P0 G1',
    });
    expect(shapesOf('mobilenet_v3_large')).toMatchObject({
      'features.4.block.1.0': '72x56x56 -> 72x28x28, K5 S2 P2 G72',
      'features.4.block.2.fc1': '72x1x1 -> 24x1x1, K1 S1 P0 G1',
      'features.4.block.3.0': '72x28x28 -> 40x28x28, K1 S1 P0 G1',
    });
    expect(shapesOf('shufflenet_v2_x1_0')).toMatchObject({
      'stage2.0.branch1.0': '24x56x56 -> 24x28x28, K3 S2 P1 G24',
      'stage2.0.branch2.0': '24x56x56 -> 58x56x56, K1 S1 P0 G1',
      'stage2.1.branch2.0': '58x28x28 -> 58x28x28, K1 S1 P0 G1',
    });
    expect(shapesOf('squeezenet1_0')).toMatchObject({
      'features.3.squeeze': '96x54x54 -> 16x54x54, K1 S1 P0 G1',
      'features.8.expand3x3': '48x27x27 -> 192x27x27, K3 S1 P1 G1',
      'classifier.1': '512x13x13 -> 1000x13x13, K1 S1 P0 G1',
    });
    expect(shapesOf('resnext50_32x4d')).toMatchObject({
      'layer1.0.conv2': '128x56x56 -> 128x56x56, K3 S1 P1 G32',
      'layer3.0.conv1': '512x28x28 -> 512x28x28, K1 S1 P0 G1',
      'layer3.0.conv2': '512x28x28 -> 512x14x14, K3 S2 P1 G32',
      'layer4.2.conv3': '1024x7x7 -> 2048x7x7, K1 S1 P0 G1',
    });
    expect(shapesOf('efficientnet_b0')).toMatchObject({
      'features.1.0.block.0.0': '32x112x112 -> 32x112x112, K3 S1 P1 G32',
      'features.1.0.block.1.fc1': '32x1x1 -> 8x1x1, K1 S1 P0 G1',
      'features.1.0.block.2.0': '32x112x112 -> 16x112x112, K1 S1 P0 G1',
      'features.3.0.block.1.0': '144x56x56 -> 144x28x28, K5 S2 P2 G144',
      'features.3.0.block.2.fc1': '144x1x1 -> 6x1x1, K1 S1 P0 G1',
      'features.3.0.block.2.fc2': '6x1x1 -> 144x1x1, K1 S1 P0 G1',
      'features.7.0.block.3.0': '1152x7x7 -> 320x7x7, K1 S1 P0 G1',
      'features.8.0': '320x7x7 -> 1280x7x7, K1 S1 P0 G1',
    });
    expect(shapesOf('regnet_y_400mf')).toMatchObject({
      'stem.0': '3x224x224 -> 32x112x112, K3 S2 P1 G1',
      'trunk_output.block1.block1-0.proj.0': '32x112x112 -> 48x56x56, K1 S2 P0 G1',
      'trunk_output.block1.block1-0.f.a.0': '32x112x112 -> 48x112x112, K1 S1 P0 G1',
      'trunk_output.block1.block1-0.f.se.fc1': '48x1x1 -> 8x1x1, K1 S1 P0 G1',
      'trunk_output.block2.block2-0.f.b.0': '104x56x56 -> 104x28x28, K3 S2 P1 G13',
      'trunk_output.block4.block4-5.f.b.0': '440x7x7 -> 440x7x7, K3 S1 P1 G55',
      'trunk_output.block4.block4-5.f.se.fc2': '110x1x1 -> 440x1x1, K1 S1 P0 G1',
      fc: '440x1x1 -> 1000x1x1, K1 S1 P0 G1',
    });
    expect(shapesOf('densenet121')).toMatchObject({
      'features.denseblock1.denselayer2.conv1': '96x56x56 -> 128x56x56, K1 S1 P0 G1',
      'features.transition3.conv': '1024x14x14 -> 512x14x14, K1 S1 P0 G1',
    });
  });

  it('are as many as torchvision has modules', () => {
    const counts = (['resnext50_32x4d', 'efficientnet_b0', 'regnet_y_400mf'] as const).map((name) => {
      const { layers } = networks[name]();
      return [layers.filter(({ linear }) => !linear).length, layers.filter(({ linear }) => linear).length];
    });
    expect(counts).toEqual([
      [1 + 16 * 3 + 4, 1],
      [1 + 15 + 16 * 4 + 1, 1],
      [1 + 16 * 5 + 4, 1],
    ]);
  });

  it("stand where MLPerf Tiny has them, with TensorFlow's padding", () => {
    const specs = (name: NetworkName) =>
      Object.fromEntries(networks[name]().layers.map((each) => [each.name, formatLayer(each.layer)]));
    expect(specs('resnet8')).toMatchObject({
      conv: 'C=3,H=32,W=32,N=16,K=3,P=1',
      'stack2.conv1': 'C=16,H=32,W=32,N=32,K=3,S=2,Pb=1,Pr=1',
      'stack2.shortcut': 'C=16,H=32,W=32,N=32,K=1,S=2',
      'stack3.conv2': 'C=64,H=8,W=8,N=64,K=3,P=1',
      dense: 'C=64,H=1,W=1,N=10,K=1',
    });
    expect(specs('ds_cnn')).toMatchObject({
      conv: 'C=1,H=49,W=10,N=64,Kh=10,Kw=4,S=2,Pt=4,Pb=5,Pl=1,Pr=1',
      'block4.depthwise': 'C=64,H=25,W=5,N=64,K=3,P=1,G=64',
      'block4.pointwise': 'C=64,H=25,W=5,N=64,K=1',
      dense: 'C=64,H=1,W=1,N=12,K=1',
    });
    expect(specs('mobilenet_v1_x0_25')).toMatchObject({
      conv: 'C=3,H=96,W=96,N=8,K=3,S=2,Pb=1,Pr=1',
      'block1.depthwise': 'C=8,H=48,W=48,N=8,K=3,P=1,G=8',
      'block2.depthwise': 'C=16,H=48,W=48,N=16,K=3,S=2,Pb=1,Pr=1,G=16',
      'block13.pointwise': 'C=256,H=3,W=3,N=256,K=1',
      dense: 'C=256,H=1,W=1,N=2,K=1',
    });
    expect(specs('autoencoder')).toMatchObject({
      dense1: 'C=640,H=1,W=1,N=128,K=1',
      dense5: 'C=128,H=1,W=1,N=8,K=1',
      dense10: 'C=128,H=1,W=1,N=640,K=1',
    });
  });

  it('that are linear are marked', () => {
    const linear = networks.vgg16().layers.filter((layer) => layer.linear);
    expect(linear.map(({ name }) => name)).toEqual(['classifier.0', 'classifier.3', 'classifier.6']);
    expect(networks.squeezenet1_1().layers.filter((layer) => layer.linear)).toEqual([]);
  });
});

describe('padding', () => {
  it('same is that of TensorFlow', () => {
    const least = (most: number) => fc.integer({ min: 1, max: most });
    const geometry = fc.record({ height: least(40), width: least(40), Kh: least(11), Kw: least(11), stride: least(4) });
    fc.assert(
      fc.property(geometry, ({ height, width, Kh, Kw, stride }) => {
        const initial = normal(1);
        const style = { conv: initial, linear: initial, epsilon: 1, momentum: 1 };
        const net = new NetworkBuilder(1, { channels: 1, height, width }, style);
        net.conv('x', net.image, 1, { kernel: [Kh, Kw], stride, padding: 'same' });
        const { Pt, Pb, Pl, Pr, Ho, Wo } = net.layers[0]!.layer;
        const { padInfo, outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
          [1, height, width, 1],
          [Kh, Kw, 1, 1],
          stride,
          1,
          'same',
        );
        const { top, bottom, left, right } = padInfo;
        expect([Pt, Pb, Pl, Pr, Ho, Wo]).toEqual([top, bottom, left, right, outHeight, outWidth]);
      }),
      { seed: 1 },
    );
  });
});

describe('the stages of a RegNet', () => {
  // the parameters of torchvision's RegNetY, and the published widths and depths
  it.each([
    ['400MF', [16, 48, 27.89, 2.09, 8], [48, 104, 208, 440], [1, 3, 6, 6]],
    ['800MF', [14, 56, 38.84, 2.4, 16], [64, 144, 320, 784], [1, 3, 8, 2]],
    ['1.6GF', [27, 48, 20.71, 2.65, 24], [48, 120, 336, 888], [2, 6, 17, 2]],
    ['3.2GF', [21, 80, 42.63, 2.66, 24], [72, 216, 576, 1512], [2, 5, 13, 1]],
    ['8GF', [17, 192, 76.82, 2.19, 56], [224, 448, 896, 2016], [2, 4, 10, 1]],
    ['16GF', [18, 200, 106.23, 2.48, 112], [224, 448, 1232, 3024], [2, 4, 11, 1]],
  ] as const)('%s', (_name, [depth, w0, wa, wm, groupWidth], widths, depths) => {
    const stages = regnetStages({ depth, w0, wa, wm, groupWidth });
    expect(stages.map(({ width }) => width)).toEqual(widths);
    expect(stages.map(({ blocks }) => blocks)).toEqual(depths);
  });
});

describe('a wrong size or batch', () => {
  it('is refused where the input is no image', () => {
    expect(problemsOf(() => networks.autoencoder({ size: 1 }))).toEqual([
      expect.objectContaining({ code: 'NO_IMAGE', path: 'size', fix: 'leave out size' }),
    ]);
  });

  it('is refused, all of it at once', () => {
    const problems = problemsOf(() => networks.resnet18({ batch: 0, size: { height: 1.5, width: 40000 } }));
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'OUT_OF_RANGE batch',
      'OUT_OF_RANGE height',
      'OUT_OF_RANGE width',
    ]);
  });
});
