import { MOST_SHIFT } from '../isa/program.js';
import { wholeNumber } from './wholeNumber.js';

/** What `--shift` does. */
export const SHIFT_HELP = `with --narrow, int8: results are sum / 2^n, rounded half to even, saturated; n up to ${MOST_SHIFT} (default: 0)`;

/** The shift of int8 results; undefined when it was not given. */
export const parseShift = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber('--shift', text, 0, MOST_SHIFT);
