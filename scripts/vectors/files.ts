import type { EmittedFile } from '../../generator/emit/rtl.js';
import type { Config } from '../../generator/spec/config.js';
import { arrayCases } from '../../generator/views/datapath.js';
import { adderVectors, multiplierVectors } from './arithmetic.js';
import { cellVectors, streamVectors } from './stream.js';
import {
  accumulateFiles,
  dynamicFiles,
  pixelWalkerFiles,
  stationaryFiles,
  tapAxesFiles,
  tapWalkerFiles,
} from './walkers.js';

type Maker = (config: Config, seed: number) => readonly EmittedFile[];

const streams =
  (block: string): Maker =>
  (config, seed) =>
    arrayCases(config).map((shape) => ({
      path: `${block}_${shape.rows}x${shape.columns}_${shape.stages}.hex`,
      text: streamVectors(config.format, shape, seed),
    }));

const makers: Readonly<Record<string, Maker>> = {
  fp32_add: (_, seed) => [{ path: 'fp32_add.hex', text: adderVectors(seed) }],
  bf16_mul: (_, seed) => [{ path: 'bf16_mul.hex', text: multiplierVectors(seed) }],
  pe: (config, seed) => [{ path: 'pe.hex', text: cellVectors(config.format, seed) }],
  array: streams('array'),
  systolic: streams('systolic'),
  pixel_walker: pixelWalkerFiles,
  tap_axes: tapAxesFiles,
  tap_walker: tapWalkerFiles,
  agu_dynamic: dynamicFiles,
  agu_stationary: stationaryFiles,
  agu_accumulate: accumulateFiles,
};

/** The vector files that a block's bench reads, by `$readmemh` or `$fscanf`; none for a bench that makes its own. */
export const vectorFiles = (config: Config, block: string, seed: number): readonly EmittedFile[] =>
  makers[block]?.(config, seed) ?? [];
