import { z } from 'zod';
import { UserError } from '../base/errors.js';
import { isPlain, plainCopy } from '../base/plain.js';
import { show } from '../base/show.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { fieldProblems } from '../description/fields.js';
import { type Layer, type LayerShape, makeLayer, parseLayer } from '../description/layer.js';
import { resolveConfig } from '../description/resolve.js';
import { flag, group, oneOf, rules, whole } from '../description/schema.js';
import { MOST_SHIFT } from '../isa/program.js';

/** The checked, frozen configuration of an accelerator. */
export const configOf = (accelerator: unknown = 'ref16'): Config => resolveConfig(accelerator);

/** @throws {@link UserError} with every problem. */
export const layerOf = (layer: unknown): Layer =>
  typeof layer === 'string' ? parseLayer(layer) : makeLayer(layer as LayerShape);

/** The engine that was asked for, or the best one of the accelerator. */
export const engineFor = (config: Config, wanted: Engine | undefined): Engine =>
  wanted ?? (config.engines.includes('zerofree') ? 'zerofree' : config.engines.at(-1)!);

/** A value that is checked elsewhere. */
const other = z
  .unknown()
  .optional()
  .register(rules, { expects: 'a value', nearest: () => undefined });

/** A text that is checked elsewhere. */
export const text = (expects: string) =>
  z
    .string()
    .min(1)
    .optional()
    .register(rules, { expects, nearest: () => undefined });

export const passField = oneOf(PASSES as readonly [Pass, ...Pass[]], 'fprop', 'The pass.');
export const engineField = oneOf(ENGINES as readonly [Engine, ...Engine[]], 'zerofree', 'The engine.').optional();
export const flagField = flag(false, 'Whether.').optional();
export const wholeField = (least: number, most: number) => whole(least, most, least, 'A count.').optional();
export const shiftField = wholeField(0, MOST_SHIFT);

/**
 * The options of a function, checked by a schema, each read once. What is in `own` is left as it was given.
 * @throws {@link UserError} with every unknown key and every value that will not do.
 */
export const checkedOptions = <T extends z.ZodRawShape, K extends string>(
  given: unknown,
  shape: T,
  own: readonly K[],
): z.infer<z.ZodObject<T>> & Partial<Record<K, unknown>> => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `${show(given)} holds no options`;
    throw new UserError([{ code: 'WRONG_TYPE', path: 'options', message, fix: 'give an object: { … }' }]);
  }
  if (!isPlain(given)) plainCopy(given, 'options');
  const names: readonly string[] = own;
  const parts = Object.entries(given).filter(([, value]) => value !== undefined);
  const plain = plainCopy(Object.fromEntries(parts.filter(([name]) => !names.includes(name))), 'options');
  const schema = group({ ...shape, ...Object.fromEntries(names.map((name) => [name, other])) }, 'Options.');
  const { error } = schema.safeParse(plain);
  if (error) throw new UserError(fieldProblems(schema, 'options', plain, error.issues));
  return { ...(plain as object), ...Object.fromEntries(parts.filter(([name]) => names.includes(name))) } as never;
};
