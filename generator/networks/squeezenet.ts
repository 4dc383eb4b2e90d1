import { type Architecture, CLASSES, type FeatureMap } from './builder.js';
import { normal } from './initial.js';

const POOL = 'pool';

/** Squeezed channels of a fire module and channels of each of its two expansions. */
type Fire = readonly [squeeze: number, expand: number];

/** SqueezeNet (Iandola et al., 2016): the first convolution, then what follows it. */
const squeezenet =
  (channels: number, kernel: number, ...parts: readonly (Fire | typeof POOL)[]): Architecture =>
  (net, image) => {
    const bias = true;
    let x: FeatureMap = net.relu('features.1', net.conv('features.0', image, channels, { kernel, stride: 2, bias }));
    parts.forEach((part, i) => {
      const name = `features.${i + 2}`;
      if (part === POOL) {
        x = net.maxPool(name, x, 3, 2, { ceil: true });
        return;
      }
      const [squeeze, expand] = part;
      const y = net.relu(`${name}.squeeze_activation`, net.conv(`${name}.squeeze`, x, squeeze, { bias }));
      const pixels = net.conv(`${name}.expand1x1`, y, expand, { bias });
      const windows = net.conv(`${name}.expand3x3`, y, expand, { kernel: 3, padding: 1, bias });
      x = net.concat(
        `${name}.concat`,
        net.relu(`${name}.expand1x1_activation`, pixels),
        net.relu(`${name}.expand3x3_activation`, windows),
      );
    });
    x = net.conv('classifier.1', net.dropout('classifier.0', x, 0.5), CLASSES, { bias, initial: normal(0.01) });
    return net.globalAverage('classifier.3', net.relu('classifier.2', x));
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
