import { createHash } from 'node:crypto';
import type { Config } from '../spec/config.js';

/** What every template can use. */
export interface CommonView {
  readonly [key: string]: unknown;
  readonly prefix: string;
  /** The configuration's name and the first 8 digits of its hash, for the provenance line. */
  readonly config: string;
  readonly hash: string;
}

/** SHA-256 of the configuration's canonical JSON, in hexadecimal. */
export const configHash = (config: Config): string => createHash('sha256').update(JSON.stringify(config)).digest('hex');

export const commonView = (config: Config): CommonView => ({
  prefix: config.prefix,
  config: config.name,
  hash: configHash(config).slice(0, 8),
});
