import type { Config } from '../../description/config.js';
import { ARITHMETIC_VECTORS, STREAM_CYCLES } from '../views/datapath.js';

/** How much the benches are given. */
export interface Amount {
  /** Pairs for the adder and the multiplier. */
  readonly vectors: number;
  /** Cycles for the cell, and for each size of the array. */
  readonly cycles: number;
  /** For the walkers and address generators: axes, taps, positions, vectors at least; a tile that leads to more lines than `most` is passed over. */
  readonly axes: number;
  readonly taps: number;
  readonly positions: number;
  readonly outputs: number;
  readonly most: number;
}

/** What our own runs of the benches use. */
export const thorough: Amount = {
  ...{ vectors: 131072, cycles: 1000 },
  ...{ axes: 2000, taps: 2500, positions: 13000, outputs: 12000, most: Number.POSITIVE_INFINITY },
};

/** What the output holds: small files, made in a moment. */
export const shipped = ({ array }: Config): Amount => {
  const outputs = 500 + 8 * Math.max(array.rows, array.columns);
  return {
    ...{ vectors: ARITHMETIC_VECTORS, cycles: STREAM_CYCLES },
    ...{ axes: 100, taps: 250, positions: 540, outputs, most: Math.floor(outputs / 4) },
  };
};
