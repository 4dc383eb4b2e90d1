import { compulsoryBytes } from '../plan/estimate.js';
import { makePlan } from '../plan/plan.js';
import type { Config, Engine, Pass } from '../spec/config.js';
import type { Layer } from '../spec/layer.js';
import { laneBound } from './laneBound.js';
import type { MemoryTiming } from './memory.js';
import { performanceOf } from './performance.js';
import { withStoredZeros } from './storedZeros.js';

/** What a pass of a layer is predicted to take. Cycles of the core clock, bytes on the bus. */
export interface Estimate {
  readonly cycles: number;
  readonly usefulMacs: number;
  /** usefulMacs / (rows · columns · cycles). */
  readonly utilization: number;
  /** Utilization that is left when channels are rounded up to lanes. */
  readonly laneBound: number;
  /** Bytes that no plan can avoid. */
  readonly compulsoryBytes: number;
  /** Every counter of the hardware but the stalls; zeros that `traditional` stores are taken from the plan. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface EstimateOptions {
  /** Results in the operand format; otherwise in the accumulator format. Default: all but weight gradients. */
  readonly narrow?: boolean;
  /** Default: that of the benches. */
  readonly memory?: MemoryTiming;
}

/**
 * Plans a pass of a layer and predicts its cost without carrying it out.
 * @throws UserError when the layer does not fit the accelerator, or the engine is not part of it.
 */
export const estimate = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  options: EstimateOptions = {},
): Estimate => {
  const narrow = options.narrow ?? pass !== 'wgrad';
  const plan = makePlan(config, layer, pass, engine, { narrow });
  const performance = performanceOf(config, plan, options.memory);
  const counters = withStoredZeros(plan, config, { ...performance });
  const { rows, columns } = config.array;
  const usefulMacs = counters.usefulMacs ?? 0;
  return {
    cycles: performance.cycles,
    usefulMacs,
    utilization: usefulMacs / (rows * columns * performance.cycles),
    laneBound: laneBound(config, layer, pass, plan.tiling.lanes),
    compulsoryBytes: compulsoryBytes(config, layer, pass, narrow),
    counters,
  };
};
