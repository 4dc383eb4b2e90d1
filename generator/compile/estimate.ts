import { laneBound } from '../dataflows/lanes/index.js';
import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { performanceOf } from '../machine/performance.js';
import type { MemoryTiming } from '../timing/memory.js';
import { checkAddresses, makePlan, type Plan } from './plan.js';
import { compulsoryBytes } from './price.js';
import { withStoredZeros } from './storedZeros.js';

/** What a pass of a layer is predicted to take. Cycles of the core clock, bytes on the bus. */
export interface Estimate {
  /** From START to the end of the program. */
  readonly cycles: number;
  /** Multiply-accumulates on no structural zero. */
  readonly usefulMacs: number;
  /** usefulMacs / (rows · columns · cycles). */
  readonly utilization: number;
  /** Utilization that is left when channels are rounded up to lanes. */
  readonly laneBound: number;
  /** Bytes that no plan can avoid. */
  readonly compulsoryBytes: number;
  /**
   * Set where the batch is larger than 256 images: the batches that were replayed. Cycles and counters continue the
   * straight line through both; what repeats with each image is exact, what a plan for the whole batch would do better is not in it.
   */
  readonly extrapolatedFrom?: readonly [images: number, images: number];
  /** Every counter of the hardware but the stalls; zeros that `traditional` stores are taken from the plan. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface EstimateOptions {
  /** Results in the operand format; otherwise in the accumulator format. Default: all but weight gradients. */
  readonly narrow?: boolean;
  /** Default: that of the benches. */
  readonly memory?: MemoryTiming;
}

/** The largest batch whose program is replayed: images repeat, and time must not grow with them. */
export const MOST_IMAGES = 256;

const replayed = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  { narrow = pass !== 'wgrad', memory }: EstimateOptions,
): { readonly estimate: Estimate; readonly plan: Plan } => {
  const plan = makePlan(config, layer, pass, engine, { narrow });
  const performance = performanceOf(config, plan, memory);
  const counters = withStoredZeros(plan, config, { ...performance });
  const { rows, columns } = config.array;
  const usefulMacs = counters.usefulMacs ?? 0;
  const estimate = {
    cycles: performance.cycles,
    usefulMacs,
    utilization: usefulMacs / (rows * columns * performance.cycles),
    laneBound: laneBound(config, layer, pass),
    compulsoryBytes: compulsoryBytes(config, layer, pass, narrow),
    counters,
  };
  return { estimate, plan };
};

/**
 * Plans a pass of a layer and predicts its cost without carrying it out. A batch of more than {@link MOST_IMAGES} images is
 * predicted from two smaller ones.
 * @throws UserError when the layer does not fit the accelerator, or the engine is not part of it.
 */
export const estimate = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  options: EstimateOptions = {},
): Estimate => {
  if (layer.B <= MOST_IMAGES) return replayed(config, layer, pass, engine, options).estimate;
  const narrow = options.narrow ?? pass !== 'wgrad';
  checkAddresses(config, layer, pass, engine, { narrow });
  const images = [MOST_IMAGES / 2, MOST_IMAGES] as const;
  const [{ estimate: few }, { estimate: many }] = images.map((B) =>
    replayed(config, { ...layer, B }, pass, engine, options),
  ) as [ReturnType<typeof replayed>, ReturnType<typeof replayed>];
  const at = (a: number, b: number): number =>
    Math.round(b + ((b - a) * (layer.B - images[1])) / (images[1] - images[0]));
  const names = Object.keys(many.counters);
  const counters = Object.fromEntries(
    names.map((name) => [name, at(few.counters[name] ?? 0, many.counters[name] ?? 0)]),
  );
  const { rows, columns } = config.array;
  const cycles = at(few.cycles, many.cycles);
  const usefulMacs = at(few.usefulMacs, many.usefulMacs);
  return {
    ...{ cycles, usefulMacs, counters, extrapolatedFrom: images },
    utilization: usefulMacs / (rows * columns * cycles),
    laneBound: laneBound(config, layer, pass),
    compulsoryBytes: compulsoryBytes(config, layer, pass, narrow),
  };
};
