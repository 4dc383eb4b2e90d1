import { type Architecture, adaptivePool, CLASSES } from './builder.js';

/** AlexNet (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014). */
export const alexnet: Architecture = (net, image) => {
  const bias = true;
  let x = net.conv('features.0', image, 64, { kernel: 11, stride: 4, padding: 2, bias });
  x = net.pool('features.2', x, 3, 2);
  x = net.conv('features.3', x, 192, { kernel: 5, padding: 2, bias });
  x = net.pool('features.5', x, 3, 2);
  x = net.conv('features.6', x, 384, { kernel: 3, padding: 1, bias });
  x = net.conv('features.8', x, 256, { kernel: 3, padding: 1, bias });
  x = net.conv('features.10', x, 256, { kernel: 3, padding: 1, bias });
  x = net.pool('features.12', x, 3, 2);
  x = net.linear('classifier.1', adaptivePool(x, 6), 4096);
  x = net.linear('classifier.4', x, 4096);
  net.linear('classifier.6', x, CLASSES);
};
