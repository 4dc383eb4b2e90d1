import { UserError } from '../base/errors.js';
import { show } from '../base/show.js';
import { parseConfig } from '../description/checkConfig.js';
import type { Config } from '../description/config.js';
import { sha256, version } from './host.js';
import type { EmittedFile } from './rtl.js';
import { configHash } from './views/common.js';

/** The manifest's name inside the output folder. */
export const MANIFEST = 'manifest.json';

/** What an output folder holds: enough to recognise it, check it and make it again. */
export interface Manifest {
  readonly generator: 'bp-im2col';
  readonly version: string;
  readonly config: Config;
  /** Of what the hardware is: name and prefix do not count. CONFIG_HASH reads its first 32 bits. */
  readonly configSha256: string;
  /** SHA-256 of each file's content, by path inside the folder. The manifest itself is not listed. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

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

/** Whether a JSON value is meant to be a manifest, right or damaged. */
export const isManifest = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && ['generator', 'configSha256'].some((key) => Object.hasOwn(value, key));

/**
 * The configuration that a manifest holds.
 * @throws {@link UserError} naming `path` when it is damaged, was changed, or is no manifest of ours.
 */
export const manifestConfig = (manifest: Readonly<Record<string, unknown>>, path: string): Config => {
  const { generator, config, configSha256 } = manifest;
  const refuse = (message: string, fix: string): never => {
    throw new UserError([{ code: 'MANIFEST', path, message, fix }]);
  };
  if (generator !== 'bp-im2col') {
    refuse(
      `generator is ${show(generator)}, not "bp-im2col"`,
      'give the manifest.json of a folder that bp-im2col generated',
    );
  }
  const parsed = ((): Config => {
    try {
      return parseConfig(config);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const first = error.problems[0]!;
      const where = first.path === 'configuration' ? 'config' : `config.${first.path}`;
      return refuse(
        `${where}: ${first.message}`,
        'generate the folder anew, or give its configuration in a file of its own',
      );
    }
  })();
  if (configHash(parsed) !== configSha256) {
    const message =
      'its configuration is not the one that configSha256 belongs to: it was changed, or written by another version';
    refuse(message, 'generate the folder anew, or put what is under "config" into a file of its own and give that');
  }
  return parsed;
};
