import { layerAxes } from '../description/axes.js';
import type { Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import type { Axis, Enumeration } from './axis.js';

/** A tensor in DRAM. The innermost dimension is contiguous. */
export interface Tensor {
  /** First byte. */
  readonly address: number;
  /** From it to the last one. */
  readonly bytes: number;
  /** Elements from pixel to pixel, where it is some channels of another tensor. Absent: its channels. */
  readonly pitch?: number;
}

/** Elements from pixel to pixel of those tensors of a pass that are channels of others. */
export type Pitches = Readonly<Partial<Record<'x' | 'dy' | 'output', number>>>;

/** Where everything lies in DRAM. */
export interface MemoryMap {
  readonly program: number;
  readonly x: Tensor;
  readonly wt: Tensor;
  readonly dy: Tensor;
  /** The zero-inserted tensor of `traditional`; 0 bytes where it is not needed. */
  readonly scratch: Tensor;
  readonly output: Tensor;
}

/** Which tensors a pass reads and which it makes. */
export const PASS_TENSORS = {
  fprop: { first: 'x', second: 'wt', output: 'y' },
  dgrad: { first: 'dy', second: 'wt', output: 'dx' },
  wgrad: { first: 'x', second: 'dy', output: 'dw' },
} as const;

/** What the planner maps: a layer and pass, seen as one engine sees it. */
export interface LoopNest {
  readonly layer: Layer;
  readonly pass: Pass;
  readonly engine: Engine;
  readonly height: Axis;
  readonly width: Axis;
  readonly mode: Enumeration;
  /** Taps are not added: each result is the greatest of them, and the number of that tap. */
  readonly maximum: boolean;
  /** Set when the engine stores a zero-inserted dY first: its height and width. */
  readonly reorganized?: { readonly height: number; readonly width: number };
}

/** Both axes of a layer, pixel by pixel and tap by tap. */
const axes = (layer: Layer): { readonly height: Axis; readonly width: Axis } => {
  const { height, width } = layerAxes(layer);
  return { height: { ...height, unit: 1, lanes: 1 }, width: { ...width, unit: 1, lanes: 1 } };
};

/** Input gradient over the stored zero-inserted, zero-padded dY: a stride-1 convolution with the taps in reverse. */
const storedInputs = (axis: Axis): Axis => {
  const reach = (axis.kernel - 1) * axis.dilation;
  return {
    inputs: axis.inputs + reach,
    outputs: axis.inputs,
    kernel: axis.kernel,
    stride: 1,
    dilation: -axis.dilation,
    pad: -reach,
    unit: 1,
    lanes: 1,
  };
};

/** Weight gradient over the stored zero-inserted dY: its positions stand one input pixel apart. */
const storedGrid = (axis: Axis): Axis => ({ ...axis, outputs: (axis.outputs - 1) * axis.stride + 1, stride: 1 });

/** Sees a layer and pass as an engine does: what is enumerated, and over which tensor. */
export const loopNest = (layer: Layer, pass: Pass, engine: Engine, maximum = false): LoopNest => {
  const { height, width } = axes(layer);
  const strided = layer.Sh > 1 || layer.Sw > 1;
  const base = { layer, pass, engine, maximum };
  if (engine === 'zerofree') {
    return { ...base, height, width, mode: pass === 'dgrad' ? 'validOutputs' : 'validPixels' };
  }
  if (pass === 'fprop') return { ...base, height, width, mode: 'pixels' };
  if (engine === 'bp' || !strided) return { ...base, height, width, mode: pass === 'dgrad' ? 'inputs' : 'grid' };
  const stored = pass === 'dgrad' ? storedInputs : storedGrid;
  const [h, w] = [stored(height), stored(width)];
  return {
    ...base,
    height: h,
    width: w,
    mode: 'pixels',
    reorganized: pass === 'dgrad' ? { height: h.inputs, width: w.inputs } : { height: h.outputs, width: w.outputs },
  };
};
