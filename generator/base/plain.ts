import { UserError } from './errors.js';

const DEEPEST = 16;

/** Whether an object holds all that it has itself. */
export const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  // the root of this realm's objects, or of another's
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype!, 'hasOwnProperty'))
  );
};

/**
 * A copy, as plain data, of what a caller gave: every value is read once, so that what is checked is what is used, whatever
 * a getter answers next time or the caller changes later.
 * @param root what the whole is called.
 * @throws {@link UserError} for objects that inherit (what they inherit would be lost) or contain themselves.
 */
export const plainCopy = (value: unknown, root: string): unknown => {
  const copy = (part: unknown, path: string, depth: number): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    const refuse = (message: string, fix: string): never => {
      throw new UserError([{ code: 'NOT_PLAIN', path: path || root, message, fix }]);
    };
    if (depth > DEEPEST) refuse('it is nested without end', 'give values, not the object that holds them');
    const at = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
    if (Array.isArray(part)) return Array.from(part, (each, index) => copy(each, at(index), depth + 1));
    if (!isPlain(part)) refuse('it is no plain object', 'give its values in an object of their own: { … }');
    return Object.fromEntries(
      Object.getOwnPropertyNames(part).map((key) => [
        key,
        copy((part as Readonly<Record<string, unknown>>)[key], at(key), depth + 1),
      ]),
    );
  };
  return copy(value, '', 0);
};

/** Freezes plain data, all the way down. */
export const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
};
