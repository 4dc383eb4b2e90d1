import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { type Axis, inputStep } from './axis.js';
import type { LoopNest } from './loopNest.js';
import { gradientInputs, type Phase, polyphase } from './phases.js';

/** Parts of a size that something whole is cut into. */
export const parts = (whole: number, size: number): number => Math.ceil(whole / size);

/** How much there is of a layer and pass: elements of its tensors, channels of a group, what a tiling cuts it into. */
export interface Volumes {
  readonly x: number;
  readonly y: number;
  readonly weights: number;
  readonly c: number;
  readonly n: number;
  /** Rows of target pixels. */
  readonly rows: number;
  /** Chunks of taps, and tiles of pixels. */
  readonly taps: number;
  readonly pixels: number;
  /** The inputs of an input gradient. */
  readonly gradients: { readonly h: Phase; readonly w: Phase };
}

/** What a tiling costs, without building it. */
export interface Outlay {
  /** Elements that are loaded, and those of them whose loads no EXEC can hide: a second chunk does not fit beside the one in use. */
  readonly elements: number;
  readonly exposed: number;
  readonly execs: number;
  /** Cycles of the array for one that would do with all lanes busy. */
  readonly work: number;
  /** Cycles of draining sums while nothing else goes on. */
  readonly drained: number;
}

/** The part of a tiling that says what a pass is cut into. */
interface Cut {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  readonly tapsH: number;
  readonly tapsW: number;
  readonly split?: boolean;
}

export const volumesOf = (nest: LoopNest, tiling: Cut): Volumes => {
  const { layer, pass, height, width } = nest;
  const chunks = (axis: Axis, taps: number): number =>
    (tiling.split ? polyphase(axis) : [{ axis }]).reduce((sum, phase) => sum + parts(phase.axis.kernel, taps), 0);
  const gradients = { h: gradientInputs(nest, height), w: gradientInputs(nest, width) };
  const [rows, columns] =
    pass === 'dgrad'
      ? [parts(layer.H - gradients.h.offset, gradients.h.step), parts(layer.W - gradients.w.offset, gradients.w.step)]
      : [height.outputs, width.outputs];
  return {
    x: (layer.B * layer.H * layer.W * layer.C) / (inputStep(height) * inputStep(width)),
    y: layer.B * height.outputs * width.outputs * layer.N,
    weights: layer.Kh * layer.Kw * (layer.C / layer.G) * layer.N,
    ...{ c: layer.C / layer.G, n: layer.N / layer.G, rows },
    taps: chunks(height, tiling.tapsH) * chunks(width, tiling.tapsW),
    pixels: parts(layer.B, tiling.images) * parts(rows, tiling.rows) * parts(columns, tiling.columns),
    gradients,
  };
};

/** Cycles of an outlay, roughly: the array or the bus, and what neither hides. */
export const cyclesOf = (config: Config, { layer }: LoopNest, outlay: Outlay): number => {
  const { dataBytes, beatBytes } = derive(config);
  const { elements, exposed, execs, work, drained } = outlay;
  const macs = layer.B * layer.Ho * layer.Wo * layer.N * (layer.C / layer.G) * layer.Kh * layer.Kw;
  const ideal = macs / (config.array.rows * config.array.columns);
  const beats = (elements * dataBytes) / beatBytes;
  return drained + Math.max(ideal * work, beats) + 0.3 * beats + (exposed * dataBytes) / beatBytes + 40 * execs;
};
