import { UserError } from '../base/errors.js';

/**
 * The value of an option that takes a number.
 * @throws UserError when it is none, or outside `least`…`most`.
 */
export const realNumber = (path: string, text: string, least: number, most: number): number => {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const message = Number.isNaN(value)
    ? `"${text}" is not a number`
    : `${text} is ${value > most ? 'more' : 'less'} than it may be`;
  throw new UserError([{ code: 'OUT_OF_RANGE', path, message, fix: `give a number from ${least} to ${most}` }]);
};
