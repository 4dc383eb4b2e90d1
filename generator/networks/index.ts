import { UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import { alexnet } from './alexnet.js';
import { type Architecture, type FeatureMap, MapTooSmall, NetworkBuilder } from './builder.js';
import { densenet } from './densenet.js';
import { efficientnetB0 } from './efficientnet.js';
import { mobilenetV2, mobilenetV3Large, mobilenetV3Small } from './mobilenet.js';
import type { ImageSize, Network, NetworkLayer, NetworkOptions } from './network.js';
import { checkedOptions } from './options.js';
import { regnetY } from './regnet.js';
import { basicBlock, bottleneck, resnet } from './resnet.js';
import { shufflenetV2 } from './shufflenet.js';
import { squeezenet10, squeezenet11 } from './squeezenet.js';
import { autoencoder, dsCnn, mobilenetV1Quarter, resnet8 } from './tiny.js';
import { vgg } from './vgg.js';

/** A network, and the input that it was made for. */
interface Design {
  readonly architecture: Architecture;
  readonly input: FeatureMap;
  /** The input is an image, which may have another size. */
  readonly image: boolean;
}

/** Networks of one input image. */
const of = <Name extends string>(
  input: FeatureMap,
  architectures: Readonly<Record<Name, Architecture>>,
): Readonly<Record<Name, Design>> => {
  const entries = Object.entries<Architecture>(architectures);
  const designs = entries.map(([name, architecture]) => [name, { architecture, input, image: true }] as const);
  return Object.fromEntries(designs) as Record<Name, Design>;
};

const designs = {
  ...of(
    { channels: 3, height: 224, width: 224 },
    {
      alexnet,
      vgg11: vgg(1, 1, 2, 2, 2),
      vgg13: vgg(2, 2, 2, 2, 2),
      vgg16: vgg(2, 2, 3, 3, 3),
      vgg19: vgg(2, 2, 4, 4, 4),
      resnet18: resnet(basicBlock, 2, 2, 2, 2),
      resnet34: resnet(basicBlock, 3, 4, 6, 3),
      resnet50: resnet(bottleneck(), 3, 4, 6, 3),
      resnet101: resnet(bottleneck(), 3, 4, 23, 3),
      resnet152: resnet(bottleneck(), 3, 8, 36, 3),
      resnext50_32x4d: resnet(bottleneck(32, 4), 3, 4, 6, 3),
      densenet121: densenet(64, 32, 6, 12, 24, 16),
      densenet161: densenet(96, 48, 6, 12, 36, 24),
      densenet169: densenet(64, 32, 6, 12, 32, 32),
      densenet201: densenet(64, 32, 6, 12, 48, 32),
      mobilenet_v2: mobilenetV2,
      mobilenet_v3_small: mobilenetV3Small,
      mobilenet_v3_large: mobilenetV3Large,
      efficientnet_b0: efficientnetB0,
      regnet_y_400mf: regnetY({ depth: 16, w0: 48, wa: 27.89, wm: 2.09, groupWidth: 8 }),
      shufflenet_v2_x0_5: shufflenetV2(48, 96, 192, 1024),
      shufflenet_v2_x1_0: shufflenetV2(116, 232, 464, 1024),
      shufflenet_v2_x1_5: shufflenetV2(176, 352, 704, 1024),
      shufflenet_v2_x2_0: shufflenetV2(244, 488, 976, 2048),
      squeezenet1_0: squeezenet10,
      squeezenet1_1: squeezenet11,
    },
  ),
  ...of({ channels: 3, height: 32, width: 32 }, { resnet8 }),
  ...of({ channels: 1, height: 49, width: 10 }, { ds_cnn: dsCnn }),
  ...of({ channels: 3, height: 96, width: 96 }, { mobilenet_v1_x0_25: mobilenetV1Quarter }),
  autoencoder: { architecture: autoencoder, input: { channels: 640, height: 1, width: 1 }, image: false },
} as const satisfies Readonly<Record<string, Design>>;

export type NetworkName = keyof typeof designs;

export const NETWORK_NAMES = frozen(Object.keys(designs)) as readonly NetworkName[];

/** The map that a network takes when nothing else is asked. */
export const inputOf = (name: NetworkName): FeatureMap => designs[name].input;

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

const layersOf = ({ architecture, input }: Design, batch: number, image?: ImageSize): readonly NetworkLayer[] => {
  const net = new NetworkBuilder(batch);
  architecture(net, { ...input, ...image });
  return net.layers;
};

/** The smallest image, no smaller than this one on any axis, that the network can take. */
const enough = (design: Design, size: ImageSize): ImageSize => {
  try {
    layersOf(design, 1, size);
    return size;
  } catch (error) {
    if (!(error instanceof MapTooSmall)) throw error;
    return enough(design, { ...size, [error.axis]: size[error.axis] + 1 });
  }
};

const build =
  (name: NetworkName) =>
  (options: NetworkOptions = {}): Network => {
    const { batch, image: asked } = checkedOptions(options);
    const image = imageOf(name, asked);
    try {
      return frozen({ name, layers: layersOf(designs[name], batch, image) });
    } catch (error) {
      if (!(error instanceof MapTooSmall) || image === undefined) throw error;
      const { height, width } = enough(designs[name], image);
      const fix = `give ${name} an image of at least ${height}x${width}`;
      throw new UserError([{ code: 'IMAGE_TOO_SMALL', path: 'size', message: error.message, fix }]);
    }
  };

/**
 * The known networks: the convolutions and linear layers of torchvision's models of these names, for 1000 classes; and of the four
 * reference models of MLPerf Tiny, `resnet8`, `ds_cnn`, `mobilenet_v1_x0_25` and `autoencoder`. The last takes 640 values and no image.
 *
 * @example
 * networks.resnet50({ batch: 2, size: 224 }).layers.filter(({ layer }) => layer.Sh > 1);
 *
 * @throws {@link UserError} for an unknown option, a batch or size out of range, a size where the input is no image, or an image that a
 * layer's kernel does not fit.
 */
export const networks = Object.freeze(Object.fromEntries(NETWORK_NAMES.map((name) => [name, build(name)]))) as Readonly<
  Record<NetworkName, (options?: NetworkOptions) => Network>
>;
