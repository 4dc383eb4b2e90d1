import { UserError } from '../base/errors.js';
import { closest } from '../base/suggest.js';
import { isNetwork, NETWORK_NAMES } from '../networks/index.js';
import type { SourceOptions } from './source.js';

/* Words that a person writes, on the command line or into a page. */

export const problem = (code: string, path: string, message: string, fix: string): UserError =>
  new UserError([{ code, path, message, fix }]);

/** A whole number of at most seven digits, or NaN. */
export const digits = (text: string): number => (/^\d{1,7}$/.test(text) ? Number(text) : Number.NaN);

export const parseBatch = (text: string): number => {
  const batch = digits(text);
  if (batch >= 1 && batch <= 65535) return batch;
  throw problem('OUT_OF_RANGE', `--batch ${text}`, 'it will not do', 'give a whole number from 1 to 65535');
};

const unknownNetwork = (source: string): UserError => {
  const meant = closest(source, NETWORK_NAMES);
  const fix = meant ? `write ${meant}` : 'give a layer (C=64,H=56,…), a JSON file, or a network of analyze --list';
  return problem('UNKNOWN_NETWORK', 'network', `there is no network ${JSON.stringify(source)}`, fix);
};

/** What a word names that is no file: a known network, or a layer. @throws UserError */
export const wordSource = (source: string): Pick<SourceOptions, 'layer' | 'network'> => {
  if (isNetwork(source)) return { network: source };
  if (!source.includes('=')) throw unknownNetwork(source);
  return { layer: source };
};
