import type { LaneMapping } from '../plan/lanes.js';
import type { Config, Pass } from '../spec/config.js';
import type { Layer } from '../spec/layer.js';

const tiles = (size: number, lanes: number): number => size / (Math.ceil(size / lanes) * lanes);

/**
 * Useful utilization that remains when channels (in wgrad pixels, too) are rounded up to lanes: those of one tap, of a row
 * of taps (fused), or a lane for each channel and none beside it (diagonal).
 */
export const laneBound = (config: Config, layer: Layer, pass: Pass, lanes: LaneMapping = 'channels'): number => {
  const { rows, columns } = config.array;
  const c = layer.C / layer.G;
  const n = layer.N / layer.G;
  if (lanes === 'diagonal') return tiles(layer.C, columns) / rows;
  if (pass === 'dgrad') return tiles(n, rows) * tiles(c, columns);
  const channels = tiles(lanes === 'fused' ? layer.Kw * c : c, rows) * tiles(n, columns);
  return pass === 'fprop' ? channels : channels * tiles(layer.B * layer.Ho * layer.Wo, rows);
};
