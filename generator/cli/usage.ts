import type { Command } from 'commander';
import { UserError } from '../base/errors.js';

/**
 * How a command refuses words: one message, and where its own help is. An option that holds several keys (`<keys>`) may come
 * once: of two, the keys of the first would be lost.
 * @param self what starts the command, as in `npx bp-im2col run`.
 * @param takes more to say of what it takes, a line.
 */
export const withUsage = (command: Command, self: string, takes?: string): Command => {
  for (const option of command.options) {
    if (!option.flags.endsWith('<keys>')) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) command.error(`error: option '${option.flags}' is given twice`);
      isGiven = true;
    });
  }
  const help = `  "${self} --help" shows what there is`;
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(takes === undefined ? help : `  ${takes}\n${help}`);
};

/**
 * The words of an option that takes a list, with commas between them.
 * @throws {@link UserError} when one is there twice.
 */
export const listOf = (option: string, text: string): readonly string[] => {
  const words = text.split(',').map((word) => word.trim());
  const doubled = words.find((word, i) => words.indexOf(word) !== i);
  if (doubled === undefined) return words;
  const message = `${JSON.stringify(doubled)} is there twice`;
  throw new UserError([{ code: 'DUPLICATE', path: option, message, fix: `give ${JSON.stringify(doubled)} once` }]);
};
