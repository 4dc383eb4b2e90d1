import type { Operation } from '../../graph/operations.js';
import { finite, LEAST } from '../nearest.js';
import type { Context, Contributions } from './rule.js';

/** Half the distance of fp32 numbers, relative. */
export const UNIT = 2 ** -24;

/** How far a tensor may be from its values, by name. */
export type Off = (tensor: string) => Float64Array;

/**
 * Bounds of what fp32 arithmetic, in whatever order it sums, may make of an operation whose operands are themselves a little
 * off: how far the result, or what it contributes to gradients, may be from what the rule makes of the values.
 */
export interface ErrorRule<O extends Operation> {
  /** @param y what the rule made. */
  readonly forward: (operation: O, at: Context, off: Off, y: Float64Array) => Float64Array;
  readonly backward: (
    operation: O,
    at: Context,
    off: Off,
    gradient: Float64Array,
    gradientOff: Float64Array,
  ) => Contributions;
}

export const sizes = (values: Float64Array): Float64Array => values.map((value) => Math.abs(finite(value)));

export const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]);

/** What values may be off when each goes into a sum of so many terms: (terms + 8) · 2^−24 of its size besides, and flushed subnormals. */
export const slack = (values: Float64Array, off: Float64Array, terms: number): Float64Array =>
  values.map((value, i) => off[i] + (terms + 8) * UNIT * (Math.abs(finite(value)) + off[i]) + 2 * LEAST);

/** Likewise of results that are themselves rounded, a few times. */
export const rounded = (values: Float64Array, off: Float64Array): Float64Array => slack(values, off, 0);
