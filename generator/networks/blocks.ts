import type { ConvOptions, FeatureMap, NetworkBuilder } from './builder.js';

/** The multiple of a divisor that is nearest to a number of channels, but not less than nine tenths of it. */
export const roundChannels = (channels: number, divisor = 8): number => {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
};

/** What follows a batch normalisation: ReLU, ReLU6, or what a graph does not have. */
export type Activate = (net: NetworkBuilder, name: string, x: FeatureMap) => FeatureMap;

export const relu: Activate = (net, name, x) => net.relu(name, x);
export const relu6: Activate = (net, name, x) => net.relu6(name, x);
export const silu: Activate = (net, name, x) => net.without('a SiLU', name, x);
export const hardSwish: Activate = (net, name, x) => net.without('a hard swish', name, x);

/** torchvision's Conv2dNormActivation: convolution `.0`, batch normalisation `.1` and activation `.2`, padded so that stride 1 keeps the size of the map. */
export const convNorm = (
  net: NetworkBuilder,
  name: string,
  x: FeatureMap,
  channels: number,
  { kernel = 1, ...options }: ConvOptions & { readonly kernel?: number } = {},
  activate?: Activate,
): FeatureMap => {
  const y = net.conv(`${name}.0`, x, channels, { kernel, padding: (kernel - 1) / 2, ...options });
  const normalized = net.norm(`${name}.1`, y);
  return activate ? activate(net, `${name}.2`, normalized) : normalized;
};

/** Two 1×1 convolutions over the pooled map, which give the factors of its channels (Hu et al., 2017). */
export const squeezeExcitation = (
  net: NetworkBuilder,
  name: string,
  x: FeatureMap,
  squeezed: number,
  activate: Activate,
): FeatureMap => {
  const pooled = net.globalAverage(`${name}.avgpool`, x);
  const y = activate(net, `${name}.activation`, net.conv(`${name}.fc1`, pooled, squeezed, { bias: true }));
  net.conv(`${name}.fc2`, y, x.channels, { bias: true });
  return net.without('a product of a map with a factor for each of its channels (squeeze and excitation)', name, x);
};
