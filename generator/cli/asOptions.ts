import { UserError } from '../base/errors.js';

/**
 * What a function of the library makes of the words of the command line.
 * @param words how the options of the function were given, by what its problems call them.
 */
export const asOptions = async <T>(words: Readonly<Record<string, string>>, call: () => T | Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const spoken = (fix: string): string =>
      fix.replace(/^leave out (\w+)/, (all, name) => (Object.hasOwn(words, name) ? `leave out --${name}` : all));
    throw new UserError(
      error.problems.map((each) => ({ ...each, path: words[each.path] ?? each.path, fix: spoken(each.fix) })),
    );
  }
};
