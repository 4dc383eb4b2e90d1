import type { LoopNest } from '../dataflows/loopNest.js';
import { priceOf, type Tiling } from '../dataflows/tilings.js';
import type { Config, Pass } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Layer } from '../description/layer.js';
import type { Cost } from '../machine/outline.js';

/** Moving all compulsory bytes a second time counts as much as this share of the run time; a third time four times as much. */
const TRAFFIC_WEIGHT = 0.025;

/** Candidates of a mapping of lanes whose whole program is built. */
export const MOST_CANDIDATES = 28;

/** Inputs of an axis that some valid pair touches. */
const touched = (
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
  dilation: number,
  pad: number,
): number => {
  const seen = new Set<number>();
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < kernel; k++) {
      const i = o * stride + k * dilation - pad;
      if (i >= 0 && i < inputs) seen.add(i);
    }
  }
  return seen.size;
};

/** Bytes that no plan can avoid: every element that some useful MAC touches, and every result, once. */
export const compulsoryBytes = (config: Config, layer: Layer, pass: Pass, narrow: boolean): number => {
  const { dataBytes } = derive(config);
  const outBytes = narrow ? dataBytes : 4;
  const rows = touched(layer.H, layer.Ho, layer.Kh, layer.Sh, layer.Dh, layer.Pt);
  const columns = touched(layer.W, layer.Wo, layer.Kw, layer.Sw, layer.Dw, layer.Pl);
  const x = layer.B * rows * columns * layer.C;
  const wt = layer.Kh * layer.Kw * (layer.C / layer.G) * layer.N;
  const y = layer.B * layer.Ho * layer.Wo * layer.N;
  if (pass === 'fprop') return (x + wt) * dataBytes + y * outBytes;
  if (pass === 'dgrad') return (y + wt) * dataBytes + layer.B * layer.H * layer.W * layer.C * outBytes;
  return (x + y) * dataBytes + wt * outBytes;
};

/** What the planner minimises: predicted cycles, raised by the square of the traffic beyond the compulsory. */
export const score = (cost: Cost, compulsory: number): number => {
  const again = Math.max(0, (cost.bytesRead + cost.bytesWritten) / compulsory - 1);
  return cost.cycles * (1 + TRAFFIC_WEIGHT * again ** 2);
};

/** Tilings, the most promising first. */
export const byPrice = (config: Config, nest: LoopNest, tilings: readonly Tiling[]): readonly Tiling[] =>
  tilings
    .map((tiling) => ({ tiling, price: priceOf(config, nest, tiling) }))
    .sort((a, b) => a.price - b.price)
    .map(({ tiling }) => tiling);
