import { convNorm, hardSwish, relu, relu6, roundChannels, squeezeExcitation } from './blocks.js';
import { type Architecture, CLASSES } from './builder.js';

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
  let x = convNorm(net, 'features.0', image, 32, { kernel: 3, stride: 2 }, relu6);
  let index = 1;
  for (const [expansion, channels, blocks, firstStride] of V2_STAGES) {
    for (let i = 0; i < blocks; i++, index++) {
      const name = `features.${index}.conv`;
      const stride = i === 0 ? firstStride : 1;
      let y = x;
      let part = 0;
      if (expansion > 1) y = convNorm(net, `${name}.${part++}`, y, expansion * x.channels, {}, relu6);
      y = convNorm(net, `${name}.${part++}`, y, y.channels, { kernel: 3, stride, groups: y.channels }, relu6);
      y = net.norm(`${name}.${part + 1}`, net.conv(`${name}.${part}`, y, channels));
      x = stride === 1 && channels === x.channels ? net.addition(`features.${index}.add`, x, y) : y;
    }
  }
  x = convNorm(net, `features.${index}`, x, 1280, {}, relu6);
  return net.linear('classifier.1', net.dropout('classifier.0', net.globalAverage('avgpool', x), 0.2), CLASSES);
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

/** The first so many blocks have ReLU, the others a hard swish. */
const mobilenetV3 =
  (blocks: readonly V3Block[], withRelu: number, lastChannels: number): Architecture =>
  (net, image) => {
    let x = convNorm(net, 'features.0', image, 16, { kernel: 3, stride: 2 }, hardSwish);
    blocks.forEach(([kernel, expanded, channels, squeeze, stride], i) => {
      const name = `features.${i + 1}.block`;
      const activate = i < withRelu ? relu : hardSwish;
      let y = x;
      let part = 0;
      if (expanded !== x.channels) y = convNorm(net, `${name}.${part++}`, y, expanded, {}, activate);
      y = convNorm(net, `${name}.${part++}`, y, expanded, { kernel, stride, groups: expanded }, activate);
      if (squeeze) y = squeezeExcitation(net, `${name}.${part++}`, y, roundChannels(expanded / 4), relu);
      y = convNorm(net, `${name}.${part}`, y, channels);
      x = stride === 1 && channels === x.channels ? net.addition(`features.${i + 1}.add`, x, y) : y;
    });
    x = convNorm(net, `features.${blocks.length + 1}`, x, 6 * x.channels, {}, hardSwish);
    x = net.linear('classifier.0', net.globalAverage('avgpool', x), lastChannels);
    x = net.dropout('classifier.2', hardSwish(net, 'classifier.1', x), 0.2);
    return net.linear('classifier.3', x, CLASSES);
  };

/** MobileNetV3 (Howard et al., 2019), width 1. */
export const mobilenetV3Large = mobilenetV3(V3_LARGE, 6, 1280);
export const mobilenetV3Small = mobilenetV3(V3_SMALL, 3, 1024);
