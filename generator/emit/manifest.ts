import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../paths.js';
import type { Config } from '../spec/config.js';
import { configHash } from '../views/common.js';
import type { EmittedFile } from './rtl.js';

/** The manifest's name inside the output folder. */
export const MANIFEST = 'manifest.json';

/** What an output folder holds: enough to recognise it, check it and make it again. */
export interface Manifest {
  readonly generator: 'bp-im2col';
  readonly version: string;
  readonly config: Config;
  readonly configSha256: string;
  /** SHA-256 of each file's content, by path inside the folder. The manifest itself is not listed. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** The package's version. */
export const version = (): string => JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version;

/** SHA-256 of a content, in hexadecimal. */
export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

export const manifestFile = (config: Config, files: readonly EmittedFile[]): EmittedFile => {
  const manifest: Manifest = {
    generator: 'bp-im2col',
    version: version(),
    config,
    configSha256: configHash(config),
    files: files.map(({ path, text }) => ({ path, sha256: sha256(text) })),
  };
  return { path: MANIFEST, text: `${JSON.stringify(manifest, null, 2)}\n` };
};

/** The manifest that this text holds, if it is one of ours. */
export const parseManifest = (text: string): Manifest | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    const { generator, files } = value as Partial<Manifest>;
    const listed = Array.isArray(files) && files.every((file) => typeof file?.path === 'string');
    return generator === 'bp-im2col' && listed ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
};
