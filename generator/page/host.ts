import { sha256 as hash } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import runtime from 'handlebars/runtime.js';
import type { Host } from '../emit/host.js';
import * as shipped from './shipped.js';

/* What `emit/host.ts` is on Node, in a browser: nothing is read, and nothing is compiled. */

// the runtime has what its types leave out
const { create } = runtime as unknown as Pick<Host['engine'], 'create'>;

export const sha256: Host['sha256'] = (content) =>
  bytesToHex(hash(typeof content === 'string' ? utf8ToBytes(content) : content));

export const version: Host['version'] = () => shipped.version;

export const engine: Host['engine'] = create();

export const loadTemplate: Host['loadTemplate'] = (path) => engine.template(shipped.specifications[path]!);

const PARTIALS = 'partials/';

export const partialNames: Host['partialNames'] = () =>
  Object.keys(shipped.specifications)
    .filter((path) => path.startsWith(PARTIALS))
    .map((path) => path.slice(PARTIALS.length));
