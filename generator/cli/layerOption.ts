import { UserError } from '../base/errors.js';
import { type Layer, parseLayer } from '../description/layer.js';
import { NETWORK_NAMES } from '../networks/index.js';
import { isPath } from './source.js';

/**
 * The layer of `--layer`, which is one, and no network.
 * @throws {@link UserError} with every problem.
 */
export const layerOption = (text: string): Layer => {
  const isNetwork = (NETWORK_NAMES as readonly string[]).includes(text);
  if (!isNetwork && (text.includes('=') || !isPath(text))) return parseLayer(text);
  const message = `it is ${isNetwork ? 'a network' : 'a file'}, and one layer is needed`;
  const fix = `give one layer's keys, as "npx bp-im2col analyze ${text} --json" prints them, or take analyze or estimate`;
  throw new UserError([{ code: 'NO_LAYER', path: `--layer ${text}`, message, fix }]);
};
