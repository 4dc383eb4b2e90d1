import { type Architecture, adaptivePool, CLASSES, type FeatureMap, type NetworkBuilder } from './builder.js';

/** Residual block: two 3×3 convolutions. */
export const basicBlock = {
  expansion: 1,
  body: (net: NetworkBuilder, name: string, x: FeatureMap, channels: number, stride: number): FeatureMap => {
    const y = net.conv(`${name}.conv1`, x, channels, { kernel: 3, stride, padding: 1, batchNorm: true });
    return net.conv(`${name}.conv2`, y, channels, { kernel: 3, padding: 1, batchNorm: true });
  },
} as const;

/** Residual block: 1×1, 3×3, 1×1; the 3×3 convolution has the stride. */
export const bottleneck = {
  expansion: 4,
  body: (net: NetworkBuilder, name: string, x: FeatureMap, channels: number, stride: number): FeatureMap => {
    const y = net.conv(`${name}.conv1`, x, channels, { batchNorm: true });
    const z = net.conv(`${name}.conv2`, y, channels, { kernel: 3, stride, padding: 1, batchNorm: true });
    return net.conv(`${name}.conv3`, z, 4 * channels, { batchNorm: true });
  },
} as const;

/** ResNet (He et al., 2015) with so many blocks in each of its four stages. */
export const resnet =
  (block: typeof basicBlock | typeof bottleneck, ...blocks: readonly [number, number, number, number]): Architecture =>
  (net, image) => {
    let x = net.conv('conv1', image, 64, { kernel: 7, stride: 2, padding: 3, batchNorm: true });
    x = net.pool('maxpool', x, 3, 2, { padding: 1 });
    blocks.forEach((count, stage) => {
      const channels = 64 << stage;
      for (let i = 0; i < count; i++) {
        const name = `layer${stage + 1}.${i}`;
        const stride = stage > 0 && i === 0 ? 2 : 1;
        const y = block.body(net, name, x, channels, stride);
        if (stride > 1 || y.channels !== x.channels) {
          net.conv(`${name}.downsample.0`, x, y.channels, { stride, batchNorm: true });
        }
        x = y;
      }
    });
    net.linear('fc', adaptivePool(x, 1), CLASSES);
  };
