import { UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import type { Graph } from '../graph/operations.js';
import { alexnet } from './alexnet.js';
import {
  type Architecture,
  type FeatureMap,
  type MapSize,
  MapTooSmall,
  NetworkBuilder,
  type Style,
} from './builder.js';
import { densenet } from './densenet.js';
import { efficientnetB0 } from './efficientnet.js';
import {
  glorotEven,
  heEven,
  heNormal,
  heNormalBackward,
  type Initial,
  normal,
  pytorch,
  pytorchWeights,
} from './initial.js';
import { mobilenetV2, mobilenetV3Large, mobilenetV3Small } from './mobilenet.js';
import type { ImageSize, Network, NetworkOptions } from './network.js';
import { checkedOptions } from './options.js';
import { regnetY } from './regnet.js';
import { basicBlock, bottleneck, resnet } from './resnet.js';
import { shufflenetV2 } from './shufflenet.js';
import { squeezenet10, squeezenet11 } from './squeezenet.js';
import { autoencoder, digits, dsCnn, lenet5, lenetBn, mobilenetV1Quarter, resnet8 } from './tiny.js';
import { vgg } from './vgg.js';

/** A network, and the input that it was made for. */
interface Design {
  readonly architecture: Architecture;
  readonly input: MapSize;
  /** The input is an image, which may have another size. */
  readonly image: boolean;
  readonly style: Style;
}

/** Networks of one input image. */
const of = <Name extends string>(
  input: MapSize,
  style: Style,
  architectures: Readonly<Record<Name, Architecture>>,
): Readonly<Record<Name, Design>> => {
  const entries = Object.entries<Architecture>(architectures);
  const designs = entries.map(([name, architecture]) => [name, { architecture, input, image: true, style }] as const);
  return Object.fromEntries(designs) as Record<Name, Design>;
};

/** torchvision's: batch normalisation as PyTorch has it, first weights as the file of the network has them. */
const torchvision = (conv: Initial, linear: Initial): Style => ({ conv, linear, epsilon: 1e-5, momentum: 0.1 });
/** MLPerf Tiny's: batch normalisation as Keras has it. */
const keras = (initial: Initial): Style => ({ conv: initial, linear: initial, epsilon: 1e-3, momentum: 0.01 });

const PHOTO: MapSize = { channels: 3, height: 224, width: 224 };
const DIGIT: MapSize = { channels: 1, height: 28, width: 28 };

const designs = {
  ...of(PHOTO, torchvision(pytorch, pytorch), { alexnet }),
  ...of(PHOTO, torchvision(heNormalBackward, normal(0.01)), {
    vgg11: vgg(false, 1, 1, 2, 2, 2),
    vgg11_bn: vgg(true, 1, 1, 2, 2, 2),
    vgg13: vgg(false, 2, 2, 2, 2, 2),
    vgg16: vgg(false, 2, 2, 3, 3, 3),
    vgg19: vgg(false, 2, 2, 4, 4, 4),
  }),
  ...of(PHOTO, torchvision(heNormalBackward, pytorch), {
    resnet18: resnet(basicBlock, 2, 2, 2, 2),
    resnet34: resnet(basicBlock, 3, 4, 6, 3),
    resnet50: resnet(bottleneck(), 3, 4, 6, 3),
    resnet101: resnet(bottleneck(), 3, 4, 23, 3),
    resnet152: resnet(bottleneck(), 3, 8, 36, 3),
    resnext50_32x4d: resnet(bottleneck(32, 4), 3, 4, 6, 3),
  }),
  ...of(PHOTO, torchvision(heNormal, pytorchWeights), {
    densenet121: densenet(64, 32, 6, 12, 24, 16),
    densenet161: densenet(96, 48, 6, 12, 36, 24),
    densenet169: densenet(64, 32, 6, 12, 32, 32),
    densenet201: densenet(64, 32, 6, 12, 48, 32),
  }),
  // of those that no graph can be made of yet, first weights are of no account
  ...of(PHOTO, torchvision(heNormalBackward, normal(0.01)), {
    mobilenet_v2: mobilenetV2,
    mobilenet_v3_small: mobilenetV3Small,
    mobilenet_v3_large: mobilenetV3Large,
    efficientnet_b0: efficientnetB0,
    regnet_y_400mf: regnetY({ depth: 16, w0: 48, wa: 27.89, wm: 2.09, groupWidth: 8 }),
    shufflenet_v2_x0_5: shufflenetV2(48, 96, 192, 1024),
    shufflenet_v2_x1_0: shufflenetV2(116, 232, 464, 1024),
    shufflenet_v2_x1_5: shufflenetV2(176, 352, 704, 1024),
    shufflenet_v2_x2_0: shufflenetV2(244, 488, 976, 2048),
  }),
  ...of(PHOTO, torchvision(heEven, heEven), { squeezenet1_0: squeezenet10, squeezenet1_1: squeezenet11 }),
  ...of({ channels: 3, height: 32, width: 32 }, keras(heNormal), { resnet8 }),
  ...of({ channels: 1, height: 49, width: 10 }, keras(glorotEven), { ds_cnn: dsCnn }),
  ...of({ channels: 3, height: 96, width: 96 }, keras(heNormal), { mobilenet_v1_x0_25: mobilenetV1Quarter }),
  autoencoder: {
    ...{ architecture: autoencoder, input: { channels: 640, height: 1, width: 1 }, image: false },
    style: keras(glorotEven),
  },
  ...of(DIGIT, torchvision(heEven, heEven), { digits, lenet5, lenet_bn: lenetBn }),
} as const satisfies Readonly<Record<string, Design>>;

/** Name of a known network. */
export type NetworkName = keyof typeof designs;

/** Names of all known networks. */
export const NETWORK_NAMES = frozen(Object.keys(designs)) as readonly NetworkName[];

/** The map that a network takes when nothing else is asked. */
export const inputOf = (name: NetworkName): MapSize => designs[name].input;

/**
 * The image that a network takes: the one that is asked for, or its own. Undefined where its input is no image.
 * @throws {@link UserError} where an image is asked for then.
 */
export const imageOf = (name: NetworkName, asked?: ImageSize): ImageSize | undefined => {
  const { input, image } = designs[name];
  if (image) return asked ?? input;
  if (asked === undefined) return undefined;
  const message = `${name} takes ${input.channels} values, and no image`;
  throw new UserError([{ code: 'NO_IMAGE', path: 'size', message, fix: 'leave out size' }]);
};

/** A network, built over an input. */
const built = (
  { architecture, style }: Design,
  batch: number,
  input: MapSize,
): { readonly net: NetworkBuilder; readonly output: FeatureMap } => {
  const net = new NetworkBuilder(batch, input, style);
  return { net, output: architecture(net, net.image) };
};

/** The smallest image, no smaller than this one on any axis, that the network can take. */
const enough = (design: Design, size: ImageSize): ImageSize => {
  try {
    built(design, 1, { ...design.input, ...size });
    return size;
  } catch (error) {
    if (!(error instanceof MapTooSmall)) throw error;
    return enough(design, { ...size, [error.axis]: size[error.axis] + 1 });
  }
};

/** @param options of a network, whoever gave them. @param channels of the input, where they are not its own. */
const build = (name: NetworkName, options: unknown, channels = inputOf(name).channels) => {
  const { batch, image: asked } = checkedOptions(options);
  const image = imageOf(name, asked);
  try {
    return built(designs[name], batch, { ...inputOf(name), ...image, channels });
  } catch (error) {
    if (!(error instanceof MapTooSmall) || image === undefined) throw error;
    const { height, width } = enough(designs[name], image);
    const fix = `give ${name} an image of at least ${height}x${width}`;
    throw new UserError([{ code: 'IMAGE_TOO_SMALL', path: 'size', message: error.message, fix }]);
  }
};

/**
 * The known networks: the convolutions and linear layers of torchvision's models of these names, for 1000 classes; of the four
 * reference models of MLPerf Tiny, `resnet8`, `ds_cnn`, `mobilenet_v1_x0_25` and `autoencoder`; and of `digits`, `lenet5` and `lenet_bn`, for images of
 * 28 × 28. The autoencoder takes 640 values and no image.
 *
 * @example
 * networks.resnet50({ batch: 2, size: 224 }).layers.filter(({ layer }) => layer.Sh > 1);
 *
 * @throws {@link UserError} for an unknown option, a batch or size out of range, a size where the input is no image, or an image that a
 * layer's kernel does not fit.
 */
export const networks = Object.freeze(
  Object.fromEntries(
    NETWORK_NAMES.map((name) => [
      name,
      (options: NetworkOptions = {}): Network => frozen({ name, layers: build(name, options).net.layers }),
    ]),
  ),
) as Readonly<Record<NetworkName, (options?: NetworkOptions) => Network>>;

export interface GraphOptions extends NetworkOptions {
  /** Of the input; its own when left out. */
  readonly channels?: number;
  /** Of first weights. Absent: they are 0, for what does not look at them. */
  readonly seed?: number;
}

/**
 * A known network with first parameters, as a graph. Names of tensors and parameters are torchvision's, where it has some.
 * @throws {@link UserError} as {@link networks}, and for a network with operations that a graph cannot have: with all kinds of them.
 */
export const networkGraph = (name: NetworkName, { channels, seed, ...options }: GraphOptions = {}): Graph => {
  const { net, output } = build(name, options, channels);
  return net.graph(name, output, seed);
};

/** Whether a word is the name of a known network. */
export const isNetwork = (word: string): word is NetworkName => Object.hasOwn(designs, word);
