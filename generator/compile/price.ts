import { type Axis, inputStep } from '../dataflows/axis.js';
import type { Cost } from '../dataflows/builder.js';
import { gradientInputs, polyphase } from '../dataflows/phases.js';
import type { Problem } from '../dataflows/problem.js';
import type { Tiling } from '../dataflows/tilings.js';
import type { Config, Pass } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Layer } from '../description/layer.js';

/** Moving all compulsory bytes a second time counts as much as this share of the run time; a third time four times as much. */
const TRAFFIC_WEIGHT = 0.025;

/** Candidates whose whole program is built. */
const MOST_CANDIDATES = 28;

const parts = (whole: number, size: number): number => Math.ceil(whole / size);

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

/** A rough price of a tiling in cycles, without building it: operands that are read again, EXECs, short streams. */
const estimate = (config: Config, problem: Problem, tiling: Tiling): number => {
  const { layer, pass, height, width } = problem;
  const { dataBytes, beatBytes, dynamicElements, stationaryElements } = derive(config);
  const { rows: lanes, columns } = config.array;
  const { accumulatorDepth } = config.buffers;
  const split = tiling.kind === 'channels' && tiling.split;
  const chunksOf = (axis: Axis, taps: number): number =>
    (split ? polyphase(axis) : [{ axis }]).reduce((sum, phase) => sum + parts(phase.axis.kernel, taps), 0);
  const taps = chunksOf(height, tiling.tapsH) * chunksOf(width, tiling.tapsW);
  const gradients = { h: gradientInputs(problem, height), w: gradientInputs(problem, width) };
  const [h, w] =
    pass === 'dgrad'
      ? [parts(layer.H - gradients.h.offset, gradients.h.step), parts(layer.W - gradients.w.offset, gradients.w.step)]
      : [height.outputs, width.outputs];
  const pixels = parts(layer.B, tiling.images) * parts(h, tiling.rows) * parts(w, tiling.columns);
  const x = (layer.B * layer.H * layer.W * layer.C) / (inputStep(height) * inputStep(width));
  const y = layer.B * height.outputs * width.outputs * layer.N;
  const wt = layer.Kh * layer.Kw * (layer.C / layer.G) * layer.N;
  const [c, n] = [layer.C / layer.G, layer.N / layer.G];
  let elements: number;
  let execs: number;
  let work: number;
  // elements whose loads no EXEC can hide, because a second chunk does not fit beside the one in use
  let exposed = 0;
  if (tiling.kind === 'pixels') {
    const [cParts, nParts] = [parts(c, tiling.c), parts(n, tiling.n)];
    elements = x * nParts * taps + y * cParts * taps;
    execs = taps * pixels * cParts * nParts * layer.G;
    // the last group of positions of a tile is not full
    const tilePixels = tiling.images * tiling.rows * tiling.columns;
    const stream = parts(tiling.c, lanes) * lanes;
    work = (parts(tilePixels, lanes) * lanes * Math.max(stream, columns)) / (tilePixels * stream);
  } else {
    const forward = pass === 'fprop';
    const source = forward ? x : y;
    const diagonal = tiling.lanes === 'diagonal';
    const targets = diagonal ? 1 : parts(forward ? n : c, tiling.target);
    const reductions = diagonal ? 1 : parts(forward ? c : n, tiling.reduction);
    const whole = reductions === 1 && taps === 1;
    // a piece of a pixel's channels reaches into beats of its neighbours
    const channelBytes = (forward ? layer.C : layer.N) * dataBytes;
    const pieceBytes = tiling.reduction * tiling.groups * dataBytes;
    const straddle = channelBytes % beatBytes === 0 || reductions === 1 ? 1 : 1 + (0.75 * beatBytes) / pieceBytes;
    const sourceFits = source <= dynamicElements;
    const weightsFit = wt <= stationaryElements;
    const inner = tiling.outer === 'pixels';
    // rows that two tiles need are found again only when tiles follow each other down the image
    const overlap = tiling.rows < h ? ((layer.Kh - 1) * layer.Dh) / (tiling.rows * (forward ? layer.Sh : 1)) : 0;
    const halo = inner && targets === 1 ? 1 : 1 + overlap;
    const weightElements = wt * (weightsFit || (!inner && whole) ? 1 : pixels);
    const chunk = wt / (taps * targets * reductions);
    if (!weightsFit && chunk > stationaryElements / 2) exposed = weightElements;
    elements =
      source * straddle * (sourceFits || (inner && (whole || targets === 1)) ? halo : targets * halo) + weightElements;
    const execParts = parts(tiling.rows, tiling.execRows);
    execs = execParts * taps * pixels * (diagonal ? parts(layer.C, tiling.target) : targets * reductions * layer.G);
    const stream =
      (tiling.images * tiling.rows * tiling.columns) /
      (problem.engine === 'zerofree' && !forward ? gradients.h.axis.stride * gradients.w.axis.stride : 1);
    work = Math.max(1, Math.max(lanes, columns) / stream);
  }
  const macs = layer.B * layer.Ho * layer.Wo * layer.N * c * layer.Kh * layer.Kw;
  const ideal = macs / (lanes * columns);
  const beats = (elements * dataBytes) / beatBytes;
  // sums that fill the accumulator are drained while nothing else goes on
  let drained = 0;
  if (tiling.kind === 'channels') {
    const vectors = parts(tiling.target, columns);
    const tile = tiling.images * tiling.rows * tiling.columns * vectors;
    const tiles = pixels * parts(pass === 'fprop' ? n : c, tiling.target) * layer.G;
    if (tiling.execRows === tiling.rows && tile > accumulatorDepth / 2) drained = tile * tiles;
  }
  return drained + Math.max(ideal * work, beats) + 0.3 * beats + (exposed * dataBytes) / beatBytes + 40 * execs;
};

/** The tilings of one lane mapping that are worth building, the most promising first. */
export const shortlist = (config: Config, problem: Problem, tilings: readonly Tiling[]): readonly Tiling[] =>
  tilings
    .map((tiling) => ({ tiling, price: estimate(config, problem, tiling) }))
    .sort((a, b) => a.price - b.price)
    .slice(0, MOST_CANDIDATES)
    .map(({ tiling }) => tiling);
