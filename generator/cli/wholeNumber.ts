import { UserError } from '../base/errors.js';

/**
 * A whole number from 0 on.
 * @throws UserError when it is none, or more than `most`.
 */
export const wholeNumber = (path: string, text: string, most: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  const message = Number.isNaN(value) ? `"${text}" is not a whole number` : `${text} is more than ${most}`;
  throw new UserError([{ code: 'OUT_OF_RANGE', path, message, fix: `give a whole number from 0 to ${most}` }]);
};
