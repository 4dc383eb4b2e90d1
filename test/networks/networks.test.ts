import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import {
  denseMacs,
  NETWORK_NAMES,
  type NetworkLayer,
  type NetworkName,
  networks,
  parameterCount,
} from '../../generator/index.js';

/** What torchvision states of its models: parameters, GMACs at 224×224, smallest image. */
const published: Readonly<Record<NetworkName, readonly [parameters: number, gmacs: number, smallest: number]>> = {
  alexnet: [61_100_840, 0.714, 63],
  vgg11: [132_863_336, 7.609, 32],
  vgg13: [133_047_848, 11.308, 32],
  vgg16: [138_357_544, 15.47, 32],
  vgg19: [143_667_240, 19.632, 32],
  resnet18: [11_689_512, 1.814, 1],
  resnet34: [21_797_672, 3.664, 1],
  resnet50: [25_557_032, 4.089, 1],
  resnet101: [44_549_160, 7.801, 1],
  resnet152: [60_192_808, 11.514, 1],
  densenet121: [7_978_856, 2.834, 29],
  densenet161: [28_681_000, 7.728, 29],
  densenet169: [14_149_480, 3.36, 29],
  densenet201: [20_013_928, 4.291, 29],
  mobilenet_v2: [3_504_872, 0.301, 1],
  mobilenet_v3_small: [2_542_856, 0.057, 1],
  mobilenet_v3_large: [5_483_032, 0.217, 1],
  shufflenet_v2_x0_5: [1_366_792, 0.04, 1],
  shufflenet_v2_x1_0: [2_278_604, 0.145, 1],
  shufflenet_v2_x1_5: [3_503_624, 0.296, 1],
  shufflenet_v2_x2_0: [7_393_996, 0.583, 1],
  squeezenet1_0: [1_248_424, 0.819, 21],
  squeezenet1_1: [1_235_496, 0.349, 17],
};

const shape = ({ layer: { C, H, W, N, Kh, Sh, Pt, G, Ho, Wo } }: NetworkLayer) =>
  `${C}x${H}x${W} -> ${N}x${Ho}x${Wo}, K${Kh} S${Sh} P${Pt} G${G}`;

const shapesOf = (name: NetworkName): Readonly<Record<string, string>> =>
  Object.fromEntries(networks[name]().layers.map((each) => [each.name, shape(each)]));

const problemsOf = (run: () => unknown): UserError['problems'] => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
};

describe.each(NETWORK_NAMES)('%s', (name) => {
  const [parameters, gmacs, smallest] = published[name];

  it('has the published number of parameters and multiply-accumulates', () => {
    const network = networks[name]();
    expect(network.name).toBe(name);
    expect(parameterCount(network)).toBe(parameters);
    const macs = network.layers.map(({ layer }) => denseMacs(layer)).reduce((a, b) => a + b, 0);
    expect(Number((macs / 1e9).toFixed(3))).toBe(gmacs);
  });

  it('has a name for each layer', () => {
    const names = networks[name]().layers.map((layer) => layer.name);
    expect(new Set(names).size).toBe(names.length);
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
    expect(shapesOf('densenet121')).toMatchObject({
      'features.denseblock1.denselayer2.conv1': '96x56x56 -> 128x56x56, K1 S1 P0 G1',
      'features.transition3.conv': '1024x14x14 -> 512x14x14, K1 S1 P0 G1',
    });
  });

  it('that are linear are marked', () => {
    const linear = networks.vgg16().layers.filter((layer) => layer.linear);
    expect(linear.map(({ name }) => name)).toEqual(['classifier.0', 'classifier.3', 'classifier.6']);
    expect(networks.squeezenet1_1().layers.filter((layer) => layer.linear)).toEqual([]);
  });
});

describe('a wrong size or batch', () => {
  it('is refused, all of it at once', () => {
    const problems = problemsOf(() => networks.resnet18({ batch: 0, size: { height: 1.5, width: 40000 } }));
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'OUT_OF_RANGE batch',
      'OUT_OF_RANGE height',
      'OUT_OF_RANGE width',
    ]);
  });
});
