import { type Architecture, adaptivePool, CLASSES, concat } from './builder.js';

/** Channels of a dense layer's 1×1 convolution, in growths. */
const BOTTLENECK = 4;

/** DenseNet (Huang et al., 2016): first channels, channels that each layer adds, layers in each of its four blocks. */
export const densenet =
  (first: number, growth: number, ...blocks: readonly [number, number, number, number]): Architecture =>
  (net, image) => {
    let x = net.conv('features.conv0', image, first, { kernel: 7, stride: 2, padding: 3, batchNorm: true });
    x = net.pool('features.pool0', x, 3, 2, { padding: 1 });
    blocks.forEach((count, block) => {
      for (let i = 1; i <= count; i++) {
        const name = `features.denseblock${block + 1}.denselayer${i}`;
        // each convolution has its normalisation before it
        const y = net.conv(`${name}.conv1`, x, BOTTLENECK * growth, { batchNorm: x.channels });
        x = concat(x, net.conv(`${name}.conv2`, y, growth, { kernel: 3, padding: 1, batchNorm: y.channels }));
      }
      if (block < blocks.length - 1) {
        const name = `features.transition${block + 1}`;
        const y = net.conv(`${name}.conv`, x, Math.floor(x.channels / 2), { batchNorm: x.channels });
        x = net.pool(`${name}.pool`, y, 2, 2);
      }
    });
    net.linear('classifier', adaptivePool(x, 1), CLASSES, x.channels);
  };
