import { type Architecture, CLASSES } from './builder.js';

/** AlexNet (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014). */
export const alexnet: Architecture = (net, image) => {
  const bias = true;
  let x = net.relu('features.1', net.conv('features.0', image, 64, { kernel: 11, stride: 4, padding: 2, bias }));
  x = net.maxPool('features.2', x, 3, 2);
  x = net.relu('features.4', net.conv('features.3', x, 192, { kernel: 5, padding: 2, bias }));
  x = net.maxPool('features.5', x, 3, 2);
  x = net.relu('features.7', net.conv('features.6', x, 384, { kernel: 3, padding: 1, bias }));
  x = net.relu('features.9', net.conv('features.8', x, 256, { kernel: 3, padding: 1, bias }));
  x = net.relu('features.11', net.conv('features.10', x, 256, { kernel: 3, padding: 1, bias }));
  x = net.maxPool('features.12', x, 3, 2);
  x = net.dropout('classifier.0', net.adaptiveAverage('avgpool', x, 6), 0.5);
  x = net.relu('classifier.2', net.linear('classifier.1', x, 4096));
  x = net.relu('classifier.5', net.linear('classifier.4', net.dropout('classifier.3', x, 0.5), 4096));
  return net.linear('classifier.6', x, CLASSES);
};
