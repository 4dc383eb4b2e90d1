import { type Architecture, CLASSES, type FeatureMap, type NetworkBuilder } from './builder.js';

/** The convolutions of a residual block, without the one beside them. */
type ResidualBlock = (net: NetworkBuilder, name: string, x: FeatureMap, channels: number, stride: number) => FeatureMap;

/** Two 3×3 convolutions. */
export const basicBlock: ResidualBlock = (net, name, x, channels, stride) => {
  let y = net.conv(`${name}.conv1`, x, channels, { kernel: 3, stride, padding: 1 });
  y = net.relu(`${name}.relu1`, net.norm(`${name}.bn1`, y));
  y = net.conv(`${name}.conv2`, y, channels, { kernel: 3, padding: 1 });
  return net.norm(`${name}.bn2`, y);
};

/**
 * 1×1, 3×3, 1×1; the 3×3 convolution has the stride. With groups it is that of ResNeXt (Xie et al., 2016).
 * @param groupWidth channels of a group in the first stage; so many times more in a later one as its channels are.
 */
export const bottleneck =
  (groups = 1, groupWidth = 64): ResidualBlock =>
  (net, name, x, channels, stride) => {
    const width = (channels / 64) * groupWidth * groups;
    let y = net.conv(`${name}.conv1`, x, width);
    y = net.relu(`${name}.relu1`, net.norm(`${name}.bn1`, y));
    y = net.conv(`${name}.conv2`, y, width, { kernel: 3, stride, padding: 1, groups });
    y = net.relu(`${name}.relu2`, net.norm(`${name}.bn2`, y));
    return net.norm(`${name}.bn3`, net.conv(`${name}.conv3`, y, 4 * channels));
  };

/** ResNet (He et al., 2015) with so many blocks in each of its four stages. */
export const resnet =
  (block: ResidualBlock, ...blocks: readonly [number, number, number, number]): Architecture =>
  (net, image) => {
    let x = net.conv('conv1', image, 64, { kernel: 7, stride: 2, padding: 3 });
    x = net.maxPool('maxpool', net.relu('relu', net.norm('bn1', x)), 3, 2, { padding: 1 });
    blocks.forEach((count, stage) => {
      const channels = 64 << stage;
      for (let i = 0; i < count; i++) {
        const name = `layer${stage + 1}.${i}`;
        const stride = stage > 0 && i === 0 ? 2 : 1;
        const y = block(net, name, x, channels, stride);
        if (stride > 1 || y.channels !== x.channels) {
          x = net.norm(`${name}.downsample.1`, net.conv(`${name}.downsample.0`, x, y.channels, { stride }));
        }
        x = net.relu(`${name}.relu`, net.addition(`${name}.add`, y, x));
      }
    });
    return net.linear('fc', net.globalAverage('avgpool', x), CLASSES);
  };
