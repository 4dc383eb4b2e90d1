import { UserError } from '../generator/base/errors.js';

/** The problems that a call is refused with; none where it is not. */
export const problemsOf = (run: () => unknown): UserError['problems'] => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
};
