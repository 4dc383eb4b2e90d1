import type { Config } from '../../description/config.js';
import type { EmittedFile } from '../rtl.js';
import { arrayCases } from '../views/datapath.js';
import { type Amount, shipped } from './amount.js';
import { adderVectors, multiplierVectors, productVectors } from './arithmetic.js';
import { cellVectors, streamVectors } from './stream.js';
import { laneVectors } from './vectorLane.js';
import {
  accumulateFiles,
  dynamicFiles,
  pixelWalkerFiles,
  stationaryFiles,
  tapAxesFiles,
  tapWalkerFiles,
} from './walkers.js';

type Maker = (config: Config, seed: number, amount: Amount) => readonly EmittedFile[];

/** The bench of a lane of the vector unit is given so many times fewer vectors than that of the adder, which it has four of. */
const LANE_SHARE = 8;

/** The array's bench and the systolic one read the same files. */
const streams: Maker = (config, seed, { cycles }) =>
  arrayCases(config).map((shape) => ({
    path: `tb/${config.prefix}stream_${shape.rows}x${shape.columns}_${shape.stages}.hex`,
    text: streamVectors(config.format, shape, seed, cycles),
  }));

const one =
  (name: string, make: (config: Config, seed: number, amount: Amount) => string): Maker =>
  (config, seed, amount) => [{ path: `tb/${config.prefix}${name}.hex`, text: make(config, seed, amount) }];

const makers: Readonly<Record<string, Maker>> = {
  fp32_add: one('fp32_add', (_, seed, { vectors }) => adderVectors(seed, vectors)),
  fp32_mul: one('fp32_mul', (_, seed, { vectors }) => productVectors(seed, vectors)),
  bf16_mul: one('bf16_mul', (_, seed, { vectors }) => multiplierVectors(seed, vectors)),
  vector_lane: one('vector_lane', (_, seed, { vectors }) => laneVectors(seed, vectors / LANE_SHARE)),
  pe: one('pe', ({ format }, seed, { cycles }) => cellVectors(format, seed, cycles)),
  array: streams,
  systolic: streams,
  pixel_walker: pixelWalkerFiles,
  tap_axes: tapAxesFiles,
  tap_walker: tapWalkerFiles,
  agu_dynamic: dynamicFiles,
  agu_stationary: stationaryFiles,
  agu_accumulate: accumulateFiles,
};

/** The vector files that a block's bench reads, by `$readmemh` or `$fscanf`; none for a bench that makes its own. */
export const vectorFiles = (config: Config, block: string, seed: number, amount: Amount): readonly EmittedFile[] =>
  makers[block]?.(config, seed, amount) ?? [];

/** The vector files of the output, for the benches of these blocks. */
export const shippedVectors = (config: Config, blocks: readonly string[]): readonly EmittedFile[] => {
  const amount = shipped(config);
  const needed = new Set(blocks.flatMap((block) => makers[block] ?? []));
  return [...needed].flatMap((make) => make(config, 0, amount));
};

/** The parameters by which a bench is told how much it reads, where that is not what the output holds. */
export const vectorParameters = (block: string, { vectors, cycles }: Amount): Readonly<Record<string, number>> => {
  if (block === 'fp32_add' || block === 'fp32_mul' || block === 'bf16_mul') return { VECTORS: vectors };
  if (block === 'vector_lane') return { VECTORS: vectors / LANE_SHARE };
  return block === 'pe' || block === 'array' || block === 'systolic' ? { CYCLES: cycles } : {};
};
