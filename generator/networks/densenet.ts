import { type Architecture, CLASSES } from './builder.js';

/** Channels of a dense layer's 1×1 convolution, in growths. */
const BOTTLENECK = 4;

/** DenseNet (Huang et al., 2016): first channels, channels that each layer adds, layers in each of its four blocks. */
export const densenet =
  (first: number, growth: number, ...blocks: readonly [number, number, number, number]): Architecture =>
  (net, image) => {
    let x = net.conv('features.conv0', image, first, { kernel: 7, stride: 2, padding: 3 });
    x = net.relu('features.relu0', net.norm('features.norm0', x));
    x = net.maxPool('features.pool0', x, 3, 2, { padding: 1 });
    blocks.forEach((count, block) => {
      for (let i = 1; i <= count; i++) {
        const name = `features.denseblock${block + 1}.denselayer${i}`;
        // each convolution has its normalisation before it
        let y = net.relu(`${name}.relu1`, net.norm(`${name}.norm1`, x));
        y = net.conv(`${name}.conv1`, y, BOTTLENECK * growth);
        y = net.relu(`${name}.relu2`, net.norm(`${name}.norm2`, y));
        x = net.concat(`${name}.concat`, x, net.conv(`${name}.conv2`, y, growth, { kernel: 3, padding: 1 }));
      }
      if (block < blocks.length - 1) {
        const name = `features.transition${block + 1}`;
        const y = net.relu(`${name}.relu`, net.norm(`${name}.norm`, x));
        x = net.averagePool(`${name}.pool`, net.conv(`${name}.conv`, y, Math.floor(x.channels / 2)), 2, 2);
      }
    });
    x = net.relu('relu', net.norm('features.norm5', x));
    return net.linear('classifier', net.globalAverage('avgpool', x), CLASSES);
  };
