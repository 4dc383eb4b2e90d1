import { adaptivePool, type FeatureMap, type NetworkBuilder } from './builder.js';

/** The multiple of a divisor that is nearest to a number of channels, but not less than nine tenths of it. */
export const roundChannels = (channels: number, divisor = 8): number => {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
};

/** A convolution of each channel by itself, padded so that stride 1 keeps the size of the map. */
export const depthwise = (
  net: NetworkBuilder,
  name: string,
  x: FeatureMap,
  kernel: number,
  stride: number,
): FeatureMap =>
  net.conv(name, x, x.channels, { kernel, stride, padding: (kernel - 1) / 2, groups: x.channels, batchNorm: true });

/** Two 1×1 convolutions over the pooled map, which give the factors of its channels (Hu et al., 2017). */
export const squeezeExcitation = (net: NetworkBuilder, name: string, x: FeatureMap, squeezed: number): void => {
  const y = net.conv(`${name}.fc1`, adaptivePool(x, 1), squeezed, { bias: true });
  net.conv(`${name}.fc2`, y, x.channels, { bias: true });
};
