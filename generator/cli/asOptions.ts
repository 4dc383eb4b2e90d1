import { UserError } from '../base/errors.js';

/**
 * What a function of the library makes of the words of the command line. Its advice to set an
 * option, to give some or to leave one out becomes advice for the command line.
 * @param words how the options of the function were given, or can be, by what its problems call them.
 */
export const asOptions = async <T>(words: Readonly<Record<string, string>>, call: () => T | Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const flag = (name: string): string | undefined =>
      Object.hasOwn(words, name) ? words[name]!.split(' ')[0] : undefined;
    const spoken = (fix: string): string =>
      fix
        .replace(/\bset (\w+) to ([\w.-]+)/g, (all, name, value) =>
          flag(name) ? `add ${flag(name)}${value === 'true' ? '' : ` ${value}`}` : all,
        )
        .replace(/\b(leave out|leave|give|and) (\w+)/g, (all, verb, name) =>
          flag(name) ? `${verb} ${flag(name)}` : all,
        );
    throw new UserError(
      error.problems.map((each) => ({ ...each, path: words[each.path] ?? each.path, fix: spoken(each.fix) })),
    );
  }
};
