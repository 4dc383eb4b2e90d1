import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, UserError } from '../base/errors.js';
import type { Layout } from '../description/tensors.js';
import { transpose } from '../golden/transpose.js';
import { readNpy, tuple } from '../run/npy.js';
import { type Data, type Dataset, parted } from './dataset.js';

const refuse = (path: string, code: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** Of the order that tells what is held out: the same in every training on a folder. */
const ORDER_SEED = 1;

/** The class of each image. */
const labelsOf = (folder: string, images: number): Int32Array => {
  const y = readNpy(join(folder, 'labels.npy'));
  if (y.shape.length !== 1 || y.shape[0] !== images)
    refuse(
      join(folder, 'labels.npy'),
      'SHAPE',
      `its shape is ${tuple(y.shape)}, and x.npy has ${images} images`,
      'save one class for each image',
    );
  const wrong = y.data.findIndex((label: number) => !Number.isInteger(label) || label < 0 || label >= 2 ** 20);
  if (wrong >= 0)
    refuse(join(folder, 'labels.npy'), 'LABEL', `label ${wrong} is ${y.data[wrong]}`, 'number the classes 0, 1, 2 …');
  return Int32Array.from(y.data);
};

/**
 * `x.npy`, [images, H, W, C] (nchw: [images, C, H, W]; values alone: [images, C]), any numbers, and `labels.npy`, [images], a class
 * for each, from 0.
 * @param hasClasses whether there is `labels.npy`; else it is not read.
 * @param heldOut share of the images that is held out, 0 to 1.
 * @throws UserError for files that are missing, or do not fit together.
 */
export const folderData = (folder: string, layout: Layout, heldOut: number, hasClasses = true): Data => {
  const problems: Problem[] = [];
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder)
    refuse(folder, 'NO_DATA', 'there is no such folder', 'give a folder with x.npy and labels.npy, or digits');
  for (const name of hasClasses ? ['x.npy', 'labels.npy'] : ['x.npy'])
    if (!existsSync(join(folder, name)))
      problems.push({
        code: 'NO_DATA',
        path: join(folder, name),
        message: 'there is no such file',
        fix:
          name === 'x.npy'
            ? 'save it with numpy.save'
            : 'save it with numpy.save; an autoencoder needs none with --loss meanSquaredError',
      });
  if (problems.length > 0) throw new UserError(problems);
  const x = readNpy(join(folder, 'x.npy'));
  const [images = 0] = x.shape;
  if (x.shape.length !== 4 && x.shape.length !== 2)
    refuse(
      join(folder, 'x.npy'),
      'SHAPE',
      `its shape is ${tuple(x.shape)}`,
      'save [images, H, W, C], or [images, C] of values',
    );
  if (images < 2) refuse(join(folder, 'x.npy'), 'SHAPE', `it holds ${images} images`, 'give 2 or more');
  const labels = hasClasses ? labelsOf(folder, images) : new Int32Array(images);
  const classes = hasClasses ? labels.reduce((most, label) => Math.max(most, label + 1), 0) : 0;
  const bad = x.data.findIndex((value: number) => !Number.isFinite(Math.fround(value)));
  if (bad >= 0) refuse(join(folder, 'x.npy'), 'VALUE', `value ${bad} is ${x.data[bad]}`, 'give finite numbers');
  const channelsFirst = layout === 'nchw' && x.shape.length === 4;
  const values = channelsFirst ? transpose(x.data, x.shape, [0, 2, 3, 1]) : x.data;
  const [, a = 1, b = 1, c = 1] = x.shape;
  const shape: Dataset['shape'] = x.shape.length === 2 ? [1, 1, a] : channelsFirst ? [b, c, a] : [a, b, c];
  const all: Dataset = { shape, x: Float32Array.from(values), labels, classes };
  return parted(folder, all, Math.max(1, Math.min(images - 1, Math.round(images * heldOut))), ORDER_SEED);
};
