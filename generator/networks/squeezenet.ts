import { type Architecture, CLASSES, concat, type FeatureMap } from './builder.js';

const POOL = 'pool';

/** Squeezed channels of a fire module and channels of each of its two expansions. */
type Fire = readonly [squeeze: number, expand: number];

/** SqueezeNet (Iandola et al., 2016): the first convolution, then what follows it. */
const squeezenet =
  (channels: number, kernel: number, ...parts: readonly (Fire | typeof POOL)[]): Architecture =>
  (net, image) => {
    const bias = true;
    let x: FeatureMap = net.conv('features.0', image, channels, { kernel, stride: 2, bias });
    parts.forEach((part, i) => {
      const name = `features.${i + 2}`;
      if (part === POOL) {
        x = net.pool(name, x, 3, 2, { ceil: true });
        return;
      }
      const [squeeze, expand] = part;
      const y = net.conv(`${name}.squeeze`, x, squeeze, { bias });
      x = concat(
        net.conv(`${name}.expand1x1`, y, expand, { bias }),
        net.conv(`${name}.expand3x3`, y, expand, { kernel: 3, padding: 1, bias }),
      );
    });
    net.conv('classifier.1', x, CLASSES, { bias });
  };

export const squeezenet10 = squeezenet(
  ...([96, 7, POOL, [16, 64], [16, 64], [32, 128], POOL] as const),
  ...([[32, 128], [48, 192], [48, 192], [64, 256], POOL, [64, 256]] as const),
);

export const squeezenet11 = squeezenet(
  ...([64, 3, POOL, [16, 64], [16, 64], POOL, [32, 128], [32, 128], POOL] as const),
  ...([
    [48, 192],
    [48, 192],
    [64, 256],
    [64, 256],
  ] as const),
);
