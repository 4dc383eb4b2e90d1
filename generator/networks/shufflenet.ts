import { type Architecture, adaptivePool, CLASSES, concat } from './builder.js';

const BLOCKS = [4, 8, 4] as const;

/** ShuffleNetV2 (Ma et al., 2018): channels of its three stages and of the last convolution. */
export const shufflenetV2 =
  (...[stage2, stage3, stage4, last]: readonly [number, number, number, number]): Architecture =>
  (net, image) => {
    let x = net.conv('conv1.0', image, 24, { kernel: 3, stride: 2, padding: 1, batchNorm: true });
    x = net.pool('maxpool', x, 3, 2, { padding: 1 });
    [stage2, stage3, stage4].forEach((channels, stage) => {
      const half = channels / 2;
      for (let i = 0; i < BLOCKS[stage]; i++) {
        const name = `stage${stage + 2}.${i}`;
        const stride = i === 0 ? 2 : 1;
        const depthwise = { kernel: 3, stride, padding: 1, batchNorm: true };
        // the first block has both branches over all channels; in the others half of them pass as they are
        let left = { ...x, channels: half };
        let right = left;
        if (i === 0) {
          left = net.conv(`${name}.branch1.0`, x, x.channels, { ...depthwise, groups: x.channels });
          left = net.conv(`${name}.branch1.2`, left, half, { batchNorm: true });
          right = x;
        }
        right = net.conv(`${name}.branch2.0`, right, half, { batchNorm: true });
        right = net.conv(`${name}.branch2.3`, right, half, { ...depthwise, groups: half });
        right = net.conv(`${name}.branch2.5`, right, half, { batchNorm: true });
        x = concat(left, right);
      }
    });
    x = net.conv('conv5.0', x, last, { batchNorm: true });
    net.linear('fc', adaptivePool(x, 1), CLASSES);
  };
