import { type Architecture, adaptivePool, CLASSES } from './builder.js';

const CHANNELS = [64, 128, 256, 512, 512] as const;

/** VGG (Simonyan and Zisserman, 2014) with so many convolutions in each of its five stages. */
export const vgg =
  (...convolutions: readonly [number, number, number, number, number]): Architecture =>
  (net, image) => {
    let x = image;
    let index = 0;
    convolutions.forEach((count, stage) => {
      for (let i = 0; i < count; i++, index += 2) {
        x = net.conv(`features.${index}`, x, CHANNELS[stage], { kernel: 3, padding: 1, bias: true });
      }
      x = net.pool(`features.${index}`, x, 2, 2);
      index++;
    });
    x = net.linear('classifier.0', adaptivePool(x, 7), 4096);
    x = net.linear('classifier.3', x, 4096);
    net.linear('classifier.6', x, CLASSES);
  };
