import { UserError } from '../base/errors.js';

/**
 * The value of an option that takes a whole number.
 * @throws UserError when it is none, or outside `least`…`most`.
 */
export const wholeNumber = (path: string, text: string, least: number, most: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const message = Number.isNaN(value)
    ? `"${text}" is not a whole number`
    : `${text} is ${value > most ? `more than ${most}` : `less than ${least}`}`;
  throw new UserError([{ code: 'OUT_OF_RANGE', path, message, fix: `give a whole number from ${least} to ${most}` }]);
};
