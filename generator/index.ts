import { parseConfig } from './description/checkConfig.js';
import type { Config } from './description/config.js';
import { type Derived, derive as sizesOf } from './description/derive.js';
import { type Description, resolveConfig } from './description/resolve.js';

/**
 * Describes an accelerator: a preset and what differs from it, or everything. The result is checked and frozen.
 *
 * @example
 * const half = defineAccelerator({ preset: 'ref16', name: 'half', array: { rows: 8 } });
 * generate(half, { out: 'rtl-out/half' });
 *
 * @throws {@link UserError} with every problem, each with its path, the reason and a fix.
 */
export const defineAccelerator = (description: Description): Config => resolveConfig(description);

/**
 * Works out every size that follows from a configuration.
 * @throws {@link UserError} with every problem of the configuration.
 */
export const derive = (config: Config): Derived => Object.freeze(sizesOf(parseConfig(config)));

export { type Analysis, type AnalyzedPass, type AnalyzeOptions, analyze } from './api/analyze.js';
export { type Compiled, type CompileOptions, compile } from './api/compile.js';
export { type EstimatedPass, type EstimateOptions, type Estimation, estimate } from './api/estimate.js';
export type { Accelerator, LayerInput, PassOptions } from './api/inputs.js';
export { type Run, type RunOptions, run, type TensorInput } from './api/run.js';
export type { Input, SourceOptions } from './api/source.js';
export { type BitstreamFormat, type Synthesized, type SynthesizeOptions, synthesize } from './api/synthesize.js';
export { MISSING_TOOL, type Problem, UserError } from './base/errors.js';
export { configJsonSchema, networkJsonSchema } from './cli/jsonSchemas.js';
export type { Tensor } from './dataflows/loopNest.js';
export type { Config, CounterSet, Engine, Format, Limits, Pass } from './description/config.js';
export { COUNTER_SETS, ENGINES, PASSES } from './description/config.js';
export type { Derived } from './description/derive.js';
export { formatLayer, type Layer, type LayerShape, makeLayer, parseLayer } from './description/layer.js';
export { PRESET_NAMES, type PresetName, presets } from './description/presets.js';
export type { Description, FullDescription, PresetChange } from './description/resolve.js';
export type { Layout, TensorName } from './description/tensors.js';
export type { Widths } from './description/widths.js';
export type { BlockSize } from './eda/netlist.js';
export type { Routing } from './eda/nextpnr.js';
export type { Whole } from './eda/synthesize.js';
export { emit } from './emit/emit.js';
export { type Generated, type GenerateOptions, generate } from './emit/generate.js';
export type { EmittedFile } from './emit/rtl.js';
export { FORMATS } from './formats/format.js';
export type { NumberArray } from './golden/transpose.js';
export type { Activity } from './machine/activity.js';
export type { Cost } from './machine/outline.js';
export { parseNetwork } from './networks/check.js';
export { NETWORK_NAMES, type NetworkName, networks } from './networks/index.js';
export {
  denseMacs,
  type ImageSize,
  type Network,
  type NetworkLayer,
  type NetworkOptions,
  parameterCount,
} from './networks/network.js';
export { type Operand, type StructuralZeros, structuralZeros } from './networks/structuralZeros.js';
export type { NpyArray } from './run/npy.js';
export type { OperandName } from './run/operands.js';
export type { Mismatch } from './run/runPass.js';
export type { CycleRange, MemoryOptions, Simulator } from './run/simulators/job.js';
export type { MemoryTiming } from './timing/memory.js';
