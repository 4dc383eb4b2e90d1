import { type Architecture, adaptivePool, type ConvOptions, type FeatureMap, type NetworkBuilder } from './builder.js';

/**
 * A convolution of the reference models of MLPerf Tiny (Banbury et al., 2021), as their Keras code has it: a bias beside the batch
 * normalisation, and TensorFlow's padding `same`, which may be one wider at the end of an axis than in front.
 */
const conv = (
  net: NetworkBuilder,
  name: string,
  x: FeatureMap,
  channels: number,
  options: ConvOptions = {},
): FeatureMap => net.conv(name, x, channels, { padding: 'same', bias: true, batchNorm: true, ...options });

/** A depthwise 3×3 convolution, and a pointwise one. */
const separable = (net: NetworkBuilder, name: string, x: FeatureMap, channels: number, stride = 1): FeatureMap => {
  const y = conv(net, `${name}.depthwise`, x, x.channels, { kernel: 3, stride, groups: x.channels });
  return conv(net, `${name}.pointwise`, y, channels);
};

/** ResNet-8 for the images of CIFAR-10. */
export const resnet8: Architecture = (net, image) => {
  let x = conv(net, 'conv', image, 16, { kernel: 3 });
  [16, 32, 64].forEach((channels, stack) => {
    const name = `stack${stack + 1}`;
    const stride = stack === 0 ? 1 : 2;
    const y = conv(net, `${name}.conv1`, x, channels, { kernel: 3, stride });
    const z = conv(net, `${name}.conv2`, y, channels, { kernel: 3 });
    if (stack > 0) conv(net, `${name}.shortcut`, x, channels, { stride, batchNorm: false });
    x = z;
  });
  net.linear('dense', adaptivePool(x, 1), 10);
};

/** DS-CNN: keywords in a spectrogram, whose rows are times and whose columns are coefficients. */
export const dsCnn: Architecture = (net, image) => {
  let x = conv(net, 'conv', image, 64, { kernel: [10, 4], stride: 2 });
  for (let i = 1; i <= 4; i++) x = separable(net, `block${i}`, x, 64);
  net.linear('dense', adaptivePool(x, 1), 12);
};

/** Output channels of a block at width 1, and its stride. */
const MOBILENET_V1 = [
  ...([[64], [128, 2], [128], [256, 2], [256], [512, 2]] as const),
  ...([[512], [512], [512], [512], [512], [1024, 2], [1024]] as const),
] as const;

/** MobileNet v1 (Howard et al., 2017) of a quarter of the width, for the visual wake words: a person or none. */
export const mobilenetV1Quarter: Architecture = (net, image) => {
  let x = conv(net, 'conv', image, 32 / 4, { kernel: 3, stride: 2 });
  MOBILENET_V1.forEach(([channels, stride], i) => {
    x = separable(net, `block${i + 1}`, x, channels / 4, stride);
  });
  net.linear('dense', adaptivePool(x, 1), 2);
};

/** The autoencoder of anomaly detection, all linear: 640 values of five spectra through a neck of 8. */
export const autoencoder: Architecture = (net, input) => {
  let x = input;
  [128, 128, 128, 128, 8, 128, 128, 128, 128].forEach((channels, i) => {
    x = net.linear(`dense${i + 1}`, x, channels, channels);
  });
  net.linear('dense10', x, input.channels);
};
