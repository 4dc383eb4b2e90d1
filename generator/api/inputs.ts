import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer, LayerShape } from '../description/layer.js';
import type { PresetName } from '../description/presets.js';
import type { Description } from '../description/resolve.js';

/** An accelerator: the name of a preset, a preset and what differs from it, or a whole configuration. */
export type Accelerator = PresetName | Description | Config;

/** A layer: a text such as `C=64,H=56,W=56,N=128,K=3,S=2,P=1`, or an object with every key. */
export type LayerInput = string | LayerShape | Layer;

/** One pass of a layer on an accelerator, and how its results are written. */
export interface PassOptions {
  /** Default: ref16. */
  readonly config?: Accelerator;
  /** The layer. */
  readonly layer: LayerInput;
  /** The pass. */
  readonly pass: Pass;
  /** Default: zerofree, or the last one built. */
  readonly engine?: Engine;
  /** Results in the operand format instead of the accumulator format. */
  readonly narrow?: boolean;
  /** With `narrow`, int8: results are sums divided by 2^shift, rounded half to even, saturated. */
  readonly shift?: number;
}
