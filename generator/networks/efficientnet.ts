import { convNorm, silu, squeezeExcitation } from './blocks.js';
import { type Architecture, CLASSES } from './builder.js';

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
  let x = convNorm(net, 'features.0', image, 32, { kernel: 3, stride: 2 }, silu);
  STAGES.forEach(([expansion, kernel, firstStride, channels, blocks], stage) => {
    for (let i = 0; i < blocks; i++) {
      const name = `features.${stage + 1}.${i}.block`;
      const stride = i === 0 ? firstStride : 1;
      let y = x;
      let part = 0;
      if (expansion > 1) y = convNorm(net, `${name}.${part++}`, y, expansion * x.channels, {}, silu);
      y = convNorm(net, `${name}.${part++}`, y, y.channels, { kernel, stride, groups: y.channels }, silu);
      // a quarter of the block's channels, not of the expanded ones
      y = squeezeExcitation(net, `${name}.${part++}`, y, Math.floor(x.channels / 4), silu);
      y = convNorm(net, `${name}.${part}`, y, channels);
      x = stride === 1 && channels === x.channels ? net.addition(`features.${stage + 1}.${i}.add`, x, y) : y;
    }
  });
  x = convNorm(net, `features.${STAGES.length + 1}`, x, 1280, {}, silu);
  return net.linear('classifier.1', net.dropout('classifier.0', net.globalAverage('avgpool', x), 0.2), CLASSES);
};
