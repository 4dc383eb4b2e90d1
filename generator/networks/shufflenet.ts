import { convNorm, relu } from './blocks.js';
import { type Architecture, CLASSES } from './builder.js';

const BLOCKS = [4, 8, 4] as const;

/** ShuffleNetV2 (Ma et al., 2018): channels of its three stages and of the last convolution. */
export const shufflenetV2 =
  (...[stage2, stage3, stage4, last]: readonly [number, number, number, number]): Architecture =>
  (net, image) => {
    let x = convNorm(net, 'conv1', image, 24, { kernel: 3, stride: 2 }, relu);
    x = net.maxPool('maxpool', x, 3, 2, { padding: 1 });
    [stage2, stage3, stage4].forEach((channels, stage) => {
      const half = channels / 2;
      for (let i = 0; i < BLOCKS[stage]; i++) {
        const name = `stage${stage + 2}.${i}`;
        const depthwise = { kernel: 3, stride: i === 0 ? 2 : 1, padding: 1 };
        // the first block has both branches over all channels; in the others half of them pass as they are
        let left = x;
        let right = x;
        if (i === 0) {
          left = net.conv(`${name}.branch1.0`, x, x.channels, { ...depthwise, groups: x.channels });
          left = net.norm(`${name}.branch1.1`, left);
          left = net.norm(`${name}.branch1.3`, net.conv(`${name}.branch1.2`, left, half));
          left = net.relu(`${name}.branch1.4`, left);
        } else {
          left = net.slice(`${name}.left`, x, 0, half);
          right = net.slice(`${name}.right`, x, half, half);
        }
        right = net.norm(`${name}.branch2.1`, net.conv(`${name}.branch2.0`, right, half));
        right = net.relu(`${name}.branch2.2`, right);
        right = net.conv(`${name}.branch2.3`, right, half, { ...depthwise, groups: half });
        right = net.norm(`${name}.branch2.4`, right);
        right = net.norm(`${name}.branch2.6`, net.conv(`${name}.branch2.5`, right, half));
        x = net.concat(`${name}.concat`, left, net.relu(`${name}.branch2.7`, right));
        x = net.without('a channel shuffle', `${name}.shuffle`, x);
      }
    });
    x = convNorm(net, 'conv5', x, last, {}, relu);
    return net.linear('fc', net.globalAverage('mean', x), CLASSES);
  };
