import { depthwise, squeezeExcitation } from './blocks.js';
import { type Architecture, adaptivePool, CLASSES } from './builder.js';

/** Expansion, kernel, stride of the first block, output channels, blocks. */
const STAGES = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;

/** EfficientNet-B0 (Tan and Le, 2019). */
export const efficientnetB0: Architecture = (net, image) => {
  let x = net.conv('features.0.0', image, 32, { kernel: 3, stride: 2, padding: 1, batchNorm: true });
  STAGES.forEach(([expansion, kernel, firstStride, channels, blocks], stage) => {
    for (let i = 0; i < blocks; i++) {
      const name = `features.${stage + 1}.${i}.block`;
      let y = x;
      let part = 0;
      if (expansion > 1) y = net.conv(`${name}.${part++}.0`, y, expansion * x.channels, { batchNorm: true });
      y = depthwise(net, `${name}.${part++}.0`, y, kernel, i === 0 ? firstStride : 1);
      // a quarter of the block's channels, not of the expanded ones
      squeezeExcitation(net, `${name}.${part++}`, y, Math.floor(x.channels / 4));
      x = net.conv(`${name}.${part}.0`, y, channels, { batchNorm: true });
    }
  });
  x = net.conv(`features.${STAGES.length + 1}.0`, x, 1280, { batchNorm: true });
  net.linear('classifier.1', adaptivePool(x, 1), CLASSES);
};
