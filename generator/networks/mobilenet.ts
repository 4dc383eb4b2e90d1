import { depthwise, roundChannels, squeezeExcitation } from './blocks.js';
import { type Architecture, adaptivePool, CLASSES } from './builder.js';

/** Expansion, output channels, blocks, stride of the first block. */
const V2_STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 (Sandler et al., 2018), width 1. */
export const mobilenetV2: Architecture = (net, image) => {
  let x = net.conv('features.0.0', image, 32, { kernel: 3, stride: 2, padding: 1, batchNorm: true });
  let index = 1;
  for (const [expansion, channels, blocks, firstStride] of V2_STAGES) {
    for (let i = 0; i < blocks; i++, index++) {
      const name = `features.${index}.conv`;
      const stride = i === 0 ? firstStride : 1;
      let y = x;
      let part = 0;
      if (expansion > 1) y = net.conv(`${name}.${part++}.0`, y, expansion * x.channels, { batchNorm: true });
      y = depthwise(net, `${name}.${part++}.0`, y, 3, stride);
      x = net.conv(`${name}.${part}`, y, channels, { batchNorm: true });
    }
  }
  x = net.conv(`features.${index}.0`, x, 1280, { batchNorm: true });
  net.linear('classifier.1', adaptivePool(x, 1), CLASSES);
};

/** Kernel, expanded channels, output channels, with squeeze and excitation, stride. */
type V3Block = readonly [kernel: number, expanded: number, channels: number, squeeze: boolean, stride: number];

const V3_LARGE: readonly V3Block[] = [
  [3, 16, 16, false, 1],
  [3, 64, 24, false, 2],
  [3, 72, 24, false, 1],
  [5, 72, 40, true, 2],
  [5, 120, 40, true, 1],
  [5, 120, 40, true, 1],
  [3, 240, 80, false, 2],
  [3, 200, 80, false, 1],
  [3, 184, 80, false, 1],
  [3, 184, 80, false, 1],
  [3, 480, 112, true, 1],
  [3, 672, 112, true, 1],
  [5, 672, 160, true, 2],
  [5, 960, 160, true, 1],
  [5, 960, 160, true, 1],
];

const V3_SMALL: readonly V3Block[] = [
  [3, 16, 16, true, 2],
  [3, 72, 24, false, 2],
  [3, 88, 24, false, 1],
  [5, 96, 40, true, 2],
  [5, 240, 40, true, 1],
  [5, 240, 40, true, 1],
  [5, 120, 48, true, 1],
  [5, 144, 48, true, 1],
  [5, 288, 96, true, 2],
  [5, 576, 96, true, 1],
  [5, 576, 96, true, 1],
];

const mobilenetV3 =
  (blocks: readonly V3Block[], lastChannels: number): Architecture =>
  (net, image) => {
    let x = net.conv('features.0.0', image, 16, { kernel: 3, stride: 2, padding: 1, batchNorm: true });
    blocks.forEach(([kernel, expanded, channels, squeeze, stride], i) => {
      const name = `features.${i + 1}.block`;
      let y = x;
      let part = 0;
      if (expanded !== x.channels) y = net.conv(`${name}.${part++}.0`, y, expanded, { batchNorm: true });
      y = depthwise(net, `${name}.${part++}.0`, y, kernel, stride);
      if (squeeze) squeezeExcitation(net, `${name}.${part++}`, y, roundChannels(expanded / 4));
      x = net.conv(`${name}.${part}.0`, y, channels, { batchNorm: true });
    });
    x = net.conv(`features.${blocks.length + 1}.0`, x, 6 * x.channels, { batchNorm: true });
    x = net.linear('classifier.0', adaptivePool(x, 1), lastChannels);
    net.linear('classifier.3', x, CLASSES);
  };

/** MobileNetV3 (Howard et al., 2019), width 1. */
export const mobilenetV3Large = mobilenetV3(V3_LARGE, 1280);
export const mobilenetV3Small = mobilenetV3(V3_SMALL, 1024);
