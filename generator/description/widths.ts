import { bitsFor } from '../base/bits.js';
import type { Config, Limits } from './config.js';

/** Bits in which the hardware holds numbers of a kind. */
export interface Widths {
  /** Positions along an axis; bounds of coordinates. */
  readonly map: number;
  /** A coordinate in an instruction, with its sign. */
  readonly coordinate: number;
  /** A coordinate as it is counted, with room for the steps beyond. */
  readonly x: number;
  /** Taps along an axis. */
  readonly kernel: number;
  /** Strides and phases. */
  readonly stride: number;
  /** Change of a coordinate at a tap, with its sign. */
  readonly dilation: number;
  /** Channel tiles of the sums, of which each has vectors of its own. */
  readonly columnTiles: number;
  /** Channel tiles of the reduction, of which each has lanes in the dynamic buffer. */
  readonly reductionTiles: number;
  /** Images of a tile, of which each has sums, or in wgrad vectors in the stationary buffer. */
  readonly images: number;
  /** Lanes of the array's longer side. */
  readonly lanes: number;
  /** Rows of a LOAD, in each of its two loops. */
  readonly rows: number;
  /** Vectors of a STORE, in each of its loops. */
  readonly drained: number;
  /** Elements of a position of a REORGANIZE: a pixel, which the dynamic buffer holds with room for another. */
  readonly pixel: number;
  /** Instructions. */
  readonly instructions: number;
}

/** What an accelerator without `limits` has: the instruction set's fields. */
export const FULL_LIMITS: Readonly<Required<Limits>> = {
  map: 65535,
  channels: 65535,
  kernel: 255,
  stride: 255,
  dilation: 32767,
  rows: 65535,
  instructions: 2 ** 32 - 1,
};

/** The greatest value that an accelerator is built for. */
export const limitOf = ({ limits }: Pick<Config, 'limits'>, name: keyof Limits): number =>
  limits?.[name] ?? FULL_LIMITS[name];

/** Bits of a value that is to be held. */
export const bitsOf = (greatest: number): number => bitsFor(greatest + 1);

/**
 * The widths of an accelerator: the fewer of what its limits and its memories ask for.
 * @param sizes elements of both buffers, vectors of the accumulator.
 */
export const widthsOf = (
  config: Pick<Config, 'array' | 'limits'>,
  sizes: { readonly dynamic: number; readonly stationary: number; readonly accumulator: number },
): Widths => {
  const { array } = config;
  const bits = (limit: keyof Limits): number => bitsOf(limitOf(config, limit));
  const lanes = bitsOf(Math.max(array.rows, array.columns));
  const [map, stride] = [bits('map'), bits('stride')];
  const coordinate = Math.min(16, map + 1);
  // taps of fused lanes are as far apart as the array has rows
  const dilation = Math.min(16, Math.max(bits('dilation'), lanes) + 1);
  const elements = Math.max(sizes.dynamic, sizes.stationary);
  return Object.freeze({
    ...{ map, coordinate, stride, dilation, lanes },
    x: Math.max(coordinate, dilation, stride + 1, lanes + 1) + 2,
    kernel: bits('kernel'),
    columnTiles: Math.min(bits('channels'), bitsOf(sizes.accumulator)),
    reductionTiles: Math.min(bits('channels'), bitsOf(Math.ceil(sizes.dynamic / array.rows) + 1)),
    images: Math.min(16, bitsOf(Math.max(sizes.accumulator, Math.ceil(sizes.stationary / array.columns)))),
    rows: Math.min(16, bits('rows'), bitsOf(elements)),
    drained: Math.min(16, bitsOf(sizes.accumulator)),
    // 8 or more: those of a chunk too, which is a beat at most
    pixel: Math.max(8, Math.min(24, bitsOf(sizes.dynamic - 1))),
    instructions: bits('instructions'),
  });
};
