import { UserError } from '../base/errors.js';
import type { Pass } from '../description/config.js';

const dashed = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * Commands take one pass of a layer, or a network: refuses options of the other.
 * @param names options as commander calls them. @param of what they are for, in words.
 * @throws UserError for the first that is given.
 */
export const refuseOptions = <T extends object>(
  names: readonly (keyof T & string)[],
  options: T,
  of: 'one pass of a layer' | 'a network',
): void => {
  const name = names.find((each) => options[each] !== undefined);
  if (name === undefined) return;
  const other = of === 'a network' ? 'one pass of a layer' : 'a network';
  const message = `is for ${of}, and not for ${other}`;
  throw new UserError([{ code: 'EXTRA', path: dashed(name), message, fix: `leave out ${dashed(name)}` }]);
};

/** The layer and pass that a command was given. @throws UserError where it was not, and there is no network either. */
export const passOf = (
  command: string,
  { layer, pass }: { readonly layer?: string; readonly pass?: Pass },
): { readonly layer: string; readonly pass: Pass } => {
  if (layer !== undefined && pass !== undefined) return { layer, pass };
  const path = layer === undefined ? '--layer' : '--pass';
  const fix = `give --layer C=64,H=56,… and --pass fprop, dgrad or wgrad; or a network, as in: ${command} model.onnx`;
  throw new UserError([{ code: 'MISSING', path, message: `it is not said what to ${command}`, fix }]);
};
