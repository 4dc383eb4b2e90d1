import type { Architecture, ConvOptions, FeatureMap, NetworkBuilder } from './builder.js';

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
): FeatureMap => net.conv(name, x, channels, { padding: 'same', bias: true, ...options });

/** With batch normalisation and ReLU. */
const convRelu = (
  net: NetworkBuilder,
  name: string,
  x: FeatureMap,
  channels: number,
  options: ConvOptions = {},
): FeatureMap => net.relu(`${name}.relu`, net.norm(`${name}.norm`, conv(net, name, x, channels, options)));

/** A depthwise 3×3 convolution, and a pointwise one. */
const separable = (net: NetworkBuilder, name: string, x: FeatureMap, channels: number, stride = 1): FeatureMap => {
  const y = convRelu(net, `${name}.depthwise`, x, x.channels, { kernel: 3, stride, groups: x.channels });
  return convRelu(net, `${name}.pointwise`, y, channels);
};

/** ResNet-8 for the images of CIFAR-10. */
export const resnet8: Architecture = (net, image) => {
  let x = convRelu(net, 'conv', image, 16, { kernel: 3 });
  [16, 32, 64].forEach((channels, stack) => {
    const name = `stack${stack + 1}`;
    const stride = stack === 0 ? 1 : 2;
    const y = convRelu(net, `${name}.conv1`, x, channels, { kernel: 3, stride });
    const z = net.norm(`${name}.conv2.norm`, conv(net, `${name}.conv2`, y, channels, { kernel: 3 }));
    if (stack > 0) x = conv(net, `${name}.shortcut`, x, channels, { stride });
    x = net.relu(`${name}.relu`, net.addition(`${name}.add`, x, z));
  });
  return net.linear('dense', net.globalAverage('pool', x), 10);
};

/** DS-CNN: keywords in a spectrogram, whose rows are times and whose columns are coefficients. */
export const dsCnn: Architecture = (net, image) => {
  let x = convRelu(net, 'conv', image, 64, { kernel: [10, 4], stride: 2 });
  x = net.dropout('dropout1', x, 0.2);
  for (let i = 1; i <= 4; i++) x = separable(net, `block${i}`, x, 64);
  x = net.dropout('dropout2', x, 0.4);
  // half of the input, rounded down: of the 25 rows of the usual 49 the last takes no part
  x = net.averagePool('pool', x, Math.max(1, image.height >> 1), Math.max(1, image.width >> 1));
  return net.linear('dense', x, 12);
};

/** Output channels of a block at width 1, and its stride. */
const MOBILENET_V1 = [
  ...([[64], [128, 2], [128], [256, 2], [256], [512, 2]] as const),
  ...([[512], [512], [512], [512], [512], [1024, 2], [1024]] as const),
] as const;

/** MobileNet v1 (Howard et al., 2017) of a quarter of the width, for the visual wake words: a person or none. */
export const mobilenetV1Quarter: Architecture = (net, image) => {
  let x = convRelu(net, 'conv', image, 32 / 4, { kernel: 3, stride: 2 });
  MOBILENET_V1.forEach(([channels, stride], i) => {
    x = separable(net, `block${i + 1}`, x, channels / 4, stride);
  });
  return net.linear('dense', net.globalAverage('pool', x), 2);
};

/** The autoencoder of anomaly detection, all linear: 640 values of five spectra through a neck of 8. */
export const autoencoder: Architecture = (net, input) => {
  let x = input;
  [128, 128, 128, 128, 8, 128, 128, 128, 128].forEach((channels, i) => {
    const name = `dense${i + 1}`;
    x = net.relu(`${name}.relu`, net.norm(`${name}.norm`, net.linear(name, x, channels)));
  });
  return net.linear('dense10', x, input.channels);
};

/** A network for digits by two convolutions with strides and a linear layer. */
export const digits: Architecture = (net, image) => {
  let x = net.relu('relu1', net.conv('conv1', image, 16, { kernel: 5, stride: 2, padding: 2, bias: true }));
  x = net.relu('relu2', net.conv('conv2', x, 32, { kernel: 3, stride: 2, padding: 1, bias: true }));
  return net.linear('fc', net.flatten('flat', x), 10);
};

/** LeNet-5 (LeCun et al., 1998) for images of 28 × 28 as 32 × 32, with average pooling and ReLU. */
export const lenet5: Architecture = (net, image) => {
  let x = net.relu('relu1', net.conv('conv1', image, 6, { kernel: 5, padding: 2, bias: true }));
  x = net.averagePool('pool1', x, 2, 2);
  x = net.relu('relu2', net.conv('conv2', x, 16, { kernel: 5, bias: true }));
  x = net.averagePool('pool2', x, 2, 2);
  x = net.relu('relu3', net.linear('fc1', net.flatten('flat', x), 120));
  return net.linear('fc3', net.relu('relu4', net.linear('fc2', x, 84)), 10);
};

/** A network for digits by two convolutions with maxima and batch normalisation, and a linear layer behind a dropout. */
export const lenetBn: Architecture = (net, image) => {
  let x = net.maxPool('pool1', net.conv('conv1', image, 16, { kernel: 5 }), 2, 2);
  x = net.relu('relu1', net.norm('norm1', x));
  x = net.maxPool('pool2', net.conv('conv2', x, 32, { kernel: 5 }), 2, 2);
  x = net.relu('relu2', net.norm('norm2', x));
  return net.linear('fc', net.dropout('drop', net.flatten('flat', x), 0.25), 10);
};
