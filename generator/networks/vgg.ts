import { type Architecture, CLASSES } from './builder.js';

const CHANNELS = [64, 128, 256, 512, 512] as const;

/** VGG (Simonyan and Zisserman, 2014) with so many convolutions in each of its five stages, and perhaps batch normalisation behind each. */
export const vgg =
  (isNormalized: boolean, ...convolutions: readonly [number, number, number, number, number]): Architecture =>
  (net, image) => {
    let x = image;
    let index = 0;
    const next = (): string => `features.${index++}`;
    convolutions.forEach((count, stage) => {
      for (let i = 0; i < count; i++) {
        x = net.conv(next(), x, CHANNELS[stage], { kernel: 3, padding: 1, bias: true });
        if (isNormalized) x = net.norm(next(), x);
        x = net.relu(next(), x);
      }
      x = net.maxPool(next(), x, 2, 2);
    });
    x = net.relu('classifier.1', net.linear('classifier.0', net.adaptiveAverage('avgpool', x, 7), 4096));
    x = net.relu('classifier.4', net.linear('classifier.3', net.dropout('classifier.2', x, 0.5), 4096));
    return net.linear('classifier.6', net.dropout('classifier.5', x, 0.5), CLASSES);
  };
