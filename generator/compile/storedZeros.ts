import { laneMaps } from '../dataflows/lanes/index.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { usefulMacs } from '../golden/convolution.js';
import type { Plan } from './plan.js';

const chunked = (whole: number, chunk: number, lanes: number): number => {
  let vectors = 0;
  for (let done = 0; done < whole; done += chunk) vectors += Math.ceil(Math.min(chunk, whole - done) / lanes);
  return vectors;
};

/**
 * In `traditional` the hardware sees stored zeros as data; the report takes them from the plan.
 * Counted as useful by the hardware, they are moved to zerosMultiplied; their buffer reads become zerosFetched.
 */
export const withStoredZeros = (
  plan: Pick<Plan, 'nest' | 'tiling'>,
  config: Config,
  measured: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const { layer, pass, reorganized } = plan.nest;
  if (!reorganized) return measured;
  const useful = usefulMacs(layer);
  const zeros = measured.usefulMacs! - useful;
  const { rows } = config.array;
  const pairs = useful / ((layer.C / layer.G) * layer.N);
  const n = layer.N / layer.G;
  const c = layer.C / layer.G;
  const { tiling } = plan;
  const { joinsGroups, lanes } = laneMaps[tiling.lanes];
  const { columns } = lanes(config.array, layer, pass);
  let fetched: number;
  if (pass === 'dgrad') {
    const chunk = tiling.kind === 'channels' ? tiling.reduction : n;
    const target = tiling.kind === 'channels' ? tiling.target : c;
    const vectors = joinsGroups
      ? chunked(layer.C, target, columns)
      : chunked(n, chunk, rows) * chunked(c, target, columns) * layer.G;
    const reorganizeReads = layer.B * layer.Ho * layer.Wo * Math.ceil(layer.N / derive(config).reorganizeElements);
    fetched = measured.dynamicReads! - reorganizeReads - pairs * vectors;
  } else {
    const chunkN = tiling.kind === 'pixels' ? tiling.n : n;
    const chunkC = tiling.kind === 'pixels' ? tiling.c : c;
    const vectors = joinsGroups
      ? chunked(layer.N, chunkN, columns)
      : chunked(n, chunkN, columns) * Math.ceil(c / chunkC) * layer.G;
    const tapsW = tiling.lanes === 'fused' ? Math.ceil((layer.Kw * layer.C) / rows) : layer.Kw;
    fetched = measured.stationaryReads! - layer.B * layer.Ho * layer.Wo * layer.Kh * tapsW * vectors;
  }
  return { ...measured, usefulMacs: useful, zerosMultiplied: measured.zerosMultiplied! + zeros, zerosFetched: fetched };
};
