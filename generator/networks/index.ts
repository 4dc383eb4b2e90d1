import { UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import { alexnet } from './alexnet.js';
import { type Architecture, MapTooSmall, NetworkBuilder } from './builder.js';
import { densenet } from './densenet.js';
import { mobilenetV2, mobilenetV3Large, mobilenetV3Small } from './mobilenet.js';
import type { ImageSize, Network, NetworkLayer, NetworkOptions } from './network.js';
import { checkedOptions } from './options.js';
import { basicBlock, bottleneck, resnet } from './resnet.js';
import { shufflenetV2 } from './shufflenet.js';
import { squeezenet10, squeezenet11 } from './squeezenet.js';
import { vgg } from './vgg.js';

const architectures = {
  alexnet,
  vgg11: vgg(1, 1, 2, 2, 2),
  vgg13: vgg(2, 2, 2, 2, 2),
  vgg16: vgg(2, 2, 3, 3, 3),
  vgg19: vgg(2, 2, 4, 4, 4),
  resnet18: resnet(basicBlock, 2, 2, 2, 2),
  resnet34: resnet(basicBlock, 3, 4, 6, 3),
  resnet50: resnet(bottleneck, 3, 4, 6, 3),
  resnet101: resnet(bottleneck, 3, 4, 23, 3),
  resnet152: resnet(bottleneck, 3, 8, 36, 3),
  densenet121: densenet(64, 32, 6, 12, 24, 16),
  densenet161: densenet(96, 48, 6, 12, 36, 24),
  densenet169: densenet(64, 32, 6, 12, 32, 32),
  densenet201: densenet(64, 32, 6, 12, 48, 32),
  mobilenet_v2: mobilenetV2,
  mobilenet_v3_small: mobilenetV3Small,
  mobilenet_v3_large: mobilenetV3Large,
  shufflenet_v2_x0_5: shufflenetV2(48, 96, 192, 1024),
  shufflenet_v2_x1_0: shufflenetV2(116, 232, 464, 1024),
  shufflenet_v2_x1_5: shufflenetV2(176, 352, 704, 1024),
  shufflenet_v2_x2_0: shufflenetV2(244, 488, 976, 2048),
  squeezenet1_0: squeezenet10,
  squeezenet1_1: squeezenet11,
} as const satisfies Readonly<Record<string, Architecture>>;

export type NetworkName = keyof typeof architectures;

export const NETWORK_NAMES = frozen(Object.keys(architectures)) as readonly NetworkName[];

const layersOf = (architecture: Architecture, batch: number, { height, width }: ImageSize): readonly NetworkLayer[] => {
  const net = new NetworkBuilder(batch);
  architecture(net, { channels: 3, height, width });
  return net.layers;
};

/** The smallest image, no smaller than this one on any axis, that the network can take. */
const enough = (architecture: Architecture, size: ImageSize): ImageSize => {
  try {
    layersOf(architecture, 1, size);
    return size;
  } catch (error) {
    if (!(error instanceof MapTooSmall)) throw error;
    return enough(architecture, { ...size, [error.axis]: size[error.axis] + 1 });
  }
};

const build =
  (name: NetworkName) =>
  (options: NetworkOptions = {}): Network => {
    const { batch, image } = checkedOptions(options);
    try {
      return frozen({ name, layers: layersOf(architectures[name], batch, image) });
    } catch (error) {
      if (!(error instanceof MapTooSmall)) throw error;
      const { height, width } = enough(architectures[name], image);
      const fix = `give ${name} an image of at least ${height}x${width}`;
      throw new UserError([{ code: 'IMAGE_TOO_SMALL', path: 'size', message: error.message, fix }]);
    }
  };

/**
 * The known networks: the convolutions and linear layers of torchvision's models of these names, for 1000 classes.
 *
 * @example
 * networks.resnet50({ batch: 2, size: 224 }).layers.filter(({ layer }) => layer.Sh > 1);
 *
 * @throws {@link UserError} for an unknown option, a batch or size out of range, or an image that a layer's kernel does not fit.
 */
export const networks = Object.freeze(Object.fromEntries(NETWORK_NAMES.map((name) => [name, build(name)]))) as Readonly<
  Record<NetworkName, (options?: NetworkOptions) => Network>
>;
