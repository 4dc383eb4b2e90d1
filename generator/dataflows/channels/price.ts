import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { laneMaps } from '../lanes/index.js';
import type { LoopNest } from '../loopNest.js';
import { type Outlay, parts, volumesOf } from '../price.js';
import type { ChannelTiling } from './tiling.js';

/** What fprop or dgrad costs with a tiling, roughly: operands that are read again, EXECs, short streams, drains. */
export const channelOutlay = (config: Config, nest: LoopNest, tiling: ChannelTiling): Outlay => {
  const { layer, pass } = nest;
  const { dataBytes, beatBytes, dynamicElements, stationaryElements } = derive(config);
  const { rows: lanes, columns } = config.array;
  const volumes = volumesOf(nest, tiling);
  const { weights, taps, pixels, gradients } = volumes;
  const forward = pass === 'fprop';
  const [source, target, reduction] = forward ? [volumes.x, volumes.n, volumes.c] : [volumes.y, volumes.c, volumes.n];
  const { joinsGroups, lanes: lanesOf } = laneMaps[tiling.lanes];
  const tileLanes = lanesOf(config.array, layer, pass);
  const targets = joinsGroups ? 1 : parts(target, tiling.target);
  const reductions = joinsGroups ? 1 : parts(reduction, tiling.reduction);
  const whole = reductions === 1 && taps === 1;
  // a piece of a pixel's channels reaches into beats of its neighbours
  const channelBytes = (forward ? layer.C : layer.N) * dataBytes;
  const pieceBytes = tiling.reduction * tiling.groups * dataBytes;
  const straddle = channelBytes % beatBytes === 0 || reductions === 1 ? 1 : 1 + (0.75 * beatBytes) / pieceBytes;
  const sourceFits = source <= dynamicElements;
  const weightsFit = weights <= stationaryElements;
  const inner = tiling.outer === 'pixels';
  // rows that two tiles need are found again only when tiles follow each other down the image
  const overlap =
    tiling.rows < volumes.rows ? ((layer.Kh - 1) * layer.Dh) / (tiling.rows * (forward ? layer.Sh : 1)) : 0;
  const halo = inner && targets === 1 ? 1 : 1 + overlap;
  const weightElements = weights * (weightsFit || (!inner && whole) ? 1 : pixels);
  const chunk = weights / (taps * targets * reductions);
  const execParts = parts(tiling.rows, tiling.execRows);
  const stream =
    (tiling.images * tiling.rows * tiling.columns) /
    (nest.engine === 'zerofree' && !forward ? gradients.h.axis.stride * gradients.w.axis.stride : 1);
  // sums that fill the accumulator are drained while nothing else goes on
  const tile = tiling.images * tiling.rows * tiling.columns * parts(tiling.target, tileLanes.columns);
  const fills = tiling.execRows === tiling.rows && tile > config.buffers.accumulatorDepth / 2;
  // lanes of the array to those in use by groups side by side; elsewhere the rounding is in all tilings
  const idle = joinsGroups ? (lanes * columns) / (tileLanes.rows * target) : 1;
  return {
    elements:
      source * straddle * (sourceFits || (inner && (whole || targets === 1)) ? halo : targets * halo) + weightElements,
    exposed: !weightsFit && chunk > stationaryElements / 2 ? weightElements : 0,
    execs:
      execParts *
      taps *
      pixels *
      (joinsGroups ? parts(target * layer.G, tiling.target) : targets * reductions * layer.G),
    work: idle * Math.max(1, Math.max(lanes, columns) / stream),
    drained: fills ? tile * pixels * parts(target, tiling.target) * layer.G : 0,
  };
};
