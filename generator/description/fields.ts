import { z } from 'zod';
import type { Problem } from '../base/errors.js';
import { show } from '../base/show.js';
import { closest } from '../base/suggest.js';
import { rules } from './schema.js';

export type Path = readonly PropertyKey[];

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);

/** The schema of a field, or nothing where there is no such field. */
export const schemaIn = (schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined =>
  path.reduce<z.core.$ZodType | undefined>((node, key) => {
    if (node instanceof z.ZodArray) return node.element;
    if (!(node instanceof z.ZodObject) || !Object.hasOwn(node.shape, key)) return undefined;
    const field = node.shape[key as string];
    return field instanceof z.ZodOptional ? field.unwrap() : field;
  }, schema);

/**
 * Every mistake in types and ranges that a schema found, in words. Each field of the schema has its rule in {@link rules}.
 * @param root what the whole is called.
 * @param better a fix for what is at a path, better than what the schema knows; or nothing.
 */
export const fieldProblems = (
  schema: z.core.$ZodType,
  root: string,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  better: (path: Path, value: unknown) => string | undefined = () => undefined,
): readonly Problem[] => {
  const name = (path: Path): string => (path.length === 0 ? root : path.map(String).join('.') || '""');
  const unknownKey = (path: Path, key: string): Problem => {
    const known = Object.keys((schemaIn(schema, path) as z.ZodObject).shape);
    const at = [...path, key];
    const meant = closest(key, known);
    const fix = meant ? `write ${name([...path, meant])}` : `remove it; the keys here are ${known.join(', ')}`;
    return {
      ...{ code: 'UNKNOWN_KEY', path: name(at), message: 'there is no such key' },
      fix: better(at, valueAt(input, at)) ?? fix,
    };
  };
  return issues.flatMap((issue): readonly Problem[] => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
    const { expects, nearest } = rules.get(schemaIn(schema, path) as z.ZodType) as NonNullable<
      ReturnType<typeof rules.get>
    >;
    const value = valueAt(input, path);
    const near = nearest(value);
    const fix = better(path, value) ?? (near === undefined ? `give ${expects}` : `set ${name(path)} to ${show(near)}`);
    if (value === undefined) return [{ code: 'MISSING', path: name(path), message: `missing; it is ${expects}`, fix }];
    const code = issue.code === 'invalid_type' && issue.expected !== 'int' ? 'WRONG_TYPE' : 'OUT_OF_RANGE';
    return [{ code, path: name(path), message: `is ${show(value)}; it must be ${expects}`, fix }];
  });
};
