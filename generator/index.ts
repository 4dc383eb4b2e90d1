import { parseConfig } from './check/config.js';
import { type Description, resolveConfig } from './check/resolve.js';
import type { Config } from './spec/config.js';
import { type Derived, derive as sizesOf } from './spec/derive.js';

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

export { type Problem, UserError } from './check/errors.js';
export { configJsonSchema, networkJsonSchema } from './check/jsonSchema.js';
export { parseNetwork } from './check/network.js';
export type { Description, FullDescription, PresetChange } from './check/resolve.js';
export { emit, type Generated, type GenerateOptions, generate } from './emit/generate.js';
export type { EmittedFile } from './emit/rtl.js';
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
export type { Config, Engine, Format, Pass } from './spec/config.js';
export { ENGINES, PASSES } from './spec/config.js';
export type { Derived } from './spec/derive.js';
export { formatLayer, type Layer, type LayerShape, makeLayer, parseLayer } from './spec/layer.js';
export { PRESET_NAMES, type PresetName, presets } from './spec/presets.js';
