import type { LayerAxis } from '../description/axes.js';
import type { AxisFields } from '../units/exec/walk.js';

/** An axis of a convolution as it is walked. */
export interface Axis extends LayerAxis {
  /** Elements that a pixel counts for, and that a tap covers: 1, but on an axis of `fuse`. */
  readonly unit: number;
  readonly lanes: number;
}

/**
 * How the positions of an axis are enumerated.
 * - `pixels`: every output pixel (fprop; wgrad over a stored grid); the input pixel is checked.
 * - `inputs`: every input pixel (dgrad); the output pixel behind it is checked.
 * - `grid`: every position of the zero-inserted output grid (wgrad); grid and input pixel are checked.
 * - `validPixels`, `validOutputs`: only the valid ones, from a range worked out per tap (fprop and wgrad; dgrad).
 */
export type Enumeration = 'pixels' | 'inputs' | 'grid' | 'validPixels' | 'validOutputs';

/** The part of GEOMETRY that one axis sets. Address steps are in source rows and target rows (or columns). */
export type AxisGeometry = Pick<
  AxisFields,
  | ('bound' | 'xTap' | 'xStep' | 'phaseMod' | 'phaseTap')
  | ('dynPos' | 'dynWrap' | 'dynTap' | 'dynBorrow' | 'pixPos' | 'pixWrap' | 'pixTap')
>;

/** The part of EXEC that one axis sets. Indices count source and target rows (or columns) from those in the buffers. */
export interface AxisTile extends Pick<AxisFields, 'positions' | 'x' | 'last' | 'phase' | 'lastPhase'> {
  readonly dynIndex: number;
  readonly pixIndex: number;
}

/** An inclusive range of rows or columns; empty when last < first. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

const floorDiv = (a: number, b: number): number => Math.floor(a / b);
const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
const modulo = (a: number, b: number): number => ((a % b) + b) % b;

export const rangeLength = ({ first, last }: Range): number => Math.max(0, last - first + 1);

/** A 1-tap kernel touches every stride-th input only: the step between inputs that are loaded. */
export const inputStep = (axis: Axis): number => (axis.kernel === 1 && axis.lanes === 1 ? axis.stride : 1);

/** The first input that is loaded, when only every {@link inputStep}-th is. */
export const inputOffset = (axis: Axis): number => modulo(-axis.pad, inputStep(axis));

/** Source rows that the target rows need: output pixels in `pixels` modes and `grid`, input pixels otherwise. */
export const sourceRange = (mode: Enumeration, axis: Axis, target: Range): Range => {
  const { stride, dilation, pad, kernel } = axis;
  const reach = (kernel - 1) * dilation;
  if (mode === 'inputs' || mode === 'validOutputs') {
    return {
      first: Math.max(0, ceilDiv(target.first + pad - Math.max(0, reach), stride)),
      last: Math.min(axis.outputs - 1, floorDiv(target.last + pad - Math.min(0, reach), stride)),
    };
  }
  const step = inputStep(axis);
  const offset = inputOffset(axis);
  const first = Math.max(0, target.first * stride - pad + Math.min(0, reach));
  const last = Math.min(axis.inputs - 1, target.last * stride - pad + Math.max(0, reach));
  return { first: ceilDiv(first - offset, step), last: floorDiv(last - offset, step) };
};

/** What GEOMETRY holds for an axis. */
export const axisGeometry = (mode: Enumeration, axis: Axis): AxisGeometry => {
  const { stride, dilation, unit } = axis;
  const step = inputStep(axis);
  const tap = axis.kernel === 1 ? 0 : dilation;
  const none = { bound: 0, xTap: 0, xStep: 0, phaseMod: 1, phaseTap: 0, dynBorrow: 0, pixTap: 0 };
  switch (mode) {
    case 'pixels':
      return {
        ...none,
        bound: axis.inputs,
        xTap: tap,
        xStep: stride,
        dynPos: stride / step,
        dynWrap: stride / step,
        dynTap: tap,
        pixPos: 1,
        pixWrap: 1,
      };
    case 'inputs':
      return {
        ...none,
        bound: (axis.outputs - 1) * stride + 1,
        xTap: -tap,
        xStep: 1,
        phaseMod: stride,
        phaseTap: modulo(tap, stride),
        dynPos: 0,
        dynWrap: 1,
        dynTap: -floorDiv(tap, stride),
        dynBorrow: -1,
        pixPos: 1,
        pixWrap: 1,
      };
    case 'grid':
      return {
        ...none,
        bound: axis.inputs,
        xTap: tap,
        xStep: unit,
        phaseMod: stride / unit,
        dynPos: step === 1 ? unit : 0,
        dynWrap: unit,
        dynTap: tap,
        pixPos: 0,
        pixWrap: 1,
      };
    case 'validPixels':
    case 'validOutputs': {
      const outputs = mode === 'validOutputs';
      return {
        ...none,
        xTap: -floorDiv(tap, stride),
        // lanes of a fused axis are checked one by one
        ...(axis.lanes > 1 ? { bound: axis.inputs, xStep: stride } : {}),
        phaseMod: stride,
        phaseTap: modulo(tap, stride),
        dynPos: outputs ? 1 : stride / step,
        dynWrap: outputs ? 1 : stride / step,
        dynTap: outputs ? 0 : tap,
        pixPos: outputs ? stride : 1,
        pixWrap: outputs ? stride : 1,
        pixTap: outputs ? tap : 0,
      };
    }
  }
};

/**
 * What EXEC holds for an axis.
 * @param target rows of the tile; `source` the first source row in the buffer and how many; `tap` the first tap.
 */
export const axisTile = (mode: Enumeration, axis: Axis, target: Range, source: Range, tap: number): AxisTile => {
  const { stride, inputs, unit } = axis;
  const step = inputStep(axis);
  const shift = tap * axis.dilation;
  const length = rangeLength(target);
  const none = { last: 0, lastPhase: 0, phase: 0, pixIndex: 0 };
  const inputIndex = (input: number): number => floorDiv(input - inputOffset(axis), step) - source.first * unit;
  switch (mode) {
    case 'pixels': {
      const x = target.first * stride - axis.pad + shift;
      return { ...none, positions: length, x, dynIndex: inputIndex(x) };
    }
    case 'inputs': {
      const x = target.first + axis.pad - shift;
      return {
        ...none,
        positions: length,
        x,
        phase: modulo(x, stride),
        dynIndex: floorDiv(x, stride) - source.first,
      };
    }
    case 'grid': {
      const x = target.first * stride - axis.pad + shift;
      const grid = stride / unit;
      const end = target.last === axis.outputs - 1 ? 1 : grid;
      return { ...none, positions: (length - 1) * grid + end, x, dynIndex: inputIndex(x) };
    }
    case 'validPixels': {
      const pad = axis.pad - target.first * stride - shift;
      const low = pad - (axis.lanes - 1);
      const high = inputs - 1 + pad;
      return {
        positions: length,
        x: floorDiv(low, stride),
        phase: modulo(low, stride),
        last: floorDiv(high, stride),
        lastPhase: modulo(high, stride),
        dynIndex: inputIndex(target.first * stride - axis.pad + shift),
        pixIndex: 0,
      };
    }
    case 'validOutputs': {
      const low = target.first + axis.pad - shift - source.first * stride;
      const high = target.last + axis.pad - shift - source.first * stride;
      return {
        positions: rangeLength(source),
        x: floorDiv(low, stride),
        phase: modulo(low, stride),
        last: floorDiv(high, stride),
        lastPhase: modulo(high, stride),
        dynIndex: 0,
        pixIndex: source.first * stride - axis.pad + shift - target.first,
      };
    }
  }
};

/** Positions that are visited for one tap, for the cost of a plan. */
export const visited = (mode: Enumeration, axis: Axis, target: Range, tap: number): number => {
  const { stride, pad, dilation, unit, lanes } = axis;
  const length = rangeLength(target);
  if (mode === 'grid') return ((length - 1) * stride + (target.last === axis.outputs - 1 ? unit : stride)) / unit;
  if (mode === 'validPixels') {
    const low = Math.max(target.first, ceilDiv(pad - tap * dilation - (lanes - 1), stride));
    const high = Math.min(target.last, floorDiv(axis.inputs - 1 + pad - tap * dilation, stride));
    return Math.max(0, high - low + 1);
  }
  if (mode === 'validOutputs') {
    const low = Math.max(0, ceilDiv(target.first + pad - tap * dilation, stride));
    const high = Math.min(axis.outputs - 1, floorDiv(target.last + pad - tap * dilation, stride));
    return Math.max(0, high - low + 1);
  }
  return length;
};
