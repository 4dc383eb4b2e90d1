import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { networkGraph } from '../../generator/networks/index.js';
import { encodeNpy } from '../../generator/run/npy.js';
import { augmented, NO_AUGMENTATION } from '../../generator/train/augment.js';
import { batchOf, type Dataset, shuffled } from '../../generator/train/dataset.js';
import { digits } from '../../generator/train/digits.js';
import { fits } from '../../generator/train/fits.js';
import { folderData } from '../../generator/train/folder.js';
import { noise } from '../../generator/train/noise.js';
import { padded } from '../../generator/train/pad.js';
import { rateOf } from '../../generator/train/schedule.js';
import { problemsOf } from '../problems.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

describe('batches', () => {
  it('go through all images once an epoch, each in another order, and step by step as in one go', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(1000),
        (images, wanted, seed) => {
          const batch = Math.min(images, wanted);
          const perEpoch = Math.floor(images / batch);
          const of = batchOf(images, batch, seed);
          for (const epoch of [0, 1]) {
            const seen = Array.from({ length: perEpoch }, (_, i) => [...of(epoch * perEpoch + i)]).flat();
            expect(new Set(seen).size).toBe(perEpoch * batch);
            expect(seen.every((image) => image >= 0 && image < images)).toBe(true);
          }
          const late = 2 * perEpoch + 1;
          expect([...batchOf(images, batch, seed)(late)]).toEqual([...of(late)]);
        },
      ),
      { seed: 19, numRuns: 100 },
    );
    expect([...shuffled(100, 1)]).not.toEqual([...shuffled(100, 2)]);
  });
});

describe('images that are smaller than those of a network', () => {
  const set = (height: number, width: number): Dataset => {
    const x = Float32Array.from({ length: 2 * height * width * 2 }, (_, i) => i + 1);
    return { shape: [height, width, 2], x, labels: Int32Array.of(0, 1), classes: 2 };
  };
  const graphOf = (height: number, width: number) => networkGraph('resnet8', { channels: 2, size: { height, width } });

  it('have zeros around them, one more at the end', () => {
    const [small, other] = [set(3, 2), set(3, 2)];
    const { train, heldOut } = padded({ name: 'small', train: small, heldOut: other }, graphOf(6, 4));
    expect(train.shape).toEqual([6, 4, 2]);
    expect(heldOut).toEqual(train);
    for (let b = 0; b < 2; b++)
      for (let y = 0; y < 6; y++)
        for (let w = 0; w < 4; w++)
          for (let c = 0; c < 2; c++) {
            const isInside = y >= 1 && y < 4 && w >= 1 && w < 3;
            const wanted = isInside ? small.x[((b * 3 + y - 1) * 2 + w - 1) * 2 + c] : 0;
            expect(train.x[((b * 6 + y) * 4 + w) * 2 + c], `${b} ${y} ${w} ${c}`).toBe(wanted);
          }
  });

  it('are left as they are where they are as large, or larger on one axis', () => {
    for (const [height, width] of [
      [3, 2],
      [3, 1],
      [2, 5],
    ] as const) {
      const data = { name: 'same', train: set(3, 2), heldOut: set(3, 2) };
      expect(padded(data, graphOf(height, width))).toBe(data);
    }
  });
});

describe('images that are moved', () => {
  it('hold what the whole image held that stays inside, and zeros', () => {
    const x = Float32Array.from({ length: 2 * 4 * 5 * 2 }, (_, i) => i + 1);
    const set: Dataset = { shape: [4, 5, 2], x, labels: Int32Array.of(0, 1), classes: 2 };
    expect(augmented(set, NO_AUGMENTATION, 1).x).toBe(x);
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const moved = augmented(set, { ...NO_AUGMENTATION, shift: 2 }, seed).x;
      for (const image of [0, 1]) {
        // the distance that explains the image
        const fits: string[] = [];
        for (let down = -2; down <= 2; down++)
          for (let right = -2; right <= 2; right++) {
            let same = true;
            for (let y = 0; y < 4; y++)
              for (let w = 0; w < 5; w++)
                for (let c = 0; c < 2; c++) {
                  const [fromY, fromX] = [y - down, w - right];
                  const inside = fromY >= 0 && fromY < 4 && fromX >= 0 && fromX < 5;
                  const wanted = inside ? x[((image * 4 + fromY) * 5 + fromX) * 2 + c]! : 0;
                  if (moved[((image * 4 + y) * 5 + w) * 2 + c] !== wanted) same = false;
                }
            if (same) fits.push(`${down},${right}`);
          }
        expect(fits).toHaveLength(1);
        seen.add(fits[0]!);
      }
    }
    expect(seen.size).toBe(25);
  });
});

describe('images that are turned and scaled', () => {
  const side = 29;
  /** An image of a round blot at a place, in two channels: the second has twice the first. */
  const blot = (row: number, column: number): Dataset => {
    const x = Float32Array.from({ length: side * side * 2 }, (_, i) => {
      const [y, w] = [Math.floor(i / 2 / side), Math.floor(i / 2) % side];
      return (1 + (i % 2)) * Math.max(0, 1 - Math.hypot(y - row, w - column) / 4);
    });
    return { shape: [side, side, 2], x, labels: Int32Array.of(0), classes: 1 };
  };
  /** Sum, and where the middle of all brightness lies from the middle of the image, of a channel. */
  const momentsOf = (x: Float32Array, channel: number) => {
    let [sum, down, right] = [0, 0, 0];
    for (let y = 0; y < side; y++)
      for (let w = 0; w < side; w++) {
        const value = x[(y * side + w) * 2 + channel]!;
        sum += value;
        down += value * (y - 14);
        right += value * (w - 14);
      }
    return { sum, down: down / sum, right: right / sum };
  };

  it('are those of the angle and the size, anywhere within the bounds', () => {
    const set = blot(14, 20);
    const before = momentsOf(set.x, 0).sum;
    const [rotate, scale] = [30, 0.25];
    const [angles, sizes]: [number[], number[]] = [[], []];
    for (let seed = 0; seed < 300; seed++) {
      const { x } = augmented(set, { shift: 0, rotate, scale }, seed);
      const { sum, down, right } = momentsOf(x, 0);
      const [angle, size] = [(Math.atan2(down, right) * 180) / Math.PI, Math.hypot(down, right) / 6];
      angles.push(angle);
      sizes.push(size);
      expect(sum / before, `seed ${seed}`).toBeCloseTo(size ** 2, 1);
      const second = momentsOf(x, 1);
      expect(second.sum / sum).toBeCloseTo(2, 4);
      expect(second.down).toBeCloseTo(down, 3);
    }
    expect(Math.max(...angles.map(Math.abs))).toBeLessThan(rotate + 0.5);
    expect(Math.min(...angles)).toBeLessThan(-rotate * 0.9);
    expect(Math.max(...angles)).toBeGreaterThan(rotate * 0.9);
    expect(Math.min(...sizes)).toBeGreaterThan(1 / 1.26);
    expect(Math.max(...sizes)).toBeLessThan(1.26);
    expect(Math.min(...sizes)).toBeLessThan(0.83);
    expect(Math.max(...sizes)).toBeGreaterThan(1.2);
  });

  it('are moved by whole pixels as well, equal seeds alike', () => {
    const set = blot(14, 14);
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const change = { shift: 1, rotate: 20, scale: 0 };
      const { x } = augmented(set, change, seed);
      expect(augmented(set, change, seed).x).toEqual(x);
      const { down, right } = momentsOf(x, 0);
      expect(down).toBeCloseTo(Math.round(down), 2);
      expect(right).toBeCloseTo(Math.round(right), 2);
      seen.add(`${Math.round(down)},${Math.round(right)}`.replaceAll('-0', '0'));
    }
    expect(seen.size).toBe(9);
  });
});

describe('noise', () => {
  it('is as any network takes it, the same for equal seeds, and enough for a step', () => {
    for (const [name, options] of [
      ['digits', { batch: 3 }],
      ['ds_cnn', { batch: 2 }],
      ['autoencoder', { batch: 5 }],
      ['resnet18', { batch: 1, size: 40 }],
    ] as const) {
      const graph = networkGraph(name, options);
      const { train, heldOut } = noise(graph, 4);
      fits(graph, { name: 'noise', train, heldOut }, 'softmaxCrossEntropy');
      expect(heldOut.labels.length).toBe(options.batch);
      expect(train.x.every((value) => Math.abs(value) <= 1)).toBe(true);
      expect(new Set(train.x.subarray(0, 1000)).size).toBeGreaterThan(900);
      expect(noise(graph, 4).train).toEqual(train);
      expect(noise(graph, 5).train.x).not.toEqual(train.x);
    }
  });

  it('is refused where a network has not one input and one output', () => {
    const graph = networkGraph('digits', { batch: 1 });
    const [conv] = graph.operations;
    for (const [code, change] of [
      ['INPUTS', { inputs: [] }],
      ['INPUTS', { inputs: [...graph.inputs, { name: 'other', shape: [1, 1, 1, 1] as const }] }],
      ['OUTPUTS', { outputs: [] }],
      ['OUTPUTS', { outputs: [...graph.outputs, conv!.name] }],
    ] as const)
      expect(problemsOf(() => noise({ ...graph, ...change }, 1)).map((one) => one.code)).toEqual([code]);
  });
});

describe('the learning rate', () => {
  it('stays, or goes down by half a cosine', () => {
    expect(rateOf('constant', 0.1, 7, 10)).toBe(0.1);
    expect(rateOf('cosine', 0.1, 1, 10)).toBe(0.1);
    expect(rateOf('cosine', 0.1, 6, 10)).toBeCloseTo(0.05, 12);
    const rates = Array.from({ length: 10 }, (_, i) => rateOf('cosine', 0.1, i + 1, 10));
    expect([...rates].sort((a, b) => b - a)).toEqual(rates);
    expect(rates.at(-1)).toBeGreaterThan(0);
  });
});

describe('digits', () => {
  it('are 8,000 to train and 2,000 held out, of all ten, in both the same share', () => {
    const { train, heldOut } = digits();
    expect([train.labels.length, heldOut.labels.length]).toEqual([8000, 2000]);
    for (const { labels, x, shape } of [train, heldOut]) {
      expect(x.length).toBe(labels.length * shape[0] * shape[1] * shape[2]);
      for (let digit = 0; digit < 10; digit++) {
        const share = labels.filter((label) => label === digit).length / labels.length;
        expect(share).toBeGreaterThan(0.07);
        expect(share).toBeLessThan(0.13);
      }
      expect(x.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe('a folder of images', () => {
  const write = (root: string, x: readonly number[], labels: readonly number[]): string => {
    mkdirSync(root, { recursive: true });
    const size = x.reduce((a, b) => a * b, 1);
    writeFileSync(join(root, 'x.npy'), encodeNpy({ shape: x, data: Float32Array.from({ length: size }, (_, i) => i) }));
    writeFileSync(join(root, 'labels.npy'), encodeNpy({ shape: [labels.length], data: Int32Array.from(labels) }));
    return root;
  };
  const refusals = (call: () => unknown): readonly string[] => {
    try {
      call();
    } catch (error) {
      if (error instanceof UserError) return error.problems.map(({ code }) => code);
      throw error;
    }
    return [];
  };

  it('is read in either layout', () => {
    const root = write(join(folder(), 'a'), [10, 2, 3, 4], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
    const { train, heldOut } = folderData(root, 'nchw', 0.2);
    expect([train.labels.length, heldOut.labels.length, train.classes]).toEqual([8, 2, 3]);
    expect(train.shape).toEqual([3, 4, 2]);
    // image i begins with its first channel, 24 values an image, 12 a channel
    const image = train.x.subarray(0, 24);
    expect(image[1]! - image[0]!).toBe(12);
    expect(folderData(root, 'nhwc', 0.2).train.shape).toEqual([2, 3, 4]);
    expect(folderData(write(join(folder(), 'v'), [4, 7], [0, 1, 0, 1]), 'nchw', 0.5).train.shape).toEqual([1, 1, 7]);
  });

  it('is refused where files are missing or do not fit', () => {
    const root = folder();
    expect(refusals(() => folderData(join(root, 'none'), 'nhwc', 0.2))).toEqual(['NO_DATA']);
    expect(refusals(() => folderData(root, 'nhwc', 0.2))).toEqual(['NO_DATA', 'NO_DATA']);
    expect(refusals(() => folderData(write(join(root, 'b'), [3, 2, 2, 1], [0, 1]), 'nhwc', 0.2))).toEqual(['SHAPE']);
    expect(refusals(() => folderData(write(join(root, 'c'), [3, 2, 2], [0, 1, 0]), 'nhwc', 0.2))).toEqual(['SHAPE']);
    expect(refusals(() => folderData(write(join(root, 'd'), [2, 2, 2, 1], [0, -1]), 'nhwc', 0.2))).toEqual(['LABEL']);
  });
});
