import { type Problem, UserError } from '../base/errors.js';
import { plainCopy } from '../base/plain.js';
import { readNumber, show } from '../base/show.js';
import { closest } from '../base/suggest.js';
import type { ImageSize } from './network.js';

const MOST = { batch: 65535, size: 32767, height: 32767, width: 32767 } as const;

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrongType = (path: string, value: unknown, fix: string): Problem => ({
  ...{ code: 'WRONG_TYPE', path, message: `${show(value)} will not do`, fix },
});

const unknownKeys = (path: string, given: Given, known: readonly string[]): readonly Problem[] =>
  Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      ...{ code: 'UNKNOWN_KEY', path: `${path}${key || '""'}`, message: 'there is no such key' },
      fix: `write ${closest(key, known) ?? known.join(' or ')}`,
    }));

const rangeProblems = (values: Given): readonly Problem[] =>
  Object.entries(values).flatMap(([path, value]) => {
    const most = MOST[path as keyof typeof MOST];
    const isRight = (number: unknown): boolean =>
      Number.isInteger(number) && (number as number) >= 1 && (number as number) <= most;
    if (isRight(value)) return [];
    const message = Number.isInteger(value) ? `${value} is outside 1…${most}` : `${show(value)} is not a whole number`;
    const meant = readNumber(value);
    const fix = `give ${path} ${isRight(meant) ? meant : `a whole number from 1 to ${most}`}`;
    return [{ code: 'OUT_OF_RANGE', path, message, fix }];
  });

/**
 * The options of a network, whoever gave them; no image where none was given.
 * @throws {@link UserError} with every problem.
 */
export const checkedOptions = (options: unknown): { readonly batch: number; readonly image?: ImageSize } => {
  const given = plainCopy(options, 'options');
  if (!isObject(given)) {
    throw new UserError([wrongType('options', given, 'give an object, as in { batch: 2, size: 224 }')]);
  }
  const { batch = 1, size } = given;
  const problems = [...unknownKeys('', given, ['batch', 'size']), ...rangeProblems({ batch })];
  const image = isObject(size) ? { height: size.height, width: size.width } : { height: size, width: size };
  if (isObject(size)) problems.push(...unknownKeys('size.', size, Object.keys(image)), ...rangeProblems(image));
  else if (typeof size === 'object') problems.push(wrongType('size', size, 'give a number, or { height, width }'));
  else if (size !== undefined) problems.push(...rangeProblems({ size }));
  if (problems.length > 0) throw new UserError(problems);
  return { batch: batch as number, ...(size !== undefined && { image: image as ImageSize }) };
};
